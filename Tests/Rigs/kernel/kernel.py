#!/usr/bin/env python3
"""Runs `talea` between the real sound drivers of a real kernel: User-mode Linux, which runs as a process of this machine.

The guest's root is this machine's, for reading: it runs the same binary beside the same libraries. It is started in real time
for what goes wrong with devices and for MIDI, and in simulated time, in which the clock moves when everything sleeps: what
is too late there is too late by its own fault.

Usage: kernel.py TALEA [--minutes 10] [--only NAME]
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def boot(kernel, program, folder, *arguments, simulated=False, limit=900):
    """Runs a program of this folder in the guest and passes on what it prints.

    Returns whether it ended with status 0.
    """
    shutil.copy(os.path.join(HERE, "init"), folder)
    words = [sys.executable, os.path.join(HERE, program), *map(str, arguments)]
    with open(os.path.join(folder, "command"), "w") as file:
        file.write(" ".join("'" + word.replace("'", "'\\''") + "'" for word in words) + "\n")
    command = [
        kernel, "mem=512M", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", f"init={folder}/init",
        f"talea_shared={folder}", "con=null", "con0=null,fd:1", "quiet"]
    if simulated:
        command.append("time-travel=inf-cpu")
    began = time.monotonic()
    guest = subprocess.Popen(
        ["timeout", "-s", "KILL", str(limit), *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, errors="replace")
    ended = False
    for line in guest.stdout:
        line = line.rstrip()
        if line.startswith("guest ended with "):
            ended = line == "guest ended with 0"
            continue
        print("  " + line, flush=True)
    guest.wait()
    print(f"  ({time.monotonic() - began:.0f} s)")
    return ended


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("talea")
    parser.add_argument("--minutes", type=float, default=10, help="of simulated time without an underrun")
    parser.add_argument("--only", default="", help="run the checks whose name contains this")
    options = parser.parse_args()
    kernel = subprocess.run([os.path.join(HERE, "build")], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    talea = os.path.abspath(options.talea)
    # A folder whose path has no spaces, for it stands on the kernel's command line.
    with tempfile.TemporaryDirectory(prefix="talea-kernel-", dir="/tmp") as folder:
        print("in real time:")
        real = boot(kernel, "faults.py", folder, talea, "--only", options.only)
        print("with MIDI:")
        midi = boot(kernel, "midi.py", folder, talea, "--only", options.only)
        print("in simulated time:")
        exact = boot(
            kernel, "exact.py", folder, talea, "--minutes", options.minutes, "--only", options.only, simulated=True)
    if not (real and midi and exact):
        print("FAILED")
        sys.exit(1)


main()
