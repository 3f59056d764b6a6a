"""What the programs of the guest have in common: sessions of `talea`, checks by name, sound files."""
import argparse
import array
import json
import math
import os
import signal
import struct
import subprocess
import sys
import time
import traceback
import wave

# The cards, in the order in which the kernel finds them. What is played on device 0 of the cable comes out of device 1.
DUMMY, CABLE = "Dummy", "Loopback"
OUT, IN = f"hw:{CABLE},0", f"hw:{CABLE},1"
CABLE_FOLDER = f"/proc/asound/{CABLE}"


class Talea:
    """The program under test."""

    path = "talea"

    @classmethod
    def run(cls, *arguments, timeout=60):
        return subprocess.run([cls.path, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)


class Session:
    """A session of `talea live` that runs until the end of a `with`; `events` is its log so far."""

    count = 0

    def __init__(self, patch, *arguments, capture=IN, playback=OUT, period=256, periods=4):
        Session.count += 1
        self.log = f"/dev/shm/log{Session.count}"
        self.socket = f"/dev/shm/socket{Session.count}"
        self.command = [
            Talea.path, "live", patch, "-i", capture, "-o", playback, "--period", str(period), "--periods", str(periods),
            "--log", "json", "--socket", self.socket, *map(str, arguments)]
        self.status = None

    def __enter__(self):
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(self.command, stderr=log)
        self.await_event("started")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    @property
    def events(self):
        with open(self.log) as log:
            return [json.loads(line) for line in log if line.startswith("{") and line.endswith("}\n")]

    def end(self):
        """The figures at its end."""
        return next(event for event in self.events if event["event"] == "end")

    def kinds(self):
        return [event["event"] for event in self.events]

    def await_event(self, kind, after=0, seconds=20):
        """Waits until something was told behind the first `after` events, and returns it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for event in self.events[after:]:
                if event["event"] == kind:
                    return event
            if self.process.poll() is not None:
                raise AssertionError(f"it ended by itself, without `{kind}`: {open(self.log).read()}")
            time.sleep(0.02)
        raise AssertionError(f"`{kind}` was not told: {open(self.log).read()}")

    def stats(self):
        answer = subprocess.run(
            [Talea.path, "ctl", "--socket", self.socket, "send", '{"do": "stats"}'], capture_output=True, text=True, timeout=20)
        return json.loads(answer.stdout)

    def position(self):
        return self.stats()["position"]

    def must_sound(self):
        """That frames go through."""
        before = self.position()
        time.sleep(0.3)
        after = self.position()
        assert after > before, f"no sound: {before} frames, and {after} 0.3 s later: {open(self.log).read()}"


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def make_sound(path, frames, channels=2, rate=48_000):
    """Noise of 16 bits; returns its bytes."""
    state, words = 1, []
    for _ in range(frames * channels):
        state = (state * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        words.append((state >> 15) - 32_768)
    data = struct.pack(f"<{len(words)}h", *words)
    with wave.open(path, "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(data)
    return data


def read_floats(path, begin, end):
    """Frames of the first channel of a file of 32 bits floating point, counted from its end."""
    with open(path, "rb") as file:
        head = file.read(4_096)
        channels = struct.unpack_from("<H", head, head.index(b"fmt ") + 10)[0]
        file.seek(-4 * channels * begin, os.SEEK_END)
        data = file.read(4 * channels * (begin - end))
    return array.array("f", data)[::channels]


def fit_sine(samples, frequency, rate=48_000):
    """The frequency of the sine that fits best, and what is left beside it, in dB."""

    def fit(frequency):
        ss = cc = sc = xs = xc = xx = 0.0
        for n, x in enumerate(samples):
            angle = 2 * math.pi * frequency * n / rate
            s, c = math.sin(angle), math.cos(angle)
            ss, cc, sc, xs, xc, xx = ss + s * s, cc + c * c, sc + s * c, xs + x * s, xc + x * c, xx + x * x
        determinant = ss * cc - sc * sc
        a, b = (xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant
        explained = a * xs + b * xc
        return max(xx - explained, 1e-20) / max(explained, 1e-20)

    width = 100e-6
    for _ in range(5):
        frequency = min((frequency * (1 + place * width / 3) for place in range(-3, 4)), key=fit)
        width /= 3
    return frequency, 10 * math.log10(fit(frequency))


checks = []


def check(function):
    """Registers a check under the name of its function."""
    checks.append(function)
    return function


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("talea")
    parser.add_argument("--only", default="")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    Talea.path = options.talea
    failures = 0
    for function in checks:
        name = function.__name__.replace("_", " ")
        if options.only not in name:
            continue
        try:
            figure = function(options) if function.__code__.co_argcount else function()
            print(f"ok: {name}" + (f": {figure}" if figure else ""), flush=True)
        except Exception as error:  # whatever it is, the others go on
            failures += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            print(f"FAILED: {name}: {error!r} (line {place.lineno})", flush=True)
    sys.exit(1 if failures else 0)
