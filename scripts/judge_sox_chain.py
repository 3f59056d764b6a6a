#!/usr/bin/env python3
"""Prints the gains of chains of SoX effects as SoX plays them, as the table of ImportTests.swift.

Needs numpy and sox. Each chain plays an impulse of -20 dBFS at 48 kHz in 64-bit samples; the gains are those of its response.
"""
import subprocess

import numpy as np

CHAINS = [
    "gain -3 bass +4 100 treble -2",
    "highpass 80 lowpass 12k equalizer 1000 2q 5",
    "bass -6 200 0.8q treble 3 5k 0.4s vol 0.5",
    "bandreject 3000 5q allpass 500 0.7q equalizer 250 100h -4",
    "bandpass 1k 400 vol 3dB",
    "biquad 0.2 0.3 0.1 1.25 -0.9 0.3",
]
FREQUENCIES = [30, 100, 300, 1_000, 2_900, 10_000, 18_000]

if __name__ == "__main__":
    impulse = np.zeros(48_000)
    impulse[100] = 0.1
    for chain in CHAINS:
        out = subprocess.run(
            ["sox", "-t", "f64", "-r", "48000", "-c", "1", "-", "-t", "f64", "-"] + chain.split(),
            input=impulse.tobytes(), capture_output=True, check=True).stdout
        response = np.frombuffer(out, dtype=np.float64)
        gains = []
        for frequency in FREQUENCIES:
            turn = np.exp(-2j * np.pi * frequency / 48_000 * np.arange(len(response)))
            gains.append(20 * np.log10(abs(response @ turn) / 0.1))
        print(f'    "{chain}": [{", ".join(f"{gain:.4f}" for gain in gains)}],')
