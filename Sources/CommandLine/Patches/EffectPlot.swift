import PatchLanguage
import Talea

/// The picture that stands beside an effect in docs/effects.md: what its example does, or the effect alone where the example
/// does more.
struct EffectPlot {
  enum Drawing {
    case magnitude, response, transfer, decay
  }

  let drawing: Drawing
  /// What is played in place of the example.
  var patch: String?
  /// What is drawn in place of `out`.
  var nodes: [String] = []
  /// Of the input.
  var channels = 1
  /// How far down magnitudes are drawn, in dB.
  var depth = 60.0

  private static let fromExamples: [(Drawing, [String])] = [
    (
      .magnitude,
      [
        "lowpass", "highpass", "bandpass", "notch", "peak", "lowshelf", "highshelf", "eq", "lineareq", "graphiceq", "curve",
        "fir",
        "loudness", "butterworth", "bessel", "chebyshev1", "tilt", "bass", "treble", "riaa", "deemphasis",
        "linkwitztransform",
      ]
    ),
    (.response, ["allpass"]),
    (.transfer, ["compressor", "expander", "gate", "limiter", "drive", "clip", "softclip", "tube", "fold", "crush"]),
  ]

  private static let others: [String: EffectPlot] = [
    // With the floor that they promise.
    "chebyshev2": EffectPlot(drawing: .magnitude, depth: 108),
    "elliptic": EffectPlot(drawing: .magnitude, depth: 108),
    // With teeth that stand far enough apart to be seen.
    "comb": EffectPlot(drawing: .magnitude, patch: "in -> comb 1kHz feedback=80% -> out"),
    "linkwitzriley": EffectPlot(drawing: .magnitude, nodes: ["low", "high"]),
    "crossover": EffectPlot(drawing: .magnitude, nodes: ["bands.low", "bands.high"]),
    "crossover3": EffectPlot(drawing: .magnitude, nodes: ["bands.low", "bands.mid", "bands.high"]),
    "crossover4": EffectPlot(drawing: .magnitude, nodes: ["bands.low", "bands.lowmid", "bands.highmid", "bands.high"]),
    "hilbert": EffectPlot(drawing: .response, nodes: ["parts.real", "parts.imaginary"]),
    // At rest: the example moves it.
    "svf": EffectPlot(drawing: .magnitude, patch: "in -> svf 900Hz q=4 -> out"),
    // So soft that its curve is straight.
    "ladder": EffectPlot(drawing: .magnitude, patch: "in -> gain -60dB -> ladder 800Hz resonance=60% -> gain 60dB -> out"),
    // Without the dry sound, whose energy would stand before everything else.
    "reverb": EffectPlot(
      drawing: .decay, patch: "in -> reverb decay=2.2s size=60% predelay=20ms damping=40% mix=100% -> out", channels: 2),
    "freeverb": EffectPlot(drawing: .decay, patch: "in -> freeverb roomsize=70% damping=30% wet=20% dry=0% -> out", channels: 2),
    "plate": EffectPlot(drawing: .decay, patch: "in -> plate decay=2.5s damping=5kHz mix=100% -> out", channels: 2),
    "spring": EffectPlot(drawing: .decay, patch: "in -> spring decay=2s mix=100% -> out"),
  ]

  /// By the effects' names.
  static let all: [String: EffectPlot] = fromExamples.reduce(into: others) { plots, row in
    for name in row.1 { plots[name] = EffectPlot(drawing: row.0) }
  }

  /// What the picture says, for those who do not see it.
  var caption: String {
    let what =
      switch drawing {
      case .magnitude: "Magnitude"
      case .response: "Magnitude, phase and group delay"
      case .transfer: "Output level over input level"
      case .decay: "Energy decay"
      }
    return what + " of " + (patch.map { "`\($0)`" } ?? "the example")
  }

  /// - Parameter spec: of the effect.
  /// - Returns: the picture as SVG.
  func svg(of spec: EffectSpec) throws -> String {
    let text = patch ?? spec.example
    let resolved = try resolve(
      parse(Source(name: spec.name + ".talea", text: text)), catalog: .standard, loader: FileLoader())
    let listener = try PatchListener(resolved.graph, nodes: nodes, sampleRate: 48_000, channels: channels)
    var chart: SVGChart
    switch drawing {
    case .magnitude: chart = try PatchResponse(listener, seconds: 5).frequencyChart(.magnitude, depth: depth)
    case .response: chart = try PatchResponse(listener, seconds: 5).frequencyChart()
    case .transfer:
      let tone = SettledTone(listener: listener, sampleRate: 48_000, settle: .seconds(1))
      chart = try tone.transferChart(frequency: 1_000, levels: -80...0)
    case .decay: chart = try PatchResponse(listener, seconds: 20).decayChart()
    }
    // Of several lines the first one names the effect.
    var subject = String(text.prefix { $0 != "\n" })
    if subject.hasPrefix("in -> "), subject.hasSuffix(" -> out") { subject = String(subject.dropFirst(6).dropLast(7)) }
    chart.subject = subject
    return chart.text
  }
}
