import Foundation
import Talea

/// Reads files from disk; a sound that is not there is a short decaying noise of one channel, so that examples can name one.
public struct ExampleLoader: SourceLoader {
  public init() {}

  public func load(_ path: String) throws(SourceFailure) -> Source { try FileLoader().load(path) }

  public func loadSound(_ path: String) throws(SourceFailure) -> SoundSamples {
    if FileManager.default.fileExists(atPath: path) { return try FileLoader().loadSound(path) }
    let response = noise(channels: 1, frames: 2_500, seed: 5)[0].enumerated().map { $1 * Float(exp(-Double($0) / 500)) }
    return SoundSamples(path: path, sampleRate: 48_000, channels: [response])
  }
}

/// The graph of a patch text with the standard catalogue.
public func graph(_ text: String, name: String = "test.talea") throws -> Graph {
  try resolve(parsePatch(Source(name: name, text: text)), catalog: .standard, loader: ExampleLoader()).graph
}

/// The plan of a patch text.
public func plan(
  _ text: String, rate: Int = 48_000, channels: Int = 2, block: Int = 512, taps: [CompileOptions.Tap] = []
) throws -> Plan {
  try compile(
    graph(text), catalog: .standard,
    options: CompileOptions(
      sampleRate: rate, defaultInputChannels: channels, maximumFrameCount: block, taps: taps))
}

/// Runs planar input (the channels of all inputs) through an executor in blocks of the given sizes, over and over, and
/// returns the channels of `out`. `before` is called ahead of each block.
public func run(
  _ executor: Executor, _ input: [[Float]], cuts: [Int], before: (Int) -> Void = { _ in }
) -> [[Float]] {
  let plan = executor.plan
  let total = input.first?.count ?? 0
  let largest = cuts.max() ?? 1
  let inputs = PlanarBuffer(channels: input.count, frames: largest)
  let outputs = PlanarBuffer(channels: plan.outputChannels, frames: largest)
  var result = [[Float]](repeating: [], count: plan.outputChannels)
  var position = 0
  var turn = 0
  while position < total {
    let count = min(cuts[turn % cuts.count], total - position)
    turn += 1
    for channel in input.indices {
      for n in 0..<count { inputs.mutable[channel][n] = input[channel][position + n] }
    }
    before(position)
    executor.process(inputs: inputs.constant, outputs: outputs.mutable, frameCount: count)
    for channel in result.indices {
      result[channel].append(contentsOf: UnsafeBufferPointer(start: outputs.mutable[channel], count: count))
    }
    position += count
  }
  return result
}

/// The same for a patch text that takes and gives the input's channels.
public func render(
  _ text: String, _ input: [[Float]], rate: Int = 48_000, cuts: [Int] = [512]
) throws -> [[Float]] {
  let plan = try plan(text, rate: rate, channels: input.count, block: cuts.max() ?? 1)
  return run(Executor(plan), input, cuts: cuts)
}

/// Whether two renderings are the same bytes; NaN equals itself here.
public func sameBytes(_ a: [[Float]], _ b: [[Float]]) -> Bool {
  a.count == b.count
    && zip(a, b).allSatisfy { left, right in
      left.count == right.count && zip(left, right).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
}
