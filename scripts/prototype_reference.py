#!/usr/bin/env python3
"""Writes Tests/DSPTests/PrototypeReference.swift: responses of scipy's filters.

Usage: scripts/prototype_reference.py > Tests/DSPTests/PrototypeReference.swift
"""

import numpy as np
from scipy import signal

RATE = 48000
FREQUENCIES = [0, 200, 1100, 2500, 5000, 7000, 12000, 19000, 24000]
EDGES = {"lowpass": 1500, "highpass": 1500, "bandpass": [1500, 6000], "bandstop": [1500, 6000]}


def design(family, order, edges, band):
    arguments = dict(btype=band, output="zpk", fs=RATE)
    if family == "linkwitzriley":
        zeros, poles, gain = signal.butter(order // 2, edges, **arguments)
        return np.concatenate([zeros, zeros]), np.concatenate([poles, poles]), gain * gain
    if family == "butterworth":
        return signal.butter(order, edges, **arguments)
    if family == "bessel":
        return signal.bessel(order, edges, norm="mag", **arguments)
    if family == "chebyshev1":
        return signal.cheby1(order, 0.5, edges, **arguments)
    if family == "chebyshev2":
        return signal.cheby2(order, 60, edges, **arguments)
    return signal.ellip(order, 0.5, 60, edges, **arguments)


print("// Written by scripts/prototype_reference.py. Family, band, order, then real and imaginary part of the response at")
print("// " + " ".join(map(str, FREQUENCIES)) + " Hz; edges at 1500 and 6000 Hz, 48 kHz, ripple 0.5 dB, attenuation 60 dB.")
print('let prototypeReference = """')
for family in ["butterworth", "linkwitzriley", "bessel", "chebyshev1", "chebyshev2", "elliptic"]:
    for band, edges in EDGES.items():
        for order in [1, 2, 3, 4, 7, 10, 16]:
            if family == "linkwitzriley" and order % 2:
                continue
            system = design(family, order, edges, band)
            _, response = signal.freqz_zpk(*system, worN=FREQUENCIES, fs=RATE)
            print(f"  {family} {band} {order}")
            for first in range(0, len(response), 2):
                pair = response[first : first + 2]
                print("  " + " ".join(f"{part:.14g}" for value in pair for part in (value.real, value.imag)))
            print("  ;")
print('  """')
