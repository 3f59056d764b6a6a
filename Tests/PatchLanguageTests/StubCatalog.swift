import PatchLanguage
import Signal

/// Effects with tables like those of the standard catalog and no sound: the messages of the fixtures then stay as they are
/// when an effect gets a new parameter.
protocol StubEffect: Effect, ~Copyable {}

extension StubEffect where Self: ~Copyable {
  mutating func apply(_ values: ParameterValues, over frames: Int) {}
  mutating func process(_ block: AudioBlock) {}
  mutating func reset() {}

  static func table(
    _ name: String, _ arguments: [ArgumentSpec], inputs: [PortSpec] = [PortSpec("in")], outputs: [PortSpec] = [PortSpec("out")],
    list: ListSpec? = nil, isGenerator: Bool = false
  ) -> EffectSpec {
    EffectSpec(
      name: name, category: "", summary: "", discussion: "", example: "", arguments: arguments, inputs: inputs,
      outputs: outputs, list: list, isGenerator: isGenerator)
  }
}

private func parameter(
  _ name: String, _ quantity: Quantity, _ value: Double?, _ range: ClosedRange<Double>, scale: Scale? = nil
) -> ArgumentSpec {
  .parameter(ParameterSpec(name, quantity, default: value, in: range, scale: scale, ""))
}

private let cutoff = parameter("cutoff", .frequency, nil, 10...90_000)
private let frequency = parameter("frequency", .frequency, nil, 10...90_000)
private let level = parameter("gain", .level, nil, -60...60)
private func edge(_ name: String, _ value: Double) -> ArgumentSpec { parameter(name, .frequency, value, 10...90_000) }
private let q = parameter("q", .number, 0.7071, 0.1...100)

extension Catalog {
  static let stub = Catalog([
    StubGain.self, StubLowpass.self, StubEqualizer.self, StubReverb.self, StubDelay.self, StubDrive.self, StubMix.self,
    StubMatrix.self, StubLFO.self, StubNoise.self, StubSquash.self, StubCrossover.self, StubCrossover3.self, StubCrossover4.self,
    StubUpsample.self, StubDownsample.self,
    StubTremolo.self, StubConvolve.self,
  ])
}

struct StubGain: StubEffect, ~Copyable {
  static let spec = table("gain", [parameter("level", .level, nil, -.infinity...60)])
  init(_ context: RenderContext) {}
}

struct StubLowpass: StubEffect, ~Copyable {
  static let spec = table(
    "lowpass", [cutoff, q, .structural(StructuralSpec("order", .integer(1...16), default: .integer(2), ""))])
  init(_ context: RenderContext) {}
}

struct StubEqualizer: StubEffect, ~Copyable {
  static let spec = table(
    "eq", [],
    list: ListSpec(
      [
        ItemSpec("highpass", [cutoff, q], ""),
        ItemSpec("peak", [frequency, level, q], ""),
        ItemSpec("highshelf", [frequency, level], ""),
      ], count: 1...4))
  init(_ context: RenderContext) {}
}

struct StubReverb: StubEffect, ~Copyable {
  static let spec = table(
    "reverb",
    [
      parameter("decay", .time, 2, 0.1...60, scale: .log), parameter("mix", .ratio, 0.3, 0...1),
      parameter("predelay", .time, 0, 0...0.5), .structural(StructuralSpec("seed", .seed, default: nil, "")),
    ])
  init(_ context: RenderContext) {}
}

struct StubDelay: StubEffect, ~Copyable {
  static let spec = table(
    "delay",
    [
      parameter("time", .time, nil, 0...10), parameter("feedback", .ratio, 0, 0...0.99),
      .structural(StructuralSpec("longest", .quantity(.time, 0...10), default: .quantity(1, .time), "")),
    ])
  init(_ context: RenderContext) {}
}

struct StubDrive: StubEffect, ~Copyable {
  static let spec = table("drive", [parameter("amount", .level, 0, 0...60)])
  init(_ context: RenderContext) {}
}

struct StubMix: StubEffect, ~Copyable {
  static let spec = table(
    "mix", [], inputs: [],
    list: ListSpec([ItemSpec("", [parameter("level", .level, nil, -.infinity...60)], "")], count: 1...16, itemsArePorts: true))
  init(_ context: RenderContext) {}
}

struct StubMatrix: StubEffect, ~Copyable {
  static let spec = table(
    "matrix", [],
    list: ListSpec(
      [ItemSpec("", [], "")], count: 1...16, rowOf: ParameterSpec("factor", .number, default: nil, in: -10...10, "")))
  init(_ context: RenderContext) {}
}

struct StubLFO: StubEffect, ~Copyable {
  static let spec = table(
    "lfo",
    [
      parameter("rate", .frequency, nil, 0.001...100),
      .structural(StructuralSpec("from", .anyQuantity, default: .quantity(-1, .number), "")),
      .structural(StructuralSpec("to", .anyQuantity, default: .quantity(1, .number), "")),
      .structural(StructuralSpec("shape", .word(["sine", "triangle", "square"]), default: .word("sine"), "")),
    ], inputs: [], isGenerator: true)
  init(_ context: RenderContext) {}
}

struct StubNoise: StubEffect, ~Copyable {
  static let spec = table(
    "noise", [parameter("level", .level, 0, -.infinity...0), .structural(StructuralSpec("seed", .seed, default: nil, ""))],
    inputs: [], isGenerator: true)
  init(_ context: RenderContext) {}
}

struct StubSquash: StubEffect, ~Copyable {
  static let spec = table(
    "squash",
    [parameter("ratio", .number, 4, 1...100), .structural(StructuralSpec("mode", .word(["peak", "rms"]), default: nil, ""))],
    inputs: [PortSpec("in"), PortSpec("sidechain", optional: true)])
  init(_ context: RenderContext) {}
}

struct StubCrossover: StubEffect, ~Copyable {
  static let spec = table("crossover", [cutoff], outputs: [PortSpec("low"), PortSpec("high")])
  init(_ context: RenderContext) {}
}

struct StubCrossover3: StubEffect, ~Copyable {
  static let spec = table(
    "crossover3", [edge("lower", 200), edge("upper", 3_000)], outputs: [PortSpec("low"), PortSpec("mid"), PortSpec("high")])
  init(_ context: RenderContext) {}
}

struct StubCrossover4: StubEffect, ~Copyable {
  static let spec = table(
    "crossover4", [edge("lower", 120), edge("middle", 800), edge("upper", 5_000)],
    outputs: [PortSpec("low"), PortSpec("lowmid"), PortSpec("highmid"), PortSpec("high")])
  init(_ context: RenderContext) {}
}

struct StubTremolo: StubEffect, ~Copyable {
  static let spec = table("tremolo", [parameter("rate", .frequency, 4, 0...20)])
  init(_ context: RenderContext) {}
}

struct StubConvolve: StubEffect, ~Copyable {
  static let spec = table("convolve", [.structural(StructuralSpec("file", .sound, default: nil, ""))])
  init(_ context: RenderContext) {}
}

struct StubUpsample: StubEffect, ~Copyable {
  static let spec = table("upsample", [.structural(StructuralSpec("factor", .integer(2...64), default: nil, ""))])
  init(_ context: RenderContext) {}
}

struct StubDownsample: StubEffect, ~Copyable {
  static let spec = table("downsample", [.structural(StructuralSpec("factor", .integer(2...64), default: nil, ""))])
  init(_ context: RenderContext) {}
}
