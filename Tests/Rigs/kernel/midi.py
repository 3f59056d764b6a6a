#!/usr/bin/env python3
"""In the guest, in real time: controllers of a MIDI device turn the controls of a patch."""
import glob
import json
import re
import subprocess
import time

from guest import Session, Talea, check, main, write

DEVICE = "Virtual Raw MIDI"
PATCH = """control cutoff = 1kHz in 50Hz..10kHz log midi cc 74
control trim = -6dB in -60dB..0dB midi cc 7 channel 2 "Trim"
in -> lowpass $cutoff -> gain $trim -> out
"""


def client():
    """The sequencer's client of the device's first port, and its raw device."""
    listed = subprocess.run(["aconnect", "-i"], capture_output=True, text=True).stdout
    name = re.search(rf"client \d+: '([^']*{DEVICE}[^']*)'", listed)
    raw = sorted(glob.glob("/dev/snd/midiC*D0"))
    assert name and raw, listed
    return name[1], raw[0]


def send(raw, *messages):
    with open(raw, "wb", buffering=0) as port:
        for message in messages:
            port.write(bytes(message))


def get(session, target):
    answer = subprocess.run(
        [Talea.path, "ctl", "--socket", session.socket, "send", json.dumps({"do": "get", "target": target})],
        capture_output=True, text=True, timeout=20)
    return json.loads(answer.stdout)["base"]


def await_value(session, target, value):
    end = time.monotonic() + 5
    while abs(get(session, target) - value) > 1e-3 * abs(value) + 1e-9:
        assert time.monotonic() < end, f"{target} is {get(session, target)}, not {value}: {open(session.log).read()}"
        time.sleep(0.05)


@check
def controllers_turn_what_the_patch_names_for_them():
    name, raw = client()
    write("/dev/shm/midi.talea", PATCH)
    with Session("/dev/shm/midi.talea", "--midi", name, "--midi-learn") as session:
        opened = session.await_event("midi")
        assert opened["port"] == name, opened
        # Any channel turns the first, channel 2 alone the second; a note turns nothing.
        send(raw, (0xB4, 74, 64), (0xB0, 7, 10), (0xB1, 7, 127), (0x90, 60, 100))
        await_value(session, "cutoff", 50 * 200 ** (64 / 127))
        await_value(session, "trim", 0)
        learned = [(e["channel"], e["cc"], e["value"], e["controls"]) for e in session.events if e["event"] == "controller"]
        assert learned == [(5, 74, 64, ["cutoff"]), (1, 7, 10, []), (2, 7, 127, ["trim"])], learned
        send(raw, (0xB0, 74, 0), (0xB1, 7, 0))
        await_value(session, "cutoff", 50)
        await_value(session, "trim", -60)
        session.must_sound()
    assert session.status == 0


@check
def a_device_that_is_plugged_in_again_is_connected_again():
    name, raw = client()
    write("/dev/shm/midi.talea", PATCH)
    with Session("/dev/shm/midi.talea", "--midi", name) as session:
        write("/sys/bus/platform/drivers/snd_virmidi/unbind", "snd_virmidi.0")
        time.sleep(0.5)
        write("/sys/bus/platform/drivers/snd_virmidi/bind", "snd_virmidi.0")
        time.sleep(0.5)
        again, raw = client()
        assert again == name, (again, name)
        send(raw, (0xB0, 74, 127))
        await_value(session, "cutoff", 10_000)
    assert session.status == 0


@check
def a_port_that_is_not_there_is_refused_by_name():
    run = Talea.run("live", "gain 0dB", "-i", "none", "-o", "none", "--midi", "no such port")
    assert run.returncode != 0, run.stderr
    run = Talea.run("live", "oscillator 440Hz", "-o", "hw:Dummy", "--midi", "no such port", "--duration", "1s")
    assert run.returncode == 1 and "no such port: no such MIDI port" in run.stderr, run.stderr


main()
