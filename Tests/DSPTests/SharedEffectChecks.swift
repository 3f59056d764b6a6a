import CRealtime
import Dataflow
import Foundation
import Signal
import Testing

@testable import DSP

/// What every effect of the catalog must do, kernel by kernel.
@Suite("every effect") struct SharedEffectChecks {
  static let names = Catalog.standard.names
  static let frames = 9_600

  /// A typical actor of the type: stereo where it may choose and no number is given, and a list where it needs one.
  static func harness(_ name: String, channels chosen: Int = 2) throws -> KernelHarness {
    let type = Catalog.standard[name]!
    var channels = type.spec.inputs.map { port in
      switch port.channels {
      case .fixed(let count): count
      case .any: chosen
      case .free: 2
      }
    }
    var items: [ItemArguments] = []
    var structural: [String: StructuralValue] = [:]
    switch name {
    case "eq":
      items = (0..<10).map { ItemArguments("peak", ["frequency": 40 * pow(1.9, Double($0)), "gain": 4]) }
      items[0] = ItemArguments("highpass", ["cutoff": 80], structural: ["order": .integer(3)])
    case "mix":
      channels = Array(repeating: chosen, count: 3)
      items = [-3, -6, 0].map { ItemArguments("", ["level": $0]) }
    case "multitap": items = [0.01, 0.023].map { ItemArguments("tap", ["time": $0, "level": -3]) }
    case "matrix": items = [[0.5, 0.5], [1, -1], [0, 1]].map { ItemArguments(row: $0) }
    case "midside": structural["direction"] = .word("encode")
    case "convolve":
      let response = TestSignal.noise(3_000, seed: 7).enumerated().map { $1 * Float(exp(-Double($0) / 600)) / 30 }
      structural["file"] = .sound(SoundSamples(path: "room.wav", sampleRate: 48_000, channels: [response]))
    case "graphiceq": items = (0..<10).map { ItemArguments("", ["level": $0 % 3 == 0 ? 5 : -4]) }
    case "lineareq":
      items = [
        ItemArguments("peak", structural: ["frequency": .quantity(1_000, .frequency), "gain": .quantity(4, .level)]),
        ItemArguments("highpass", structural: ["cutoff": .quantity(80, .frequency)]),
      ]
    case "curve":
      items = [(50.0, 4.0), (1_000, 0), (6_000, -8)].map {
        ItemArguments("", structural: ["frequency": .quantity($0.0, .frequency), "gain": .quantity($0.1, .level)])
      }
      structural["length"] = .integer(2_048)
    case "fir":
      items = TestSignal.noise(200, seed: 9).map { ItemArguments("", structural: ["value": .quantity(Double($0) / 10, .number)]) }
    case "stft": structural["size"] = .integer(64)
    case "istft":
      structural["size"] = .integer(64)
      channels = [66]
    case "spectralgate", "freeze", "pitchshift": channels = [66 * (chosen == 1 ? 1 : 2)]
    case "denoise":
      channels = [66]
      structural["profile"] = .sound(
        SoundSamples(path: "noise.wav", sampleRate: 48_000, channels: [TestSignal.noise(500, seed: 3, amplitude: 0.1)]))
    case "noise": structural["colour"] = .word("pink")
    case "lfo": structural["shape"] = .word("triangle")
    case "oscillator": structural["shape"] = .word("saw")
    default: break
    }
    for case .structural(let argument) in type.spec.arguments
    where argument.defaultValue == nil && structural[argument.name] == nil {
      switch argument.kind {
      case .integer(let range): structural[argument.name] = .integer(range.lowerBound)
      case .word(let words): structural[argument.name] = .word(words[0])
      case .quantity(let quantity, let range):
        structural[argument.name] = .quantity(quantity == .frequency ? 44_100 : range.lowerBound, quantity)
      case .anyQuantity, .seed, .sound: break
      }
    }
    if name == "pitchshift" { structural["hop"] = .integer(16) }
    return try KernelHarness(type, channels: channels, structural: structural, items: items)
  }

  static func input(_ harness: KernelHarness, _ make: (Int) -> [Float]) -> [[Float]] {
    (0..<harness.context.inputChannels.reduce(0, +)).map(make)
  }

  /// A jump of every parameter by a tenth of its range, on its scale, towards the farther end; one after the other.
  static func jumps(_ harness: KernelHarness) -> [ParameterChange] {
    harness.parameterSpecs.enumerated().map { index, spec in
      let now = harness.context.parameters[index]
      let limit = spec.isBelowNyquist ? 20_000 : Double.infinity
      let range = max(spec.range.lowerBound, -1e6)...min(spec.range.upperBound, limit)
      let target: Double
      if spec.scale == .log {
        target = now * (now * now > range.lowerBound * range.upperBound ? 0.7 : 1.4)
      } else if spec.scale == .amplitude {
        target = now > range.upperBound - 6 ? now - 6 : now + 3
      } else {
        // A delay that is moved plays faster meanwhile: 2 ms within 20 are enough to hear it.
        let step = min(0.1 * (range.upperBound - range.lowerBound), spec.quantity == .time ? 0.002 : .infinity)
        target = now + step > range.upperBound ? now - step : now + step
      }
      return ParameterChange(
        frame: 1_000 + 50 * index, parameter: index, value: min(max(target, range.lowerBound), range.upperBound))
    }
  }

  static func bits(_ signal: [[Float]]) -> [[UInt32]] { signal.map { $0.map(\.bitPattern) } }

  @Test(arguments: names) func theSameBitsComeOutHoweverTheStreamIsCut(name: String) throws {
    for isMoving in [false, true] {
      let reference = try Self.harness(name)
      let input = Self.input(reference) { TestSignal.noise(Self.frames, seed: UInt64($0)) }
      let changes = isMoving ? Self.jumps(reference) : []
      let wanted = Self.bits(reference.run(input, frames: Self.frames, cuts: .blocks(4_096), changes: changes))
      for cuts: Cuts in [.blocks(1), .blocks(7), .blocks(64), .blocks(480), .random(seed: 1), .random(seed: 2, longest: 90)] {
        let output = try Self.harness(name).run(input, frames: Self.frames, cuts: cuts, changes: changes)
        #expect(Self.bits(output) == wanted, "\(cuts), \(isMoving ? "moving" : "settled")")
      }
    }
  }

  @Test(arguments: names) func theStepOfOneFrameGivesTheBitsOfABlock(name: String) throws {
    for channels in [1, 2] {
      for isMoving in [false, true] {
        let reference = try Self.harness(name, channels: channels)
        guard reference.context.sampleRate == reference.context.inputSampleRate else { return }
        let input = Self.input(reference) { TestSignal.noise(3_000, seed: UInt64($0)) }
        let changes = isMoving ? Self.jumps(reference) : []
        let wanted = Self.bits(reference.run(input, frames: 3_000, cuts: .blocks(512), changes: changes))
        for cuts: Cuts in [.blocks(1), .random(seed: 3, longest: 4)] {
          let harness = try Self.harness(name, channels: channels)
          harness.usesFrameStep = true
          #expect(Self.bits(harness.run(input, frames: 3_000, cuts: cuts, changes: changes)) == wanted, "\(cuts)")
        }
      }
    }
  }

  @Test(arguments: names) func aRunAfterResetRepeatsTheFirst(name: String) throws {
    let harness = try Self.harness(name)
    let input = Self.input(harness) { TestSignal.noise(Self.frames, seed: UInt64($0)) }
    let first = harness.run(input, frames: Self.frames)
    harness.reset()
    #expect(Self.bits(harness.run(input, frames: Self.frames)) == Self.bits(first))
  }

  @Test(arguments: names) func workingInPlaceChangesNoBit(name: String) throws {
    guard Catalog.standard[name]!.spec.canRunInPlace else { return }
    let harness = try Self.harness(name)
    let input = Self.input(harness) { TestSignal.noise(Self.frames, seed: UInt64($0)) }
    let changes = Self.jumps(harness)
    let apart = harness.run(input, cuts: .blocks(100), changes: changes)
    let inPlace = try Self.harness(name).run(input, cuts: .blocks(100), changes: changes, inPlace: true)
    #expect(Self.bits(inPlace) == Self.bits(apart))
  }

  @Test(arguments: names) func silenceInGivesLessThanMinus200DecibelsOnceTheTailHasPassed(name: String) throws {
    let harness = try Self.harness(name)
    guard !harness.type.spec.isGenerator else { return }
    let tail: Int
    switch harness.type.tail(harness.context) {
    case .frames(let count): tail = count
    case .rings(let bound): tail = bound
    }
    // Of the output's frames; the input may run at another rate.
    let ratio = (harness.context.inputSampleRate / harness.context.sampleRate).doubleValue
    let latency = harness.type.latency(harness.context).doubleValue + harness.type.delay(harness.context).doubleValue
    let frames = 4_800 + Int((Double(tail) * ratio).rounded(.up)) + Int(latency.rounded(.up))
    let input = Self.input(harness) {
      TestSignal.noise(4_800, seed: UInt64($0)) + [Float](repeating: 0, count: frames + 2_000 - 4_800)
    }
    let output = harness.run(input, cuts: .blocks(1_024))
    let isSound = zip(harness.type.spec.outputs, harness.context.outputChannels).flatMap {
      Array(repeating: $0.carries == nil, count: $1)
    }
    for (channel, isSound) in zip(output, isSound) where isSound {
      let start = Int((Double(frames) / ratio).rounded(.up)) + 1
      let loudest = channel[start...].map(\.magnitude).max() ?? 0
      #expect(loudest < 1e-10, "\(loudest) after \(tail) frames")
    }
  }

  @Test(arguments: names) func noInputMakesTheOutputNonFinite(name: String) throws {
    let inputs: [(Int) -> [Float]] = [
      { _ in [Float](repeating: 0, count: Self.frames) }, { TestSignal.noise(Self.frames, seed: UInt64($0)) },
      { _ in TestSignal.impulse(Self.frames) }, { _ in [Float](repeating: 1, count: Self.frames) },
      { _ in [Float](repeating: 1e10, count: Self.frames) }, { _ in [Float](repeating: 1e-40, count: Self.frames) },
    ]
    for (index, make) in inputs.enumerated() {
      let harness = try Self.harness(name)
      let output = harness.run(Self.input(harness, make), frames: Self.frames, changes: Self.jumps(harness))
      #expect(output.allSatisfy { $0.allSatisfy(\.isFinite) }, "input \(index)")
    }
  }

  @Test(arguments: names) func nonFiniteInputDoesNotTrap(name: String) throws {
    let harness = try Self.harness(name)
    let input = Self.input(harness) { _ in (0..<2_000).map { [0.1, .nan, .infinity, -.infinity, 3e38][$0 / 400] } }
    #expect(harness.run(input, frames: 2_000).count == harness.context.outputChannels.reduce(0, +))
  }

  /// Fed with a slow sine, an effect's output steps from frame to frame by little; a parameter that jumped without a ramp
  /// would step by up to the whole difference at once.
  @Test(arguments: names) func aParameterJumpMakesNoStepLargerThanItsRampAllows(name: String) throws {
    let probe = try Self.harness(name)
    // A measure is no sound: it may step when it is taken anew.
    guard probe.type.spec.category != "Measures" else { return }
    for change in Self.jumps(probe) {
      let spec = probe.parameterSpecs[change.parameter]
      let harness = try Self.harness(name)
      let frames = 24_000, from = 9_600
      let input = Self.input(harness) { _ in TestSignal.sine(frames, frequency: 50, amplitude: 0.5) }
      let moved = ParameterChange(frame: from, parameter: change.parameter, value: change.value)
      let output = harness.run(input, frames: frames, changes: [moved])
      for channel in output where channel.count >= frames {
        func steps(_ range: Range<Int>) -> Float { range.map { (channel[$0] - channel[$0 - 1]).magnitude }.max()! }
        let ordinary = max(steps(1_200..<from), steps(frames - 2_400..<frames))
        let peak = channel.map(\.magnitude).max()!
        let ramp = Float(max(spec.smoothingSeconds * 48_000, 32))
        // On its scale a parameter may move the signal up to eight times faster than evenly at one end.
        #expect(steps(from..<frames) <= 1.5 * ordinary + 16 * peak / ramp, "\(spec.name)")
      }
    }
  }
}

/// The tables of the catalog and the sources behind them.
@Suite("effect tables") struct EffectTableTests {
  @Test(arguments: Catalog.standard.names) func defaultsLieInTheirRangesAndNamesAreDistinct(name: String) {
    let spec = Catalog.standard[name]!.spec
    #expect(spec.name == name && !spec.summary.isEmpty && !spec.discussion.isEmpty && spec.example.contains("->"))
    let items = spec.list?.items ?? []
    for arguments in [spec.arguments] + items.map(\.arguments) {
      let names = arguments.map(\.name) + (spec.inputs + spec.outputs).map(\.name)
      #expect(Set(names).count == names.count)
      for parameter in arguments.compactMap(\.parameter) {
        #expect(parameter.defaultValue.map(parameter.range.contains) ?? true, "\(parameter.name)")
        #expect(parameter.scale != .log || parameter.range.lowerBound > 0, "\(parameter.name)")
        #expect(!parameter.summary.isEmpty && parameter.summary.hasSuffix("."), "\(parameter.name)")
      }
    }
  }

  /// The annotations do not bind through the protocol: each effect must carry them itself.
  @Test func everyApplyProcessAndResetIsAnnotatedAsRealTimeSafe() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources/DSP/Effects")
    // A folder for each category.
    let files = try #require(FileManager.default.subpaths(atPath: folder.path)).filter { $0.hasSuffix(".swift") }
      .map(folder.appendingPathComponent)
    #expect(files.count == Catalog.standard.names.count)
    for file in files {
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      for requirement in ["func apply(", "func process(", "func reset("] {
        let index = try #require(lines.firstIndex { $0.contains("public mutating " + requirement) }, "\(file.lastPathComponent)")
        // Or between `#if !DEBUG` and `#endif`.
        let above = lines[index - 1].hasSuffix("#endif") ? lines[index - 2] : lines[index - 1]
        #expect(above.contains("@_noAllocation @_noLocks"), "\(file.lastPathComponent): \(requirement)")
      }
    }
  }
}
