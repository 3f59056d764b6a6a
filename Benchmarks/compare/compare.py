"""Runs Talea beside other programs on the same works and writes a page about it. `compare` installs what it needs."""
import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile

import numpy as np
import soundfile as sf

import accuracy
import graphs
import works as table

LONG, SHORT = 60, 1


def program(rate, seconds, seed=1):
    """Stereo: noise, sweeps and clicks under a slow swell."""
    n = rate * seconds
    t = np.arange(n) / rate
    out = np.zeros((n, 2))
    for channel in (0, 1):
        noise = np.cumsum(np.random.default_rng(seed + channel).standard_normal(n))
        noise -= np.convolve(noise, np.ones(2048) / 2048, "same")
        phase = (t + 5 * channel) % 10
        out[:, channel] = 0.003 * noise + 0.2 * np.sin(2 * np.pi * 20 * 10 / np.log(1000) * (1000 ** (phase / 10) - 1))
    out[rate // 10::rate // 2] += 0.25
    return np.clip(out * (0.6 + 0.4 * np.sin(2.3 * t))[:, None], -0.95, 0.95).astype("float32")


def response(seconds, rate=48_000):
    """A room's: noise that falls by 60 dB, of unit energy on each channel."""
    n = rate * seconds
    taps = np.random.default_rng(seconds).standard_normal((n, 2)) * 10 ** (-3 * np.arange(n) / n)[:, None]
    return (taps / np.sqrt((taps**2).sum(0))).astype("float32")


RUNNER = subprocess.Popen([sys.executable, "-S", os.path.join(table.HERE, "runner.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def cost(command, source, target):
    """Processor seconds, user and system, and megabytes of a program."""
    places = {"{in}": os.path.abspath(source), "{out}": os.path.abspath(target), "{folder}": os.path.dirname(os.path.abspath(source))}
    words = []
    for word in command:
        for name, place in places.items():
            word = word.replace(name, place)
        words.append(word)
    # What a former run wrote is freed outside: it would count for whoever comes next.
    if os.path.exists(places["{out}"]):
        os.remove(places["{out}"])
    RUNNER.stdin.write(json.dumps(words) + "\n")
    RUNNER.stdin.flush()
    answer = json.loads(RUNNER.stdout.readline())
    if answer["status"]:
        raise RuntimeError(answer["message"] or f"status {answer['status']}")
    return answer["seconds"], answer["memory"]


def talea_commands(talea, work, folder):
    """Talea's own runs: by label, the first one the target's. A text of several lines is a patch, another one a chain."""
    commands = {}
    first = next(iter(work["talea"]))
    for label, text in work["talea"].items():
        words = [talea, "process", "{in}", "{out}", "--force", "--quiet", "--tail", "none", *work.get("options", [])]
        if "\n" in text:
            file = os.path.join(folder, f"{len(os.listdir(folder))}.talea")
            open(file, "w").write(text)
            words += ["--patch", file]
        else:
            words += ["--chain", text]
        if "rate" in work:
            words += ["--rate", str(work["outputRate"])]
        commands["**Talea**" + (f", {label}" if label else "") + ("*" if label == first and label else "")] = words
    return commands


def measure(commands, work, folder, rounds):
    """Everything in turns: median nanoseconds per output frame (long file less short file), their spread, start and memory."""
    rate, seconds = work.get("rate", 48_000), work.get("seconds", LONG)
    frames = (seconds - SHORT) * work.get("outputRate", 48_000)
    short, long = os.path.join(folder, f"{rate}-{SHORT}.wav"), os.path.join(folder, f"{rate}-{seconds}.wav")
    target = os.path.join(folder, "out.wav")
    results = {name: ([], [], []) for name in commands}
    failed = {}
    for _ in range(rounds):
        for name, command in commands.items():
            if name in failed:
                continue
            try:
                brief, _ = cost(command, short, target)
                whole, memory = cost(command, long, target)
            except (OSError, RuntimeError) as error:
                failed[name] = str(error)
                continue
            for values, value in zip(results[name], (brief, whole, memory)):
                values.append(value)
    for name, reason in failed.items():
        print(f"  {name}: left out: {reason}", file=sys.stderr)
        del results[name]
    rows = {}
    for name, (brief, whole, memory) in results.items():
        start = statistics.median(brief)
        each = sorted((w - start) / frames * 1e9 for w in whole)
        rows[name] = dict(ns=statistics.median(each), least=each[0], most=each[-1], start=start * 1e3, memory=statistics.median(memory))
    return rows


def quality(kind, command, folder):
    """What of the accuracy can be said in a cell."""
    def run(source):
        cost(command, source, os.path.join(folder, "answer.wav"))
        return os.path.join(folder, "answer.wav")
    former = os.getcwd()
    os.chdir(folder)
    try:
        if kind == "eq":
            deviation, frequency = accuracy.equalizer(run, table.BANDS, table.GAIN)
            return f"{deviation:.5f} dB at {frequency:.0f} Hz"
        if kind == "resample":
            worst, image, ripple = accuracy.resampler(run)
            return f"THD+N {worst:.0f} dB, image {image:.0f} dB, ripple {ripple:.4f} dB"
        if kind == "oversample":
            flatness, alias = accuracy.oversampler(run)
            return f"flat to 20 kHz within {flatness:.3f} dB, aliases {alias:.0f} dB"
    except (OSError, RuntimeError, ValueError) as error:
        return f"not measured ({error})"
    finally:
        os.chdir(former)
    return ""


def equalizer_everywhere(talea, folder):
    """Talea's equaliser at every usual rate, and its lowest band at 192 kHz."""
    former = os.getcwd()
    os.chdir(folder)
    lines = []
    try:
        def runner(chain):
            def run(source):
                cost([talea, "process", "{in}", "{out}", "--force", "--quiet", "--tail", "none", "--chain", chain], source, "answer.wav")
                return "answer.wav"
            return run
        for rate in (44_100, 48_000, 88_200, 96_000, 176_400, 192_000):
            bands = [band for band in table.BANDS if band[0] < 0.45 * rate]
            lines.append(f"| {rate:,} Hz | {accuracy.equalizer(runner(table.eq(bands)), bands, 1, rate)[0]:.6f} dB |".replace(",", " "))
        lines.append(f"\nA band at 20 Hz with Q 10 and +6 dB at 192 kHz, on noise: error {accuracy.low_band(runner('peak 20Hz +6dB q=10')):.1f} dB "
                     "below the output, against the same filter in double precision by scipy.\n")
    finally:
        os.chdir(former)
    return lines


def channels_apart(talea, folder, rounds):
    """What one channel costs of one to 32: the whole program, less reading and writing them."""
    lines = []
    seconds, rate = 20, 48_000
    sound = program(rate, seconds)
    works = {"10 bands": f"gain -3dB -> {table.eq(table.BANDS)}", "31 bands": table.eq(table.bands(31)), "gain alone": "gain -3dB"}
    for channels in (1, 2, 4, 8, 16, 32):
        wide = np.tile(sound, (1, (channels + 1) // 2))[:, :channels]
        short, long, target = (os.path.join(folder, name) for name in ("channels-short.wav", "channels-long.wav", "out.wav"))
        sf.write(long, wide, rate, subtype="FLOAT")
        sf.write(short, wide[:rate * SHORT], rate, subtype="FLOAT")
        each = {name: [] for name in works}
        for _ in range(rounds):
            for name, chain in works.items():
                words = [talea, "process", "{in}", "{out}", "--force", "--quiet", "--tail", "none", "--chain", chain]
                brief = cost(words, short, target)[0]
                each[name].append((cost(words, long, target)[0] - brief) / ((seconds - SHORT) * rate * channels) * 1e9)
        figures = {name: statistics.median(values) for name, values in each.items()}
        files = figures.pop("gain alone")
        cells = [f"{figure:.2f} | {figure - files:.2f}" for figure in figures.values()]
        lines.append(f"| {channels} | {' | '.join(cells)} | {files:.2f} |")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--talea", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", help="works whose name contains this; the page is printed, not written")
    options = parser.parse_args()
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    page = [open(os.path.join(table.HERE, "head.md")).read()]
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "an unknown processor")
    page.append(f"Measured on {datetime.date.today()}, {os.cpu_count()} processors ({processor}), {options.rounds} rounds.\n")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        for rate in (44_100, 48_000):
            sound = program(rate, LONG)
            for seconds in (LONG, graphs.SECONDS, SHORT):
                sf.write(os.path.join(folder, f"{rate}-{seconds}.wav"), sound[:seconds * rate], rate, subtype="FLOAT")
        for seconds in table.RESPONSES:
            sf.write(os.path.join(folder, f"response-{seconds}.wav"), response(seconds), 48_000, subtype="FLOAT")
        for work in table.works() + graphs.works():
            if options.only and options.only not in work["name"]:
                continue
            print(work["name"], file=sys.stderr)
            commands = talea_commands(options.talea, work, folder) | work["others"]
            rows = measure(commands, work, folder, options.rounds)
            first = next(iter(rows.values()))["ns"]
            judged = work.get("accuracy")
            page.append(f"## {work['name']}\n\n{work['notes']}\n")
            page.append("| program | ns per frame | least to most | Talea takes | 1 s file, ms | memory, MB |" + (" accuracy |" if judged else ""))
            page.append("| --- | --- | --- | --- | --- | --- |" + (" --- |" if judged else ""))
            for name, row in sorted(rows.items(), key=lambda item: item[1]["ns"]):
                share = "" if "Talea" in name else f"{first / row['ns']:.2f} of it"
                neighbour = judged == "eq" and "Talea" in name and "10 bands" not in name
                cell = f" {'' if neighbour else quality(judged, commands[name], folder)} |" if judged else ""
                page.append(f"| {name} | {row['ns']:.1f} | {row['least']:.1f} to {row['most']:.1f} | {share} | {row['start']:.1f} | {row['memory']:.0f} |{cell}")
            page.append("")
        if not options.only:
            page.append("## The equaliser's accuracy at other rates\n\nLargest deviation from the analytic response, 10 Hz to 0.45 of the rate:\n\n"
                        "| rate | deviation |\n| --- | --- |")
            page += equalizer_everywhere(options.talea, folder)
            page.append("## One to 32 channels\n\nNanoseconds per frame and channel: of the whole program, and without what a gain "
                        "alone takes, which is mostly reading and writing.\n\n| channels | 10 bands | without files | 31 bands | without files "
                        "| a gain |\n| --- | --- | --- | --- | --- | --- |")
            page += channels_apart(options.talea, folder, options.rounds)
    text = "\n".join(page)
    if options.only:
        print(text)
    else:
        open(options.output, "w").write(text)


main()
