#!/usr/bin/env python3
"""Prints what libebur128 says of the signals of EBU Tech 3341 and 3342, as the table of LoudnessMeterTests.swift.

Needs numpy and libebur128 (Debian: apt-get install python3-numpy libebur128-1). Every signal is a tone of 1 kHz at 48 kHz
whose level changes between parts, or a short tone for true peaks; the same formulas stand in the test.
"""
import ctypes
import math

import numpy as np

RATE = 48_000
library = ctypes.CDLL("libebur128.so.1")
library.ebur128_init.restype = ctypes.c_void_p
for name in ("add_frames_float", "loudness_global", "loudness_range", "true_peak", "destroy", "loudness_momentary", "loudness_shortterm"):
    getattr(library, "ebur128_" + name).restype = ctypes.c_int
EVERYTHING = 0x3F


def judge(channels):
    """Integrated loudness, range, largest momentary and short-term loudness, true peak in dB."""
    count = len(channels)
    interleaved = np.ascontiguousarray(np.array(channels, dtype=np.float32).T)
    state = ctypes.c_void_p(library.ebur128_init(ctypes.c_uint(count), ctypes.c_ulong(RATE), ctypes.c_int(EVERYTHING)))
    momentary = short_term = -math.inf
    value = ctypes.c_double()
    for start in range(0, len(interleaved), RATE // 10):
        part = interleaved[start : start + RATE // 10]
        library.ebur128_add_frames_float(
            state, part.ctypes.data_as(ctypes.POINTER(ctypes.c_float)), ctypes.c_size_t(len(part)))
        library.ebur128_loudness_momentary(state, ctypes.byref(value))
        momentary = max(momentary, value.value) if start >= 3 * RATE // 10 else momentary
        library.ebur128_loudness_shortterm(state, ctypes.byref(value))
        short_term = max(short_term, value.value) if start >= 29 * RATE // 10 else short_term
    library.ebur128_loudness_global(state, ctypes.byref(value))
    integrated = value.value
    library.ebur128_loudness_range(state, ctypes.byref(value))
    spread = value.value
    peak = 0.0
    for channel in range(count):
        library.ebur128_true_peak(state, ctypes.c_uint(channel), ctypes.byref(value))
        peak = max(peak, value.value)
    library.ebur128_destroy(ctypes.byref(state))
    return integrated, spread, momentary, short_term, 20 * math.log10(peak)


def tone(*parts):
    """One channel: (dBFS, seconds) after each other, the phase going on."""
    levels = np.concatenate([np.full(round(seconds * RATE), 10 ** (level / 20)) for level, seconds in parts])
    return levels * np.sin(2 * math.pi * 1_000 * np.arange(len(levels)) / RATE)


def stereo(*parts):
    return [tone(*parts)] * 2


SIGNALS = {
    "3341-1": stereo((-23, 20)),
    "3341-2": stereo((-33, 20)),
    "3341-3": stereo((-36, 10), (-23, 60), (-36, 10)),
    "3341-4": stereo((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)),
    "3341-5": stereo((-26, 20), (-20, 20.1), (-26, 20)),
    "3341-6": [tone((level, 20)) for level in (-28, -28, -24, -30, -30)],
    "3342-1": stereo((-20, 20), (-30, 20)),
    "3342-2": stereo((-20, 20), (-15, 20)),
    "3342-3": stereo((-40, 20), (-20, 20)),
    "3342-4": stereo((-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)),
}

if __name__ == "__main__":
    for name, channels in SIGNALS.items():
        integrated, spread, momentary, short_term, peak = judge(channels)
        print(f'    "{name}": ({integrated:.4f}, {spread:.4f}, {momentary:.4f}, {short_term:.4f}, {peak:.4f}),')
