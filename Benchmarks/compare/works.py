"""The works: what Talea does in each, and how each other program is told to do the same."""
import glob
import math
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "build")
PYTHON = os.path.join(BUILD, "venv/bin/python")
BANDS = [(31.25 * 2**k, gain, 1.41) for k, gain in enumerate([3, -2, 4, -3, 2, -4, 3, -2, 1.5, -3])]
FIVE = [(100, 3, 1), (400, -2, 1), (1000, 2, 1), (4000, -3, 1), (10000, 2, 1)]
GAIN = 10 ** (-3 / 20)
LINES = [1031, 1151, 1277, 1399, 1523, 1667, 1787, 1913, 2039, 2161, 2293, 2411, 2539, 2663, 2791, 2917]


RESPONSES = (2, 6)
LONGEST_COMPILATION = 60


def convolution(seconds, block, latency, notes):
    """Stereo with a response of some seconds, handed over in blocks of some frames."""
    file = f"{{folder}}/response-{seconds}.wav"
    chain = f'convolve "{file}" latency={latency}'
    least = "" if block >= 8192 else f":minp={block}:maxp=8192"
    return dict(name=f"Convolution, {seconds} s, blocks of {block}", options=["--block", str(block)],
                talea={"single": chain, "double": chain + " precision=double"},
                others={"zita-convolver": [os.path.join(BUILD, "zita_host"), "{in}", "{out}", file, str(block)],
                        "FFmpeg": ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i", "{in}", "-i", file, "-lavfi",
                                   f"[0:a][1:a]afir=gtype=none:dry=1:wet=1{least}", "-c:a", "pcm_f32le", "{out}"],
                        "pedalboard": [PYTHON, "-c", "import sys\nfrom pedalboard import *\nfrom pedalboard.io import AudioFile\n"
                                       f"board = Pedalboard([Convolution('{file}', 1.0)])\n"
                                       "with AudioFile(sys.argv[1]) as f, AudioFile(sys.argv[2], 'w', f.samplerate, 2, bit_depth=32) as o:\n"
                                       "    while f.tell() < f.frames: o.write(board(f.read(192000), f.samplerate, "
                                       f"buffer_size={block}, reset=False))", "{in}", "{out}"]},
                notes=notes)


def eq(bands):
    return "eq { " + "; ".join(f"peak {f:g}Hz {g:+g}dB q={q:g}" for f, g, q in bands) + " }"


def bands(count):
    return [BANDS[i % 10] for i in range(count)]


def sox(*effects):
    return ["sox", "-V1", "-D", "{in}", "-e", "floating-point", "-b", "32", "{out}", *" ".join(effects).split()]


def ffmpeg(filters):
    return ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i", "{in}", "-af", filters, "-c:a", "pcm_f32le", "{out}"]


def python(code):
    return [PYTHON, "-c", "import sys, numpy as np, soundfile as sf\nx, r = sf.read(sys.argv[1], dtype='float32')\n" + code
            + "\nsf.write(sys.argv[2], y, r, subtype='FLOAT')", "{in}", "{out}"]


def pedalboard(plugins):
    return [PYTHON, "-c", "import sys\nfrom pedalboard import *\nfrom pedalboard.io import AudioFile\n"
            f"board = Pedalboard([{plugins}])\nwith AudioFile(sys.argv[1]) as f, AudioFile(sys.argv[2], 'w', f.samplerate, 2, bit_depth=32) as o:\n"
            "    while f.tell() < f.frames: o.write(board(f.read(192000), f.samplerate, reset=False))", "{in}", "{out}"]


def lsp(gain, bands):
    library = (glob.glob("/usr/lib/ladspa/lsp-plugins-ladspa*.so") or [""])[0]
    words = [f"Input gain={gain:.6g}"]
    for i, (f, g, q) in enumerate(bands):
        words += [f"Filter type {i}=1", f"Filter mode {i}=0", f"Frequency {i}={f:g}", f"Gain {i}={10 ** (g / 20):.6g}", f"Quality factor {i}={q:g}"]
    return [os.path.join(BUILD, "ladspa_host"), "{in}", "{out}", library, "http://lsp-plug.in/plugins/ladspa/para_equalizer_x16_stereo", *words]


FAUST_EQ = """import("stdfaust.lib");
peak(f, g, q) = fi.tf2((1 + al * a) / d, b / d, (1 - al * a) / d, b / d, (1 - al / a) / d) with {
  a = pow(10, g / 40); w = 2 * ma.PI * f / ma.SR; al = sin(w) / (2 * q); b = -2 * cos(w); d = 1 + al / a; };
"""


def faust_eq(bands):
    return " : ".join(f"peak({f:g}, {g:g}, {q:g})" for f, g, q in bands)


def faust_network():
    return f"""import("stdfaust.lib");
damp = *(0.7) : + ~ *(0.3);
lengths = ({", ".join(map(str, LINES))});
lines = par(i, 16, @(ba.take(i + 1, lengths) - 1) : damp);
mix = ro.hadamard(16) : par(i, 16, *(0.92 / 4));
spread = _, _ <: par(i, 8, (_, _));
gather = par(i, 8, (_, _)) :> _, _ : par(c, 2, *(0.125));
network = spread : ((ro.interleave(16, 2) : par(i, 16, +) : lines) ~ mix);
process = _, _ <: par(c, 2, *(0.7)), (network : gather : par(c, 2, *(0.3))) :> _, _;"""


def kaiser(count, cutoff, beta):
    import numpy as np
    n = np.arange(count) - (count - 1) / 2
    taps = 2 * cutoff * np.sinc(2 * cutoff * n) * np.kaiser(count, beta)
    return taps / taps.sum()


def faust_oversampled():
    taps = kaiser(168, 0.125, 10.0)
    text = lambda values: "(" + ", ".join(f"{v:.9g}" for v in values) + ")"
    up = "\n".join(f"u{p} = fi.fir({text(4 * taps[p::4])});\nd{p} = fi.fir({text(taps[p::4])});" for p in range(4))
    return f"""import("stdfaust.lib");
{up}
curve = *(4) : ma.tanh : *(0.25);
process = par(c, 2, (_ <: (u0 : curve : d0), (u3 : curve : mem : d1), (u2 : curve : mem : d2), (u1 : curve : mem : d3) :> _));"""


def build_faust(name, text, in_vectors=True):
    """The Faust program with each compiler, scalar and in vectors: {label: command}."""
    if not shutil.which("faust"):
        return {}
    source = os.path.join(BUILD, name + ".dsp")
    isBuilt = os.path.exists(source) and open(source).read() == text
    open(source, "w").write(text)
    programs = {}
    for compiler in ("g++", "clang++"):
        if not shutil.which(compiler):
            continue
        for form, options in (("", []), (" -vec", ["-vec", "-vs", "32", "-lv", "1"]))[:2 if in_vectors else 1]:
            program = os.path.join(BUILD, f"{name}-{compiler}{form.strip()}")
            code = program + ".cpp"
            programs[f"Faust, {compiler}{form}"] = [program, "{in}", "{out}"]
            if isBuilt and os.path.exists(program):
                continue
            try:
                subprocess.run(["faust", *options, "-a", os.path.join(HERE, "faust_host.cpp"), "-cn", "mydsp", source, "-o", code],
                               check=True, timeout=LONGEST_COMPILATION, stderr=subprocess.DEVNULL)
                subprocess.run([compiler, "-O3", "-march=native", "-ffast-math", "-o", program, code, "-lsndfile"], check=True,
                               timeout=LONGEST_COMPILATION)
            except subprocess.SubprocessError:
                print(f"  Faust, {compiler}{form}: not compiled within {LONGEST_COMPILATION} s", file=sys.stderr)
                del programs[f"Faust, {compiler}{form}"]
    return programs


def works():
    """Name, Talea's chains (the first is the target's), other programs, notes on what is not the same, rates in and out."""
    ten = f"gain -3dB -> {eq(BANDS)}"
    soxBands = lambda bands: " ".join(f"equalizer {f:g} {q:g}q {g:g}" for f, g, q in bands)
    ffBands = lambda bands: ",".join(f"equalizer=f={f:g}:t=q:w={q:g}:g={g:g}" for f, g, q in bands)
    pbBands = lambda bands: ",".join(f"PeakFilter({f:g},{g:g},{q:g})" for f, g, q in bands)
    return [
        dict(name="Gain and 10 peaking bands",
             talea={"10 bands": ten, **{f"{n} bands": f"gain -3dB -> {eq(bands(n))}" for n in (1, 5, 16, 31)}},
             others={"LSP x16": lsp(GAIN, BANDS),
                     **build_faust("eq", FAUST_EQ + f"process = par(c, 2, *({GAIN:.9g}) : {faust_eq(BANDS)});"),
                     "SoX": sox("gain -3", soxBands(BANDS)), "FFmpeg": ffmpeg("volume=-3dB," + ffBands(BANDS)),
                     "pedalboard": pedalboard(f"Gain(-3),{pbBands(BANDS)}")},
             notes="LSP, Faust and pedalboard filter in single precision; LSP's bands have a shape of their own (0.2 dB).",
             accuracy="eq"),
        dict(name="Gain, 5 bands and Freeverb",
             talea={"": f"gain 50% -> {eq(FIVE)} -> freeverb roomsize=50% damping=50% wet=33% dry=30%"},
             others={**build_faust("freeverb", FAUST_EQ + f"process = par(c, 2, *(0.5) : {faust_eq(FIVE)}) : (_, _ <: (par(c, 2, *(0.015)) : re.stereo_freeverb(0.84, 0.5, 0.2, 23)), par(c, 2, *(0.6)) :> _, _);"),
                     "SoX": sox("vol 0.5", soxBands(FIVE), "reverb 65 20 100 0 0 0"),
                     "pedalboard": pedalboard(f"Gain(-6.02),{pbBands(FIVE)},Reverb(room_size=0.5,damping=0.5,wet_level=0.33,dry_level=0.3)")},
             notes="The same combs and allpasses; levels are scaled in different ways."),
        dict(name="Feedback delay network",
             talea={"16 lines": "reverb decay=2s damping=30% mix=30% early=0%", "8 lines": "reverb decay=2s damping=30% mix=30% early=0% lines=8",
                    "32 lines": "reverb decay=2s damping=30% mix=30% early=0% lines=32",
                    "16 lines and reflections": "reverb decay=2s damping=30% mix=30%",
                    "16 lines, modulated": "reverb decay=2s damping=30% mix=30% early=0% modulation=50%"},
             others=build_faust("network", faust_network()),
             notes="16 lines, a Hadamard matrix and one filter a line each; Talea's has a predelay and an exact decay time besides."),
        *(convolution(seconds, 8192, 8192, "With 8,192 frames of latency, as zita-convolver has; FFmpeg and pedalboard have none.")
          for seconds in RESPONSES),
        *(convolution(seconds, 64, 0, "Talea, FFmpeg and pedalboard without latency; zita-convolver with that of one block.")
          for seconds in RESPONSES),
        dict(name="44.1 to 48 kHz", talea={"best": "in -> out", "fast": "resample 48kHz quality=fast -> out"}, rate=44_100, outputRate=48_000,
             others={"libsoxr VHQ": [os.path.join(BUILD, "soxr_host"), "{in}", "{out}", "48000"], "SoX rate -v": sox("rate -v 48000"),
                     "SoX rate -h": sox("rate -h 48000"), "FFmpeg soxr 28 bits": ffmpeg("aresample=48000:osf=flt:resampler=soxr:precision=28"),
                     "FFmpeg's own": ffmpeg("aresample=48000:osf=flt")},
             notes="FFmpeg's own resampler lets images through near the band's edge.", accuracy="resample"),
        dict(name="tanh, four times oversampled",
             talea={"4x": "oversample 4x { drive 12.0412dB } -> gain -12.0412dB", "2x": "oversample 2x { drive 12.0412dB } -> gain -12.0412dB",
                    "8x": "oversample 8x { drive 12.0412dB } -> gain -12.0412dB", "4x, not doubled": "oversample 4x { drive 12.0412dB antialias=none } -> gain -12.0412dB"},
             others={**build_faust("oversampled", faust_oversampled()),
                     "numpy and soxr MQ": python("import soxr\ny = soxr.resample(x, 1, 4, 'MQ'); y *= np.float32(4); np.tanh(y, out=y); y = soxr.resample(y, 4, 1, 'MQ') * np.float32(.25)"),
                     "FFmpeg": ffmpeg("volume=4,asoftclip=type=tanh:oversample=4,volume=0.25")},
             notes="tanh(4 x) / 4. Harmonics that pass half of four times the rate fold back whatever the filters do, about -76 dB for a "
                   "full tone driven by 12 dB: at four times, Talea's drive bends the values half way between frames as well. Faust's "
                   "filters are plain FIRs of 42 taps a phase.", accuracy="oversample"),
        dict(name="Gain alone", talea={"": "gain -3dB"},
             others={"SoX": sox("vol -3dB"), "FFmpeg": ffmpeg("volume=-3dB"), "pedalboard": pedalboard("Gain(-3)")},
             notes="What reading and writing a file costs; the start is that of every work."),
    ]
