#!/usr/bin/env python3
"""Plays and records through the ALSA plug-ins of JACK, PipeWire and PulseAudio: a smoke test.

Each server is started in a folder of its own under a name of its own, with a device that is no hardware and comes back as its
own monitor; nothing of a running desktop is touched. At the end it is stopped, whatever happened.

Usage: servers.py TALEA [jack] [pipewire] [pulse]
"""
import argparse
import array
import json
import math
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time

from jack import Jack
from pipewire import PipeWire
from pulse import Pulse

SERVERS = {"jack": Jack, "pipewire": PipeWire, "pulse": Pulse}
# An oscillator's level, and how far what comes back may be from it.
LEVEL, TOLERANCE = -12.0, 0.5


class Smoke:
    def __init__(self, talea, server, folder):
        self.talea, self.server, self.folder = talea, server, folder
        self.size = ["--period", str(server.period), "--periods", str(server.periods)]

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments, timeout=60):
        return subprocess.run(
            [self.talea, *arguments], capture_output=True, text=True, timeout=timeout, env=self.server.environment, cwd=self.folder)

    def start(self, log, *arguments):
        with open(self.path(log), "w") as file:
            return subprocess.Popen(
                [self.talea, *arguments, *self.size, "--log", "json", "--socket", "none"], stderr=file,
                env=self.server.environment, cwd=self.folder)

    def events(self, log):
        with open(self.path(log)) as file:
            return [json.loads(line) for line in file if line.startswith("{") and line.endswith("}\n")]

    def end(self, process):
        """Ends a session as a service manager does; returns its status."""
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            return "killed, for it did not end by itself"

    def list(self):
        run = self.run("devices", "rig")
        assert run.returncode == 0 and "playback" in run.stdout and "capture" in run.stdout, run.stdout + run.stderr

    def go_through(self):
        """A tone that one session plays is recorded by another, with its level and its frequency."""
        player = self.start("player", "live", "oscillator 997Hz", "-o", "rig")
        try:
            time.sleep(1)
            recorder = self.run(
                "record", "take.wav", "-i", "rig", "--duration", "3s", "--socket", "none", *self.size)
            assert recorder.returncode == 0, recorder.stderr
        finally:
            status = self.end(player)
        assert status == 0, f"the player ended with {status}: {open(self.path('player')).read()}"
        level, frequency = measure(self.path("take.wav"))
        assert abs(level - LEVEL) < TOLERANCE, f"{level:.2f} dB of {LEVEL} dB came back"
        assert abs(frequency - 997) < 1, f"{frequency:.2f} Hz of 997 Hz came back"
        return f"{level:.2f} dB at {frequency:.1f} Hz"

    def run_both_ways(self):
        seconds = 5
        session = self.start("both", "live", "gain -12dB -> reverb decay=1s", "-i", "rig", "-o", "rig", "--duration", f"{seconds}s")
        assert session.wait(40) == 0, open(self.path("both")).read()
        end = self.events("both")[-1]
        assert end["event"] == "end" and end["frames"] >= 48_000 * seconds, end
        # This machine is nobody's studio: interruptions are borne, as long as they stay few.
        incidents = sum(end["incidents"].values()) if end["incidents"] else 0
        assert incidents <= 10 * seconds, end
        return f"{end['frames']} frames, {incidents} incidents"

    def lose_the_server(self):
        """The server dies: that is told, nothing spins, and the session ends when it is told to.

        The client library of PulseAudio 16 then waits for itself for ever. That must be told too, and left."""
        session = self.start("lost", "live", "gain -12dB", "-i", "rig", "-o", "rig")
        try:
            time.sleep(1.5)
            before = len(self.events("lost"))
            self.server.kill()
            busy = processor_seconds(session.pid)
            time.sleep(5)
            busy = processor_seconds(session.pid) - busy
            told = {event["event"] for event in self.events("lost")[before:]}
        finally:
            status = self.end(session)
        is_stuck = self.events("lost")[-1]["event"] == "stuck"
        assert status == (1 if is_stuck else 0), f"it ended with {status}"
        told |= {"stuck"} if is_stuck else set()
        assert told - {"resumed", "reconnected"}, "nothing was told"
        assert busy < 2.5, f"{busy:.1f} s of processor time in 5 s"
        return f"told: {', '.join(sorted(told))}; {busy / 5:.0%} of a processor"


def measure(path):
    """Level (in dB, of the peak of a sine) and frequency of the last two seconds of a recording's first channel."""
    with open(path, "rb") as file:
        data = file.read()
    place = data.index(b"fmt ") + 8
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, place)
    data = data[data.index(b"data", place) + 8:]
    if (kind, bits) == (3, 32):
        samples = array.array("f", data[:len(data) // 4 * 4])[::channels]
    elif bits == 24:
        samples = [int.from_bytes(data[n:n + 3], "little", signed=True) / 2**23 for n in range(0, len(data) - 2, 3 * channels)]
    else:
        width = bits // 8
        samples = [
            sample / 2**(bits - 1) for sample in array.array({2: "h", 4: "i"}[width], data[:len(data) // width * width])[::channels]]
    # Without the fade at the end. The middle one of all stretches, and of all periods: a gap is neither.
    samples = samples[-2 * rate - rate // 5:-rate // 5]
    stretch = rate // 50
    powers = sorted(
        sum(sample * sample for sample in samples[n:n + stretch]) / stretch
        for n in range(0, len(samples) - stretch + 1, stretch)) or [0]
    crossings = [n + a / (a - b) for n, (a, b) in enumerate(zip(samples, samples[1:])) if a < 0 <= b]
    periods = sorted(b - a for a, b in zip(crossings, crossings[1:])) or [math.inf]
    return 10 * math.log10(max(2 * powers[len(powers) // 2], 1e-20)), rate / periods[len(periods) // 2]


def processor_seconds(process):
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("talea")
    parser.add_argument("servers", nargs="*")
    options = parser.parse_args()
    failures = 0
    for name in options.servers or SERVERS:
        with tempfile.TemporaryDirectory(prefix=f"talea-{name}-") as folder:
            server = SERVERS[name](folder)
            try:
                server.start()
                smoke = Smoke(os.path.abspath(options.talea), server, folder)
                for step in (smoke.list, smoke.go_through, smoke.run_both_ways, smoke.lose_the_server):
                    label = f"{name}: {re.sub('_', ' ', step.__name__)}"
                    try:
                        figure = step()
                        print(f"ok: {label}" + (f": {figure}" if figure else ""), flush=True)
                    except (AssertionError, OSError, subprocess.SubprocessError) as error:
                        failures += 1
                        print(f"FAILED: {label}: {error}", flush=True)
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                failures += 1
                print(f"FAILED: {name} does not start: {error}", flush=True)
            finally:
                server.stop()
    sys.exit(1 if failures else 0)


main()
