import Glibc
import Talea

/// A patch that is rendered over and over, a fixed number of frames of noise a time.
public final class Subject {
  public let name: String
  private let executor: Executor
  private let inputs: PlanarBuffer
  private let outputs: PlanarBuffer
  private let block: Int
  public private(set) var nanosecondsPerFrame: [Double] = []

  /// - Parameters:
  ///   - text: of a patch.
  ///   - channels: of its inputs.
  ///   - block: frames handed over at a time.
  public init(
    _ name: String, _ text: String, channels: Int, block: Int, sampleRate: Int = 48_000, outputSampleRate: Int? = nil
  ) throws {
    self.name = name
    self.block = block
    let graph = try resolve(parsePatch(Source(name: name, text: text)), catalog: .standard, loader: Responses()).graph
    let plan = try compile(
      graph, catalog: .standard,
      options: CompileOptions(
        sampleRate: sampleRate, defaultInputChannels: channels, maximumFrameCount: block, outputSampleRate: outputSampleRate))
    executor = Executor(plan)
    inputs = PlanarBuffer(channels: channels, frames: block)
    // Twice as many: the output's rate may be higher.
    outputs = PlanarBuffer(channels: plan.outputChannels, frames: 2 * block)
    var random = SeededRandom(1)
    for channel in 0..<channels {
      for n in 0..<block { inputs.mutable[channel][n] = random.sample() }
    }
  }

  /// Nodes of the plan but `in` and `out`: actors and the sums between them.
  public var nodeCount: Int { executor.profile.count - 2 }

  public func run(frames: Int) { nanosecondsPerFrame.append(time(frames: frames) / Double(frames / block * block)) }

  /// Nanoseconds for some frames, whole blocks of them.
  public func time(frames: Int) -> Double {
    let began = processorTime()
    for _ in 0..<frames / block {
      executor.process(inputs: inputs.constant, outputs: outputs.mutable, frameCount: block)
    }
    return processorTime() - began
  }

  public var median: Double { nanosecondsPerFrame.sorted()[nanosecondsPerFrame.count / 2] }
}

/// Nanoseconds that this thread has spent on a processor: what else runs on the machine does not count.
public func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Measures all subjects in turns, so that what disturbs the machine disturbs them alike.
public func measure(_ subjects: [Subject], frames: Int, rounds: Int) {
  for _ in 0..<rounds {
    for subject in subjects { subject.run(frames: frames) }
  }
}

/// A xorshift generator: every run measures the same patches on the same noise.
public struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  public init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  public mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  /// Uniform in -0.25..<0.25.
  public mutating func sample() -> Float { Float(Int32(truncatingIfNeeded: next() >> 32)) * 0x1p-33 }
}

/// A number with two decimals, padded on the left.
public func column(_ value: Double, _ width: Int = 9) -> String {
  let hundredths = Int((value * 100).rounded())
  let digits = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  return String(repeating: " ", count: max(0, width - digits.count)) + digits
}
