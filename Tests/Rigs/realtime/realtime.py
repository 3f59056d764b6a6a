#!/usr/bin/env python3
"""Runs everything that the audio thread does under RealtimeSanitizer and under a counter of allocations, retains and releases.

The two programs are those that `link` made: the released `talea` with somebody who looks on at the real-time bracket. First
both have to see what is done wrong on purpose; then every effect's example, every patch and every thing that can happen to a
session is played on a simulated device, and nothing may be seen.

Usage: realtime.py FOLDER_OF_PROGRAMS
"""
import concurrent.futures
import os
import subprocess
import sys
import tempfile

from session import OTHER_DEVICES, PROGRAMS, Session, example_patches, patches
from scenarios import scenarios

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "simdev"))
from simulated import Simulator  # noqa: E402

# What is done wrong, and how each program has to tell it.
OFFENCES = {
    "malloc": {"sanitized": "malloc", "counted": "allocations"},
    "lock": {"sanitized": "pthread_mutex_lock"},
    "sleep": {"sanitized": "nanosleep"},
    "retain": {"sanitized": "retains", "counted": "retains"},
}


def prove(programs, simulator):
    """That an offence is seen, by the one and by the other."""
    problems = []
    for offence, witnesses in OFFENCES.items():
        for program, word in witnesses.items():
            session = Session(programs[program], simulator, "offend", "gain -6dB", offence=offence, seconds=0.6)
            session.play()
            if session.reports.get(word, 0) == 0:
                problems.append(f"`{offence}` inside the bracket was not seen by talea-{program}: {session.reports}")
    return problems


def main():
    folder = os.path.abspath(sys.argv[1])
    programs = {name: os.path.join(folder, f"talea-{name}") for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as scratch:
        simulator = Simulator(scratch)
        problems = prove(programs, simulator)
        if problems:
            print("\n".join(f"FAILED: {problem}" for problem in problems))
            sys.exit(1)
        print("proof: an allocation, a lock, a sleep and a retain inside the bracket are seen")
        subjects = example_patches(programs["sanitized"], scratch) + patches()
        plays = [
            (program, name, lambda path=path, name=name, patch=patch: Session(
                path, simulator, name, patch, **OTHER_DEVICES.get(name, {})).with_changes())
            for name, patch in subjects for program, path in programs.items()]
        plays += [
            (program, name, lambda path=path, play=play: play(path, simulator))
            for name, play in scenarios() for program, path in programs.items()]
        brackets = changes = 0
        # Few at a time: each has a thread of real-time priority.
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            runs = {pool.submit(play): (program, name) for program, name, play in plays}
            for run in concurrent.futures.as_completed(runs):
                program, name = runs[run]
                try:
                    session = run.result()
                    brackets += session.brackets
                    changes += session.changes
                    problems += [f"{name} ({program}): {problem}" for problem in session.problems]
                except (OSError, ValueError, subprocess.SubprocessError) as error:
                    problems.append(f"{name} ({program}): {error!r}")
        print(
            f"{len(subjects)} effects and patches and {len(scenarios())} things that happen, each under RealtimeSanitizer and "
            f"under the counter: {brackets} brackets, {changes} changes of parameters")
        for problem in problems:
            print(f"FAILED: {problem}")
        if not problems:
            print("no report, no allocation, no retain, no release")
        sys.exit(1 if problems else 0)


main()
