import CRealtime
import Dataflow

/// The place in which an actor is built: its rates, channels and arguments.
public struct RenderContext: Sendable {
  /// Frames per second at the actor's output (and input, where it does not change the rate).
  public var sampleRate: Rational
  /// Frames per second at the actor's input.
  public var inputSampleRate: Rational
  /// Frames per second of the patch: the clock of the control grid and of latencies.
  public var patchSampleRate: Rational
  /// Channels of each port, in the order of the ports.
  public var inputChannels: [Int]
  public var outputChannels: [Int]
  /// Of optional inputs: ports to which nothing leads; they read silence.
  public var unconnectedInputs: Set<Int> = []
  /// Whether a path leads from an output back to an input: what an effect delays there makes the loop longer.
  public var isInLoop = false
  /// No call of `process` carries more frames than this at its output, nor more than `maximumInputFrameCount` at its input.
  public var maximumFrameCount: Int
  public var maximumInputFrameCount: Int
  public var configuration: EffectConfiguration
  /// Initial parameter values in base units, laid out as in `ParameterValues`.
  public var parameters: [Double]
  /// Adds up what the actor allocates.
  public var memory: MemoryMeter

  public init(
    sampleRate: Rational, inputSampleRate: Rational? = nil, patchSampleRate: Rational? = nil, inputChannels: [Int],
    outputChannels: [Int], maximumFrameCount: Int, maximumInputFrameCount: Int? = nil,
    configuration: EffectConfiguration = EffectConfiguration(), parameters: [Double] = [], memory: MemoryMeter = MemoryMeter()
  ) {
    self.sampleRate = sampleRate
    self.inputSampleRate = inputSampleRate ?? sampleRate
    self.patchSampleRate = patchSampleRate ?? sampleRate
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.maximumFrameCount = maximumFrameCount
    self.maximumInputFrameCount = maximumInputFrameCount ?? maximumFrameCount
    self.configuration = configuration
    self.parameters = parameters
    self.memory = memory
  }

  /// Whether something leads to an input port.
  public func isConnected(_ port: Int) -> Bool { !unconnectedInputs.contains(port) }

  /// `sampleRate` as a floating-point number, for coefficients.
  public var framesPerSecond: Double { sampleRate.doubleValue }

  /// Calls `body` with the initial parameters as the engine will hand over later ones.
  public func withParameterValues<R>(_ body: (ParameterValues) -> R) -> R {
    if parameters.isEmpty {
      var none = 0.0
      return withUnsafePointer(to: &none) { body(ParameterValues($0)) }
    }
    return parameters.withUnsafeBufferPointer { body(ParameterValues($0.baseAddress!)) }
  }
}

/// The memory of the actors of one plan, so that it is known before it starts. Not for concurrent use: a plan is built on
/// one thread.
public final class MemoryMeter: Sendable {
  private nonisolated(unsafe) var ranges: [UnsafeMutableRawBufferPointer] = []

  public init() {}

  public var bytes: Int { ranges.reduce(0) { $0 + $1.count } }

  func add(_ base: UnsafeMutableRawPointer, _ bytes: Int) {
    ranges.append(UnsafeMutableRawBufferPointer(start: base, count: bytes))
  }

  /// Makes sure that all of it is there, as long as its owners live: no page of it is first touched later.
  public func touch() { for range in ranges { talea_touch(range.baseAddress, range.count) } }
}
