#!/usr/bin/env python3
"""Makes the clips in this folder. Needs nothing but Python 3; gives the same bytes every time.

    python3 samples/make_samples.py samples
"""
import array
import math
import random
import sys
import wave

RATE = 48_000


def write(folder, name, *channels):
    """Writes channels in -1...1 as 16-bit WAV at RATE."""
    frames = array.array("h")
    for values in zip(*channels):
        for value in values:
            frames.append(max(-32768, min(32767, round(value * 32767))))
    with wave.open(f"{folder}/{name}.wav", "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(frames.tobytes())


def normalised(samples, peak):
    loudest = max(abs(x) for x in samples)
    return [x * peak / loudest for x in samples]


def pluck(frequency, seconds, rng, damping=0.996):
    """Karplus-Strong: noise in a loop with a two-point average."""
    line = [rng.uniform(-1, 1) for _ in range(round(RATE / frequency))]
    out = []
    for n in range(int(seconds * RATE)):
        place = n % len(line)
        out.append(line[place])
        line[place] = damping * 0.5 * (line[place] + line[(place + 1) % len(line)])
    return out


def mixed(length, parts):
    """Adds (start in seconds, gain, samples)."""
    out = [0.0] * int(length * RATE)
    for start, gain, samples in parts:
        first = int(start * RATE)
        for n, x in enumerate(samples[: len(out) - first]):
            out[first + n] += gain * x
    return out


def kick():
    out, phase = [], 0.0
    for n in range(int(0.35 * RATE)):
        t = n / RATE
        phase += 2 * math.pi * (48 + 140 * math.exp(-t * 38)) / RATE
        out.append(math.sin(phase) * math.exp(-t * 11))
    return out


def snare(rng):
    out = []
    for n in range(int(0.22 * RATE)):
        t = n / RATE
        out.append(0.5 * math.sin(2 * math.pi * 186 * t) * math.exp(-t * 26) + 0.7 * rng.uniform(-1, 1) * math.exp(-t * 20))
    return out


def hat(rng):
    out, last = [], 0.0
    for n in range(int(0.06 * RATE)):
        x = rng.uniform(-1, 1)
        out.append((x - last) * 0.5 * math.exp(-n / RATE * 75))
        last = x
    return out


def drums(rng):
    step = 60 / 100 / 4
    left, right = [], []
    for place in range(16):
        t = place * step
        if place in (0, 6, 10):
            left.append((t, 0.9, kick()))
            right.append((t, 0.9, kick()))
        if place in (4, 12):
            hit = snare(rng)
            left.append((t, 0.55, hit))
            right.append((t, 0.6, hit))
        hit = hat(rng)
        left.append((t, 0.22 if place % 2 else 0.3, hit))
        right.append((t, 0.32 if place % 2 else 0.2, hit))
    return mixed(16 * step, left), mixed(16 * step, right)


def voice(rng):
    """A glottal pulse train through formants that move from /a/ to /i/ to /o/."""
    vowels = [(730, 1090, 2440), (270, 2290, 3010), (570, 840, 2410)]
    seconds = 2.4
    states = [[0.0, 0.0] for _ in range(3)]
    phase, out = 0.0, []
    for n in range(int(seconds * RATE)):
        t = n / RATE
        pitch = 118 * (1 + 0.012 * math.sin(2 * math.pi * 5.1 * t)) * (1 - 0.08 * t / seconds)
        phase += pitch / RATE
        pulse = max(0.0, 1 - 6 * (phase % 1)) - 0.08 + 0.02 * rng.uniform(-1, 1)
        place = min(1.999, max(0.0, (t - 0.2) / (seconds - 0.4) * 2))
        a, b = vowels[int(place)], vowels[int(place) + 1]
        share = place - int(place)
        value = 0.0
        for formant, state in enumerate(states):
            f = a[formant] + (b[formant] - a[formant]) * share
            r = math.exp(-math.pi * (70 + 30 * formant) / RATE)
            y = (1 - r) * pulse + 2 * r * math.cos(2 * math.pi * f / RATE) * state[0] - r * r * state[1]
            state[0], state[1] = y, state[0]
            value += y * (1.0, 0.6, 0.3)[formant]
        out.append(value * min(1.0, t / 0.05, (seconds - t) / 0.15))
    return normalised(out, 0.7)


def sweep():
    """A sine from 20 Hz to 20 kHz, a constant time per octave, at -6 dBFS."""
    seconds, low, high = 3.0, 20.0, 20_000.0
    slope = math.log(high / low)
    out = []
    for n in range(int(seconds * RATE)):
        t = n / RATE
        x = math.sin(2 * math.pi * low * seconds / slope * (math.exp(t / seconds * slope) - 1))
        out.append(0.5 * x * min(1.0, t / 0.01, (seconds - t) / 0.01))
    return out


def main(folder):
    rng = random.Random(7)
    write(folder, "drums", *drums(rng))
    notes = [(0.0, 146.83), (0.3, 220.0), (0.6, 293.66), (0.9, 349.23), (1.2, 440.0)]
    strings = [(start, 0.5, pluck(f, 1.8, rng)) for start, f in notes]
    write(folder, "pluck", normalised(mixed(2.6, strings), 0.6))
    write(folder, "voice", voice(rng))
    write(folder, "sweep", sweep())
    write(folder, "impulse", [0.5] + [0.0] * (RATE // 2 - 1))


main(sys.argv[1] if len(sys.argv) > 1 else ".")
