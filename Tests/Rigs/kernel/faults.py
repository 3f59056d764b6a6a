#!/usr/bin/env python3
"""In the guest, in real time: what goes wrong with devices, made by the kernel itself."""
import os
import signal
import subprocess
import threading
import time

from guest import CABLE, CABLE_FOLDER, IN, OUT, Session, Talea, check, main, make_sound, write

CHAIN = "gain -12dB -> reverb decay=1s mix=30%"
UNBIND = "/sys/bus/platform/drivers/snd_aloop/unbind"
BIND = "/sys/bus/platform/drivers/snd_aloop/bind"


@check
def devices_are_listed_with_what_they_take():
    run = Talea.run("devices", OUT)
    assert run.returncode == 0 and "S16_LE" in run.stdout and "48000" in run.stdout, run.stdout + run.stderr
    everything = Talea.run("devices")
    assert f"CARD={CABLE}" in everything.stdout, everything.stdout + everything.stderr


@check
def sound_of_another_program_goes_through_to_a_third_bit_for_bit():
    played = make_sound("/dev/shm/in.wav", 6 * 48_000)
    # They come first: whoever opens an end of a cable first decides on the format of both.
    recorder = subprocess.Popen(
        ["arecord", "-q", "-D", f"{IN},0", "-f", "S16_LE", "-c", "2", "-r", "48000", "-d", "5", "-t", "raw", "/dev/shm/out.raw"])
    player = subprocess.Popen(["aplay", "-q", "-D", f"{OUT},1", "/dev/shm/in.wav"])
    time.sleep(0.3)
    with Session("gain 0dB", "--safety-limit", "off", capture=f"{IN},1", playback=f"{OUT},0", period=480) as session:
        recorder.wait(20)
    player.terminate()
    player.wait(20)
    device = next(event for event in session.events if event["event"] == "device")
    assert "S16_LE" in device["settings"], device
    with open("/dev/shm/out.raw", "rb") as file:
        recorded = file.read()
    # Underruns of this slow machine may cut it into pieces; each piece is there to the bit.
    size = 3_840
    found = sum(played[start:start + size] in recorded for start in range(0, len(played) - size, size))
    assert found >= 150, f"{found} pieces of 20 ms came through; {session.kinds()}"
    return f"{found} pieces of 20 ms, S16_LE"


@check
def an_underrun_that_the_kernel_makes_is_survived():
    with Session(CHAIN) as session:
        for side, path in [("playback", "pcm0p/sub0"), ("capture", "pcm1c/sub0")] * 2:
            time.sleep(0.5)
            before = len(session.events)
            write(f"{CABLE_FOLDER}/{path}/xrun_injection", "1")
            event = session.await_event("xrun", after=before)
            # Linked streams stop together; whichever side is looked at first tells it.
            assert event["direction"] in ("playback", "capture"), (side, event)
            session.must_sound()
    assert session.status == 0


@check
def a_card_that_is_pulled_out_is_opened_again_when_it_is_back():
    with Session(CHAIN) as session:
        for _ in range(2):
            time.sleep(0.5)
            before = len(session.events)
            # Returns when the last program has closed the card.
            puller = threading.Thread(target=write, args=(UNBIND, "snd_aloop.0"))
            puller.start()
            session.await_event("disconnected", after=before)
            puller.join(10)
            assert not puller.is_alive(), "the program keeps the card open"
            time.sleep(0.5)
            write(BIND, "snd_aloop.0")
            session.await_event("reconnected", after=before)
            session.must_sound()
    assert session.status == 0


@check
def exit_on_disconnect_ends_with_status_1():
    with Session(CHAIN, "--exit-on-disconnect") as session:
        time.sleep(0.5)
        write(UNBIND, "snd_aloop.0")
        session.process.wait(10)
    write(BIND, "snd_aloop.0")
    assert session.status == 1, session.status
    assert "gaveUp" in session.kinds()


@check
def suspension_is_slept_through():
    with Session(CHAIN) as session:
        time.sleep(0.5)
        write("/sys/power/pm_test", "devices")
        # Devices sleep for five seconds, and every program is frozen meanwhile.
        write("/sys/power/state", "freeze")
        session.await_event("suspended")
        session.await_event("resumed")
        session.must_sound()
    assert session.status == 0


@check
def a_device_that_is_taken_is_named_with_its_owner():
    holder = subprocess.Popen(["aplay", "-q", "-D", f"{OUT},0", "-f", "dat", "-d", "20", "/dev/zero"])
    try:
        time.sleep(0.5)
        run = Talea.run("live", "gain 0dB", "-i", f"{IN},0", "-o", f"{OUT},0")
        assert run.returncode == 1, run.stderr
        assert f"another program has it open: aplay (process {holder.pid})" in run.stderr, run.stderr
    finally:
        holder.terminate()
        holder.wait()


@check
def a_second_of_standing_still_is_survived():
    with Session(CHAIN) as session:
        time.sleep(0.5)
        os.kill(session.process.pid, signal.SIGSTOP)
        time.sleep(1)
        os.kill(session.process.pid, signal.SIGCONT)
        session.await_event("xrun")
        session.must_sound()
    assert session.status == 0


main()
