#!/usr/bin/env python3
"""In the guest, in simulated time: what must be exact."""
import json
import subprocess
import time

from guest import IN, OUT, Session, Talea, check, main

CHAIN = "gain -12dB -> eq { highpass 80Hz; peak 2.5kHz +3dB q=1.4 } -> reverb decay=1s mix=30%"


@check
def latency_that_is_stated_is_measured_to_the_frame():
    figures = []
    for period, periods in [(64, 3), (96, 2), (128, 2), (256, 4), (480, 3), (441, 3)]:
        run = Talea.run("latency", "-i", IN, "-o", OUT, "--period", period, "--periods", periods, "--json")
        assert run.returncode == 0, run.stderr
        report = json.loads(run.stdout)
        stated, measured = report["statedFrames"], report["measuredFrames"]
        assert measured == [stated] * 8, (period, periods, report)
        assert report["interruptions"] == 0, report
        figures.append(f"{period} x {periods}: {stated}")
    return ", ".join(figures)


@check
def minutes_pass_without_an_underrun(options):
    seconds = 60 * options.minutes
    with Session(CHAIN, "--duration", f"{seconds}s", period=64, periods=3) as session:
        # The clock of the day steps; that of the sound does not.
        time.sleep(5)
        now = time.time()
        for step in (3_600, -7_200, 3_600):
            time.clock_settime(time.CLOCK_REALTIME, now + step)
            time.sleep(1)
        session.process.wait(seconds + 60)
    assert session.status == 0, session.status
    end = session.events[-1]
    assert end["event"] == "end" and not end["incidents"], session.events
    assert end["frames"] >= 48_000 * seconds, end
    return f"{end['frames']} frames at 64 x 3, no incident"


@check
def time_moves_so_nothing_spins():
    """A program that waits in a loop would hold this clock for ever; `timeout` is counted on the same clock."""
    run = subprocess.run(
        [Talea.path, "live", "gain 0dB", "-i", IN, "-o", OUT, "--period", "480", "--duration", "2s"],
        capture_output=True, text=True, timeout=60)
    assert run.returncode == 0 and "incidents" not in run.stderr, run.stderr


main()
