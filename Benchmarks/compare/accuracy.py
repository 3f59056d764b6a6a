"""What comes out of a program, against what should."""
import numpy as np
import soundfile as sf
from scipy import signal


def write(path, samples, rate):
    sf.write(path, np.stack([samples, samples], 1).astype("float32"), rate, subtype="FLOAT")


def read(path):
    return sf.read(path, dtype="float64")[0][:, 0]


def rbj(frequency, gain, q, rate):
    a, w = 10 ** (gain / 40), 2 * np.pi * frequency / rate
    al = np.sin(w) / (2 * q)
    return np.array([1 + al * a, -2 * np.cos(w), 1 - al * a, 1 + al / a, -2 * np.cos(w), 1 - al / a]) / (1 + al / a)


def equalizer(run, bands, gain, rate=48_000):
    """The largest deviation in dB from the analytic response from 10 Hz to 0.45 of the rate, and its frequency."""
    x = np.zeros(16 * rate)
    # Not at the start: some programs fade in.
    x[rate // 2] = 0.5
    write("in.wav", x, rate)
    y = read(run("in.wav"))
    spectrum = np.fft.rfft(np.pad(y, (0, max(0, len(x) - len(y))))[:len(x)]) / 0.5
    f = np.fft.rfftfreq(len(x), 1 / rate)
    chosen = (f >= 10) & (f <= 0.45 * rate)
    _, wanted = signal.sosfreqz([rbj(*band, rate) for band in bands], f[chosen], fs=rate)
    deviation = np.abs(20 * np.log10(np.abs(spectrum[chosen]) / (np.abs(wanted) * gain)))
    return deviation.max(), f[chosen][deviation.argmax()]


def low_band(run, rate=192_000):
    """The error in dB, relative to the output, of +6 dB at 20 Hz with Q 10 at 192 kHz, for noise."""
    x = (0.1 * np.random.default_rng(5).standard_normal(10 * rate)).astype("float32").astype("float64")
    write("in.wav", x, rate)
    wanted = signal.sosfilt([rbj(20, 6, 10, rate)], x)[5 * rate:]
    got = read(run("in.wav"))[5 * rate:10 * rate]
    return 10 * np.log10(np.mean((got - wanted) ** 2) / np.mean(wanted**2))


def tone(y, frequency, rate):
    """Amplitude of a tone and the rest in dB below it."""
    t = np.arange(len(y)) / rate
    basis = np.stack([np.sin(2 * np.pi * frequency * t), np.cos(2 * np.pi * frequency * t), np.ones(len(y))], 1)
    fit, *_ = np.linalg.lstsq(basis, y, rcond=None)
    rest = y - basis @ fit
    level = np.hypot(fit[0], fit[1])
    return level, 10 * np.log10(2 * np.mean(rest**2) / level**2)


def resampler(run):
    """Worst THD+N of tones up to 20 kHz, the image of 21.9 kHz, and the ripple up to 20 kHz, in dB."""
    worst, gains = -999, []
    for frequency in (100, 1_000, 10_000, 15_000, 18_000, 20_000):
        write("in.wav", 0.5 * np.sin(2 * np.pi * frequency * np.arange(4 * 44_100) / 44_100), 44_100)
        level, rest = tone(read(run("in.wav"))[48_000:3 * 48_000], frequency, 48_000)
        worst = max(worst, rest)
        gains.append(20 * np.log10(level / 0.5))
    write("in.wav", 0.5 * np.sin(2 * np.pi * 21_900 * np.arange(4 * 44_100) / 44_100), 44_100)
    y = read(run("in.wav"))[48_000:3 * 48_000]
    spectrum = np.abs(np.fft.rfft(y * np.blackman(len(y)) ** 2))
    f = np.fft.rfftfreq(len(y), 1 / 48_000)
    image = spectrum[np.abs(f - 21_900) > 100].max() / (np.sum(np.blackman(len(y)) ** 2) / 4)
    return worst, 20 * np.log10(image), np.ptp(gains)


def oversampler(run):
    """Response at 20 kHz in dB for a quiet sweep of tones, and the loudest alias below 20 kHz of 5 and 10 kHz at 0 dBFS."""
    gains = []
    for frequency in (1_000, 10_000, 20_000):
        write("in.wav", 1e-4 * np.sin(2 * np.pi * frequency * np.arange(96_000) / 48_000), 48_000)
        gains.append(20 * np.log10(tone(read(run("in.wav"))[24_000:72_000], frequency, 48_000)[0] / 1e-4))
    loudest = -999
    for frequency in (5_003, 10_007):
        write("in.wav", np.sin(2 * np.pi * frequency * np.arange(3 * 48_000) / 48_000), 48_000)
        y = read(run("in.wav"))[24_000:120_000]
        window = signal.windows.kaiser(len(y), 30)
        spectrum = np.abs(np.fft.rfft(y * window)) / (window.sum() / 2)
        f = np.fft.rfftfreq(len(y), 1 / 48_000)
        kept = (f > 100) & (f < 20_000)
        for harmonic in range(1, 25):
            kept &= np.abs(f - harmonic * frequency) > 60
        loudest = max(loudest, 20 * np.log10(spectrum[kept].max()))
    return np.max(np.abs(np.array(gains) - gains[0])), loudest
