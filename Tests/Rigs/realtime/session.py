"""One session of `talea live` with somebody who looks on at its real-time bracket."""
import glob
import itertools
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import time
import wave

PROGRAMS = ["sanitized", "counted"]
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
COUNTERS = ["allocations", "retains", "releases", "objects"]
numbers = itertools.count()


class Session:
    """Plays a patch on a device of its own and keeps what was seen.

    `problems` lists what must not be; `reports` what was seen inside the bracket, by its name; `events` the log.
    """

    def __init__(
        self, program, simulator, name, patch, *, device="source loop", faults="", seconds=1.0, offence="", arguments=(),
        ends=("rig", "rig"), status=0, others=None,
    ):
        self.program, self.simulator, self.name, self.patch = program, simulator, name, patch
        self.device, self.faults, self.seconds, self.offence = device, faults, seconds, offence
        self.others = others or {}
        self.arguments, self.ends, self.status = list(arguments), ends, status
        self.folder = os.path.join(simulator.folder, f"session{next(numbers)}")
        os.mkdir(self.folder)
        self.problems, self.reports, self.events = [], {}, []
        self.brackets = self.changes = 0
        self.is_silent = False

    def path(self, name):
        return os.path.join(self.folder, name)

    def play(self, during=None):
        """Runs it; `during` is called with the connection to its control socket while it plays."""
        with self.simulator.device(rig=self.device, **self.others) as device:
            environment = {
                **device.environment(self.faults),
                "TALEA_BRACKET_REPORT": self.path("report"),
                "TALEA_BRACKET_OFFENCE": self.offence,
                "RTSAN_OPTIONS": "halt_on_error=0",
            }
            if not self.offence:
                del environment["TALEA_BRACKET_OFFENCE"]
            command = [
                self.program, "live", self.patch, "-i", self.ends[0], "-o", self.ends[1], "--log", "json", "--force",
                "--period", "64", "--periods", "3", "--socket", self.path("socket"), *self.arguments]
            with open(self.path("log"), "w") as log:
                process = subprocess.Popen(command, stderr=log, env=environment, cwd=self.folder)
                try:
                    self.await_sound(process)
                    end = time.monotonic() + self.seconds
                    if during:
                        with Connection(self.path("socket")) as connection:
                            during(connection)
                    time.sleep(max(0, end - time.monotonic()))
                    process.send_signal(signal.SIGTERM)
                    status = process.wait(30)
                finally:
                    process.kill()
        if status != self.status:
            self.problems.append(f"it ended with status {status} and not {self.status}")
        self.look()
        return self

    def await_sound(self, process):
        """A busy machine takes its time to start a program. What makes no log, such as a measurement, is not waited for."""
        for _ in range(1_000):
            with open(self.path("log")) as log:
                if '"started"' in log.read() or process.poll() is not None or self.is_silent:
                    return
            time.sleep(0.02)

    def look(self):
        with open(self.path("log")) as log:
            lines = log.read().splitlines()
        self.events = [json.loads(line) for line in lines if line.startswith("{")]
        text = "\n".join(lines)
        for call in re.findall(r"Intercepted call to real-time unsafe function `([^`']*)", text):
            self.reports[call] = self.reports.get(call, 0) + 1
        others = [line for line in lines if not line.startswith("{") and not line.startswith("note:")]
        if others and not self.offence:
            self.problems.append("\n".join(others[:40]))
        if not os.path.exists(self.path("report")):
            self.problems.append("it left no report about its bracket")
            return
        with open(self.path("report")) as file:
            first, *rest = file.read().splitlines()
        counts = {key: int(value) for key, value in (word.split("=") for word in first.split())}
        self.brackets = counts["brackets"]
        if self.brackets < 100:
            self.problems.append(f"only {self.brackets} brackets")
        for counter in COUNTERS:
            if counts[counter]:
                self.reports[counter] = counts[counter]
                if not self.offence:
                    self.problems.append(f"{counts[counter]} {counter} inside the bracket\n" + "\n".join(rest[:40]))

    def with_changes(self):
        """Plays, and moves all that can be moved to both ends of its range, at once and over time."""

        def during(connection):
            dice = random.Random(7)
            targets = connection.ask({"do": "list"})["targets"]
            moves = []
            for target in targets:
                for value in (target.get("range") or "").split(".."):
                    if value and "inf" not in value:
                        moves.append((target["target"], value))
                if "value" in target:
                    moves.append((target["target"], target["value"]))
            dice.shuffle(moves)
            for name, value in moves[:80]:
                request = {"do": "set", "target": name, "value": value}
                if dice.random() < 0.5:
                    request.update({"do": "ramp", "time": dice.choice(["5ms", "50ms", "300ms"])})
                self.changes += connection.ask(request).get("ok", False)
            connection.ask({"do": "mute", "on": True})
            connection.ask({"do": "stats"})
            connection.ask({"do": "mute", "on": False})
            if moves and self.changes == 0:
                self.problems.append("no change was accepted")

        return self.play(during)

    def must_tell(self, *kinds):
        """That what was to happen has happened."""
        told = {event["event"] for event in self.events}
        for kind in kinds:
            if kind not in told:
                self.problems.append(f"`{kind}` did not happen; told were {sorted(told)}")
        return self


class Connection:
    """A client of the control socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(500):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.02)
        else:
            raise OSError("no session answers")
        self.socket.settimeout(20)
        self.file = self.socket.makefile("rw")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def ask(self, request):
        self.file.write(json.dumps(request) + "\n")
        self.file.flush()
        return json.loads(self.file.readline())


# Patches whose device has more channels than two.
OTHER_DEVICES = {
    "active-crossover.talea": {"device": "source loop channels [ 4 ]", "arguments": ["--map", "in=1,2"]},
}


def make_sound(path, samples, rate=48_000):
    """A mono file of 16 bits."""
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{len(samples)}h", *(int(32767 * sample) for sample in samples)))


def make_float_sound(path, samples, rate=48_000):
    """A mono file of floating point, whatever the numbers are."""
    data = struct.pack(f"<{len(samples)}f", *samples)
    with open(path, "wb") as file:
        file.write(
            b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt "
            + struct.pack("<IHHIIHH", 16, 3, 1, rate, 4 * rate, 4, 32) + b"data" + struct.pack("<I", len(data)) + data)


def example_patches(program, folder):
    """The example of every effect, as its page has it, in a file beside the sounds that it uses."""
    page = subprocess.run([program, "effects", "--markdown"], check=True, capture_output=True, text=True).stdout
    subjects = []
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        name = section.split("\n", 1)[0]
        example = section.split("\nExample:\n\n", 1)[1]
        lines = list(itertools.takewhile(lambda line: line.startswith("    ") or not line, example.split("\n")))
        text = "\n".join(line[4:] for line in lines) + "\n"
        for sound in re.findall(r'"([^"]+\.wav)"', text):
            dice = random.Random(5)
            os.makedirs(os.path.dirname(os.path.join(folder, sound)), exist_ok=True)
            make_sound(os.path.join(folder, sound), [dice.uniform(-0.5, 0.5) * 0.998**n for n in range(2_500)])
        path = os.path.join(folder, f"{name}.talea")
        with open(path, "w") as file:
            file.write(text)
        subjects.append((name, path))
    return subjects


def patches():
    """All patches of the project. What a patch needs other than the usual device stands in OTHER_DEVICES."""
    return [(os.path.basename(path), path) for path in sorted(glob.glob(os.path.join(ROOT, "patches", "*.talea")))]
