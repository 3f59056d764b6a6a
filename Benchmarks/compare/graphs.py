"""Works that are graphs rather than chains: what each Faust program says, and what each patch of Talea."""
import random

from works import FAUST_EQ, build_faust, ffmpeg, sox

# Graphs are measured on files of so many seconds.
SECONDS = 10

STRINGS = """import("stdfaust.lib");
string(n) = + ~ (de.delay(2048, n - 1) : (_ <: _, mem :> *(0.498)));
process = par(c, 2, _ <: par(i, {count}, string(60 + 17 * i)) :> *({level:.9g}));"""

LADDER = """import("stdfaust.lib");
g = 1 - exp(-2 * ma.PI * 800 / ma.SR);
stage(x) = loop ~ _ with { loop(y) = y + g * (ma.tanh(x) - ma.tanh(y)); };
process = par(c, 2, (\\(y, x).(x - 2.4 * y) : ma.tanh : stage : stage : stage : stage) ~ _);"""

DYNAMICS = """import("stdfaust.lib");
process = ef.gate_stereo(-45, 0.001, 0.05, 0.08) : co.compressor_stereo(4, -24, 0.005, 0.12) : co.limiter_1176_R4_stereo;"""


def strings(count):
    """Plucked strings side by side: a delay, the mean of two neighbouring frames, and back."""
    patch = ("def string(n=2ms) {\n  body = gain 0dB\n  half = gain 49.8%\n  late = gain 0dB\n  in -> body -> out\n  body -> [n] -> late\n"
             "  late -> half -> body\n  late -> [1 sample] -> half\n}\n" + f"level = gain {100 / count:.6g}%\n")
    for i in range(count):
        patch += f"s{i} = string n={(60 + 17 * i) / 48:.6f}ms\nin -> s{i} -> level\n"
    return STRINGS.format(count=count, level=1 / count), patch + "level -> out\n"


def network(count, filters=0, seed=7):
    """Nodes that hear two others each, one frame late: gains, and some with a one-pole filter behind."""
    draw = random.Random(seed)
    nodes = [(((i - 1) % count, draw.randrange(count)), draw.uniform(0.3, 0.48), draw.randrange(500, 8000)) for i in range(count)]
    filtered = set(draw.sample(range(count), filters))
    output = lambda i: f"f{i}" if i in filtered else f"n{i}"
    patch = "in -> n0\nall = gain 20%\nall -> out\n" + "".join(f"{output(i)} -> all\n" for i in range(5))
    terms = []
    for i, (sources, level, corner) in enumerate(nodes):
        patch += f"n{i} = gain {100 * level:.6g}%\n" + (f"f{i} = lowpass {corner}Hz order=1\nn{i} -> f{i}\n" if i in filtered else "")
        patch += "".join(f"{output(j)} -> [1 sample] -> n{i}\n" for j in sources)
        term = "(" + " + ".join(f"x{j}" for j in sources) + (" + u" if i == 0 else "") + f") * {level:.6g}"
        terms.append(f"({term} : fi.lowpass(1, {corner}))" if i in filtered else term)
    names = ", ".join(f"x{i}" for i in range(count))
    faust = (f'import("stdfaust.lib");\nnet({names}, u) = {", ".join(terms)};\n'
             f"process = par(c, 2, (net ~ si.bus({count})) : (si.bus(5), si.block({count - 5})) : (si.bus(5) :> *(0.2)));")
    return faust, patch


def bands(count, arrangement):
    """Single peaking bands as nodes of their own, in series or side by side, as text for `peak` of FAUST_EQ."""
    band = lambda i: (60 + 397 * i % 9000, 3 if i % 2 else -3)
    patch = "".join(f"b{i} = peak {band(i)[0]}Hz {band(i)[1]:+d}dB q=1.4\n" for i in range(count))
    faust = [f"peak({band(i)[0]}, {band(i)[1]}, 1.4)" for i in range(count)]
    if arrangement == "series":
        return f"process = par(c, 2, {' : '.join(faust)});", patch + "in -> " + " -> ".join(f"b{i}" for i in range(count)) + " -> out\n"
    patch += "".join(f"in -> b{i} -> level\n" for i in range(count)) + f"level = gain {100 / count:.6g}%\nlevel -> out\n"
    return f"process = par(c, 2, _ <: {', '.join(faust)} :> *({1 / count:.9g}));", patch


def gains(count):
    """Gains in series."""
    level = lambda i: 1.001 if i % 2 else 0.999
    return (f"process = par(c, 2, {' : '.join(f'*({level(i)})' for i in range(count))});",
            "".join(f"g{i} = gain {100 * level(i):.4g}%\n" for i in range(count)) + "in -> " + " -> ".join(f"g{i}" for i in range(count)) + " -> out\n")


def graph(name, faust, talea, notes, others={}, in_vectors=True):
    """A work on shorter files: the Faust program by its text, Talea's patches by label, the first one of the same graph."""
    identifier = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    return dict(name=name, talea=talea, others=(build_faust(identifier, faust, in_vectors) if faust else {}) | others, notes=notes, seconds=SECONDS)


def works():
    """As in works.py. Faust's compilation of these is not counted; Talea's is, in the column of the 1 s file."""
    dynamics = "gate -45dB attack=1ms hold=50ms release=80ms -> compressor -24dB 4:1 attack=5ms release=120ms -> limiter -1dB"
    return [
        graph("32 plucked strings", strings(32)[0], {"32 strings": strings(32)[1], **{f"{n} strings": strings(n)[1] for n in (8, 64)}},
              "Delays of 60 to 587 frames on each channel, each fed back through the mean of two frames, as blocks of a general graph."),
        graph("A network of 200 gains", network(200)[0],
              {"200 nodes": network(200)[1], "50 nodes": network(50)[1], "400 nodes": network(400)[1]},
              "Every node hears two others, every edge delays by one frame: nothing can run in blocks.", in_vectors=False),
        graph("A network with filters", network(200, 66)[0],
              {"200 nodes, 66 filters": network(200, 66)[1], "100 nodes, 50 filters": network(100, 50)[1]},
              "The same, a third of the nodes with a one-pole lowpass behind.", in_vectors=False),
        graph("A ladder filter", LADDER, {"": "ladder 800Hz resonance=60%"},
              "Five tanh a frame and channel in Faust; Talea's `ladder` solves the loop without the delay of one frame in it."),
        graph("Gate, compressor and limiter", DYNAMICS, {"": dynamics},
              "Faust's limiter looks nothing ahead and is a fast compressor; Talea's holds its ceiling between the samples too.",
              {"FFmpeg": ffmpeg("agate=threshold=0.0056:attack=1:release=80,acompressor=threshold=0.063:ratio=4:attack=5:release=120,"
                                "alimiter=limit=0.89:level=0")}),
        *(graph(f"{count} bands in series", FAUST_EQ + bands(count, "series")[0], {"": bands(count, "series")[1]},
                "Each band a node of its own, as a general graph has them.") for count in (10, 100)),
        *(graph(f"{count} bands side by side", FAUST_EQ + bands(count, "parallel")[0], {"": bands(count, "parallel")[1]},
                "From one input, added up.") for count in (10, 100)),
        graph("100 gains in series", gains(100)[0], {"": gains(100)[1]}, "Faust makes one factor of them; Talea rounds after each."),
        graph("Chorus", None, {"": "chorus 0.8Hz depth=3ms voices=3 mix=40%"}, "Three voices; interpolation differs: Talea's is Lagrange's through 16 frames.",
              {"SoX": sox("chorus 0.6 0.9 25 0.4 0.8 3 -s 27 0.3 0.8 3 -s 29 0.3 0.8 3 -s"),
               "FFmpeg": ffmpeg("chorus=0.6:0.9:15|17|19:0.4|0.3|0.3:0.8|0.8|0.8:3|3|3")}),
        graph("Flanger", None, {"": "flanger 0.25Hz depth=4ms feedback=60%"}, "Interpolation differs.",
              {"SoX": sox("flanger 0 4 60 71 0.25"), "FFmpeg": ffmpeg("flanger=depth=4:regen=60:speed=0.25")}),
        graph("Phaser", None, {"": "phaser 0.4Hz stages=6 feedback=40%"}, "SoX's and FFmpeg's are moving delays, Talea's are allpasses.",
              {"SoX": sox("phaser 0.6 0.66 3 0.4 0.4 -s"), "FFmpeg": ffmpeg("aphaser=speed=0.4")}),
    ]
