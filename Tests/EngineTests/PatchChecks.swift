import CAllocationCounter
import Foundation
import Talea
import TestSupport
import Testing

/// What every patch in `patches/` and the example of every effect must pass, one shared check for all.
@Suite("every patch and every effect") struct PatchChecks {
  struct Subject: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var path: String
    var testDescription: String { name }

    func plan(block: Int, channels: Int = 2, rate: Int = 48_000) throws -> Plan {
      let patch = try parsePatch(Source(name: path, text: text))
      return try compile(
        resolve(patch, catalog: .standard, loader: ExampleLoader()).graph, catalog: .standard,
        options: CompileOptions(sampleRate: rate, defaultInputChannels: channels, maximumFrameCount: block))
    }
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("patches")

  static let subjects: [Subject] = {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".talea") }
    let patches = names.sorted().map { name in
      let path = folder.appendingPathComponent(name).path
      return Subject(name: name, text: (try? String(contentsOfFile: path, encoding: .utf8)) ?? "", path: path)
    }
    return patches
      + Catalog.standard.all.map { type in
        Subject(name: type.spec.name, text: type.spec.example, path: "\(type.spec.name).talea")
      }
  }()

  /// Blocks that no size in the engine divides, and a long one.
  static let blocks = [1, 7, 64, 480, 4_096]

  @Test(arguments: subjects)
  func sameBytesForEveryBlockAndForRandomCuts(_ subject: Subject) throws {
    let plan = try subject.plan(block: 4_096)
    let input = noise(channels: plan.inputs.map(\.channels).reduce(0, +), frames: 9_000, level: 0.5)
    let silent = [[Float](repeating: 0, count: 9_000)]
    let source = input.isEmpty ? silent : input
    let reference = run(Executor(plan), source, cuts: [4_096])
    #expect(reference.allSatisfy { $0.allSatisfy(\.isFinite) })
    for block in Self.blocks {
      let output = run(Executor(try subject.plan(block: block)), source, cuts: [block])
      #expect(sameBytes(output, reference), "blocks of \(block)")
    }
    for seed in 1...3 as ClosedRange<UInt64> {
      #expect(sameBytes(run(Executor(plan), source, cuts: randomCuts(seed, largest: 700)), reference), "random cuts \(seed)")
    }
  }

  @Test(arguments: subjects)
  func aRerunAfterResetGivesTheSameBytes(_ subject: Subject) throws {
    let plan = try subject.plan(block: 480)
    let input = noise(channels: max(1, plan.inputs.map(\.channels).reduce(0, +)), frames: 5_000, level: 0.5)
    let executor = Executor(plan)
    let first = run(executor, input, cuts: [480])
    executor.reset()
    #expect(sameBytes(run(executor, input, cuts: [480]), first))
  }

  @Test(arguments: subjects)
  func noInputMakesTheOutputNonFinite(_ subject: Subject) throws {
    let plan = try subject.plan(block: 512)
    let channels = max(1, plan.inputs.map(\.channels).reduce(0, +))
    let frames = 4_096
    let inputs: [[[Float]]] = [
      Array(repeating: [Float](repeating: 0, count: frames), count: channels), noise(channels: channels, frames: frames),
      impulse(channels: channels, frames: frames),
      Array(repeating: [Float](repeating: 1, count: frames), count: channels),
      Array(repeating: [Float](repeating: 1e10, count: frames), count: channels),
      Array(repeating: [Float](repeating: 1e-40, count: frames), count: channels),
      (0..<channels).map { _ in (0..<frames).map { $0 == 700 ? .nan : $0 == 2_500 ? .infinity : 0.1 } },
    ]
    for (index, input) in inputs.enumerated() {
      let output = run(Executor(plan), input, cuts: [512])
      #expect(output.allSatisfy { $0.allSatisfy(\.isFinite) }, "input \(index)")
    }
  }

  @Test(arguments: subjects)
  func processAllocatesNothingOver1000Blocks(_ subject: Subject) throws {
    let plan = try subject.plan(block: 64)
    let executor = Executor(plan)
    let channels = plan.inputs.map(\.channels).reduce(0, +)
    let inputs = PlanarBuffer(channels: channels, frames: 64), outputs = PlanarBuffer(channels: plan.outputChannels, frames: 64)
    for (channel, samples) in noise(channels: channels, frames: 64).enumerated() {
      for n in 0..<64 { inputs.mutable[channel][n] = samples[n] }
    }
    let targets = plan.graph.actors.enumerated().flatMap { actor, description in
      description.parameters.enumerated().compactMap { index, parameter -> (Int, Int, Double)? in
        if case .signal = parameter.driver { return nil }
        let range = parameter.spec.range
        return (actor, index, range.lowerBound.isFinite ? range.lowerBound : range.upperBound)
      }
    }
    talea_count_allocations()
    for block in 0..<1_000 {
      if let target = targets.isEmpty ? nil : targets[block % targets.count] {
        _ = executor.schedule(actor: target.0, parameter: target.1, value: target.2, at: block * 64)
      }
      executor.process(inputs: inputs.constant, outputs: outputs.mutable, frameCount: 64)
    }
    let allocations = talea_counted_allocations()
    #expect(allocations == 0)
    // Nothing may be freed early: that would be counted too.
    withExtendedLifetime((targets, plan, executor, inputs, outputs)) {}
  }

  @Test(arguments: subjects)
  func silenceFollowsOnceTheDeclaredTailHasPassed(_ subject: Subject) throws {
    let plan = try subject.plan(block: 4_096)
    guard !plan.tail.rings, !plan.inputs.isEmpty else { return }
    let executor = Executor(plan)
    let length = 1_000
    let frames = length + plan.tail.frames + plan.outputLatency
    var input = noise(channels: plan.inputs.map(\.channels).reduce(0, +), frames: length)
    for channel in input.indices { input[channel] += [Float](repeating: 0, count: frames - length + 3_000) }
    executor.stopGenerators(at: length)
    let output = run(executor, input, cuts: [4_096])
    for channel in output {
      let loudest = channel[frames...].map(\.magnitude).max() ?? 0
      #expect(loudest < 1e-10, "\(loudest) after the tail")
    }
  }
}
