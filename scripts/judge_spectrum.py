#!/usr/bin/env python3
"""Prints what scipy says of the spectrum of a sound, as the numbers of AnalyzeTests.swift.

Needs numpy and scipy. The sound has two channels of 2.5 s at 48 kHz in 16 bits: seeded noise behind a pole at 0.9, and a tenth
of further noise with a tone of 440 Hz; the same formulas stand in the test. Windows are those of Hann, 8,192 frames, half of it
apart, with silence of half a window before and enough behind; powers are averaged over the channels, and count from 20 Hz on.
"""
import math

import numpy as np
from scipy import signal

RATE, FRAMES, SIZE = 48_000, 120_000, 8_192
HOP = SIZE // 2


def noise(seed, frames, amplitude):
    state, values = seed, []
    for _ in range(frames):
        state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        high = state >> 32
        uniform = (high - 2**32 if high >= 2**31 else high) * 2.0**-31
        values.append(uniform * amplitude)
    return np.array(values)


def rounded(x):
    return np.round(x * 32_768) / 32_768


left = rounded(signal.lfilter([0.1], [1, -0.9], noise(1, FRAMES, 0.5)))
right = rounded(0.1 * noise(2, FRAMES, 0.5) + 0.25 * np.sin(2 * math.pi * 440 * np.arange(FRAMES) / RATE))

windows = (FRAMES + HOP - 1) // HOP + 1
length = (windows - 1) * HOP + SIZE
power = np.zeros(SIZE // 2 + 1)
for channel in (left, right):
    padded = np.zeros(length)
    padded[HOP : HOP + FRAMES] = channel
    _, _, frames = signal.spectrogram(
        padded, RATE, window="hann", nperseg=SIZE, noverlap=SIZE - HOP, detrend=False, scaling="density", mode="psd")
    power += frames.sum(axis=1) / 2 * RATE / SIZE * HOP / FRAMES
frequencies = np.arange(len(power)) * RATE / SIZE
audible = frequencies >= 20
centroid = (power * frequencies)[audible].sum() / power[audible].sum()
reached = np.cumsum(power[audible]) / power[audible].sum()
print(f"centroid {centroid:.6f}")
print(f"rollOff95 {frequencies[audible][np.argmax(reached >= 0.95)]:.6f}")
for octave in range(-5, 5):
    middle = 1_000 * 2.0**octave
    band = (frequencies >= middle / math.sqrt(2)) & (frequencies < middle * math.sqrt(2))
    print(f"({middle:g}, {10 * math.log10(power[band].sum()):.6f}),")
