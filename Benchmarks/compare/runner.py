"""Runs one program for each line of standard input (a JSON list of words) and answers with what it cost.

A small process of its own: what a program starts from counts as its memory, and copying it as its time.
"""
import json
import os
import subprocess
import sys

for line in sys.stdin:
    try:
        process = subprocess.Popen(json.loads(line), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        message = process.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        answer = dict(status=status, message=message[-200:].strip(), seconds=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / 1024)
    except OSError as error:
        answer = dict(status=1, message=str(error))
    print(json.dumps(answer), flush=True)
