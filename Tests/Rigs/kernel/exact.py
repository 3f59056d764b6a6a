#!/usr/bin/env python3
"""In the guest, in simulated time: what must be exact."""
import json
import subprocess
import time

from guest import CABLE, DUMMY, IN, OUT, Session, Talea, check, fit_sine, main, read_floats

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
    end = session.end()
    assert not end["incidents"], session.events
    assert end["frames"] >= 48_000 * seconds, end
    return f"{end['frames']} frames at 64 x 3, no incident"


# A fifth of a cent, as a share of a frequency, is what docs/live.md promises; the finest ears tell five cents apart.
INAUDIBLE = 115e-6


@check
def clocks_that_drift_apart_are_followed(options):
    """The cable runs 300 ppm slower than the dummy card, on which it is played, and knows where it is to 48 frames."""
    minutes, drift = min(options.minutes, 5), 1e5 / 100_030 - 1
    subprocess.run(
        ["amixer", "-q", "-c", CABLE, "cset", "iface=PCM,name='PCM Rate Shift 100000',device=1,subdevice=0", "100030"], check=True)
    found = []
    with Session("oscillator 997Hz", capture="none", playback=OUT) as tone:
        with Session("gain 0dB", "--record", "take", playback=f"hw:{DUMMY},0", period=240, periods=4) as session:
            for _ in range(round(60 * minutes)):
                time.sleep(1)
                found.append(session.stats()["driftPPM"] * 1e-6)
        assert session.status == 0 and not session.end()["incidents"], session.events
    assert tone.status == 0 and not tone.end()["incidents"], tone.events
    worst = max(abs(value - drift) for value in found[20:])
    # What the ratio was off moves the queue from its target.
    queue = [48_000 * sum(value - drift for value in found[20:end]) for end in range(21, len(found) + 1)]
    moved = max(map(abs, queue))
    assert worst < INAUDIBLE, f"{worst * 1e6:.0f} ppm off after 20 s: {found}"
    assert moved < 240, f"the queue moved by {moved:.0f} frames"
    frequency, residual = fit_sine(read_floats("take/input.wav", 36_000, 12_000), 997 * (1 + drift))
    assert abs(frequency / 997 / (1 + drift) - 1) < INAUDIBLE, frequency
    assert residual < -60, f"{residual:.1f} dB beside the tone"
    return (
        f"{minutes:g} minutes at {drift * 1e6:.0f} ppm, from 20 s on {worst * 1e6:.0f} ppm off at worst, the queue within "
        f"{moved:.0f} frames of a period of 240; "
        f"{residual:.0f} dB beside a tone of {frequency:.3f} Hz")


@check
def time_moves_so_nothing_spins():
    """A program that waits in a loop would hold this clock for ever; `timeout` is counted on the same clock."""
    run = subprocess.run(
        [Talea.path, "live", "gain 0dB", "-i", IN, "-o", OUT, "--period", "480", "--duration", "2s"],
        capture_output=True, text=True, timeout=60)
    assert run.returncode == 0 and "incidents" not in run.stderr, run.stderr


main()
