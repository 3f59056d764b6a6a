#!/usr/bin/env python3
"""Runs `talea live` on the simulated device for a while, with faults at random, and holds it to three things:

1. every fault is told with its kind and side, and sound runs again behind it;
2. every underrun or overrun that was not made here coincides, within 5 ms, with a late wake-up of a witness thread of the
   same priority, so that the machine was late and not the program;
3. it ends when told to, with status 0, and nothing was lost on the way to the log.

Usage: soak.py TALEA [--seconds 600] [--period 64] [--periods 3] [--seed N]
"""
import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

PRIORITY = 70
NEAR = 5_000_000
HERE = os.path.dirname(os.path.abspath(__file__))
SIMDEV = os.path.join(HERE, "..", "simdev")

# The fault, its argument (milliseconds, or an error number), how long it lasts, what is told, and whether its side is.
FAULTS = [
    ("xrun", 0, 0, "xrun", True),
    ("suspend", 150, 150, "suspended", False),
    ("disconnect", 250, 250, "disconnected", False),
    ("stall", 600, 600, "stalled", True),
    ("err", 5, 0, "failed", True),
    ("late", 30, 30, "xrun", False),
]
SIDES = {"play": "playback", "cap": "capture"}


def build(folder):
    def cc(name, *arguments):
        path = os.path.join(folder, name)
        subprocess.run(["cc", "-O2", "-w", "-o", path, *arguments], check=True)
        return path

    plugin = cc("simdev.so", "-DPIC", "-fPIC", "-shared", os.path.join(SIMDEV, "pcm_simdev.c"), "-lasound", "-lm")
    control = cc("simdevctl", os.path.join(SIMDEV, "simdevctl.c"))
    witness = cc("witness", os.path.join(HERE, "witness.c"), "-lpthread")
    return plugin, control, witness


def frames(control, device):
    lines = subprocess.run([control, device, "stats"], check=True, capture_output=True, text=True).stdout
    return [int(word.split("=")[1]) for word in lines.split() if word.startswith("frames=")]


def now():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("talea")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--period", type=int, default=64)
    parser.add_argument("--periods", type=int, default=3)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    device = f"soak{os.getpid()}"
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        plugin, control, witness_program = build(folder)
        configuration = os.path.join(folder, "asound.conf")
        with open(configuration, "w") as file:
            file.write(
                f'</usr/share/alsa/alsa.conf>\npcm_type.simdev {{ lib "{plugin}" }}\n'
                f'pcm.rig {{ type simdev device "{device}" source loop }}\n')
        late_path, log_path = os.path.join(folder, "late"), os.path.join(folder, "log")
        with open(late_path, "w") as late, open(log_path, "w") as log:
            witness = subprocess.Popen([witness_program, str(PRIORITY)], stdout=late)
            live = subprocess.Popen(
                [options.talea, "live", "gain -12dB -> reverb decay=1s mix=30%", "-i", "rig", "-o", "rig", "--log", "json",
                 "--period", str(options.period), "--periods", str(options.periods)],
                stderr=log, env={**os.environ, "ALSA_CONFIG_PATH": configuration})
            try:
                injected = torment(options, dice, control, device, live, witness, problems)
            finally:
                live.send_signal(signal.SIGTERM)
                try:
                    status = live.wait(30)
                except subprocess.TimeoutExpired:
                    live.kill()
                    status = "killed, for it did not end by itself"
                witness.kill()
                witness.wait()
                try:
                    os.unlink(f"/dev/shm/simdev.{device}")
                except FileNotFoundError:
                    pass
        if status != 0:
            problems.append(f"it ended with status {status}")
        with open(log_path) as log:
            events = [json.loads(line) for line in log if line.startswith("{")]
        with open(late_path) as late:
            intervals = [tuple(map(int, line.split())) for line in late if line.count(" ") == 1]
    judge(options, injected, events, intervals, problems)


def torment(options, dice, control, device, live, witness, problems):
    injected = []
    end = time.monotonic() + options.seconds
    time.sleep(1)
    while time.monotonic() < end:
        if live.poll() is not None or witness.poll() is not None:
            problems.append("the program or the witness ended by itself")
            break
        kind, argument, length, told, hasSide = dice.choice(FAULTS)
        # The program waits for the capture side; a wake-up of the other side that is late is one that nobody waits for.
        side = "cap" if kind == "late" else dice.choice(sorted(SIDES))
        start = now()
        subprocess.run([control, device, side, kind, str(argument)], check=True)
        time.sleep(length / 1000 + 0.6)
        before = frames(control, device)
        time.sleep(0.2)
        after = frames(control, device)
        if not all(a < b for a, b in zip(before, after)):
            problems.append(f"no sound 0.8 s after `{side} {kind}` (fault {len(injected) + 1})")
        injected.append((start, start + length * 1_000_000 + 150_000_000, kind, told, SIDES[side] if hasSide else None))
        time.sleep(dice.uniform(0, 1))
    return injected


def judge(options, injected, events, intervals, problems):
    incidents = [event for event in events if "nanoseconds" in event]
    for start, end, kind, told, side in injected:
        answers = [
            event for event in incidents
            if event["event"] == told and start - NEAR <= event["nanoseconds"] <= end
            and (side is None or event["direction"] == side)]
        if not answers:
            problems.append(f"`{kind}` ({side or 'either side'}) at {start} was not told as `{told}`")
    late = sorted(interval for interval in intervals if interval[1] - interval[0] >= 1_000_000)
    natural = [
        event for event in incidents
        if event["event"] == "xrun"
        and not any(start - NEAR <= event["nanoseconds"] <= end for start, end, *_ in injected)]
    unexplained = [
        event for event in natural
        if not any(due - NEAR <= event["nanoseconds"] <= woke + NEAR for due, woke in late)]
    for event in unexplained:
        problems.append(f"{event['direction']} xrun at {event['nanoseconds']} without a late witness")
    ends = [event for event in events if event["event"] == "end"]
    if not ends:
        problems.append("no figures at the end")
    elif ends[0].get("lostEvents", 0):
        problems.append(f"{ends[0]['lostEvents']} events were lost")
    covered = 0
    reach = 0
    for due, woke in late:
        covered += max(0, woke + NEAR - max(reach, due - NEAR))
        reach = max(reach, woke + NEAR)
    kinds = {kind: sum(fault[2] == kind for fault in injected) for kind, *_ in FAULTS}
    print(f"soak: {options.seconds:.0f} s at {options.period} x {options.periods}, seed {options.seed}")
    print("faults: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    print(
        f"xruns that were not made: {len(natural)}, of them beside a late witness: {len(natural) - len(unexplained)}; "
        f"late wake-ups of 1 ms or more: {len(late)}, their surroundings are {100e-9 * covered / options.seconds:.1f} % of the time")
    for problem in problems:
        print(f"FAILED: {problem}")
    sys.exit(1 if problems else 0)


main()
