import Dataflow

/// A kind of processing. One value of a conforming type is the kernel of one actor; it owns all its memory.
///
/// The three real-time requirements must carry `@_noAllocation @_noLocks` in each conforming type: the annotations do
/// not bind through the protocol. What comes out may depend on the frames that went in and on the stream position,
/// never on how the stream is cut into calls.
public protocol Effect: ~Copyable, SendableMetatype {
  /// Name, tables of arguments and ports, documentation.
  static var spec: EffectSpec { get }

  /// Channels of each output port. Called with the channels that each input port receives, after `.fixed` ports were
  /// satisfied. Default: `.any` gives the channels of the `.any` inputs (1 without inputs), `.fixed` its number.
  static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int]

  /// How the output's sample rate follows from the input's. Default: the same.
  static func rateRule(_ configuration: EffectConfiguration) -> RateRule

  /// What the effect costs in time (look-ahead, linear phase), in frames of the patch's rate. Default: 0.
  static func latency(_ context: RenderContext) -> Rational

  /// What the patch asks the effect to delay the sound by (a delay's time, a predelay), in frames at its output rate;
  /// never compensated. Default: 0.
  static func delay(_ context: RenderContext) -> Rational

  /// The longest time, in frames at its output rate, for which the effect can be silent before more comes out of what
  /// went in: the time of an echo, also where the dry sound goes with it. Default: `delay`.
  static func longestEcho(_ context: RenderContext) -> Rational

  /// How long the effect sounds after its input went silent. Grows, or shrinks, with each parameter. Default: not at all.
  static func tail(_ context: RenderContext) -> Tail

  /// Whether, with these arguments, every sample that leaves is one that came in, or zero: nothing is computed, so
  /// nothing needs dither. Default: no.
  static func isRouting(_ context: RenderContext) -> Bool

  /// Refuses combinations of arguments that single ranges cannot. Default: accepts.
  static func validate(_ context: RenderContext) throws(EffectError)

  /// Allocates everything the kernel will ever need, ready to process from stream position 0.
  init(_ context: RenderContext)

  /// Takes new parameter values at a control tick. The kernel reaches them `frames` frames later, ramping where a step
  /// would be heard; the next call comes no earlier than that. Real-time safe.
  mutating func apply(_ values: ParameterValues, over frames: Int)

  /// Processes one block. Real-time safe.
  mutating func process(_ block: AudioBlock)

  /// Processes one frame of an actor whose output has its input's rate, to the same bits as `process` with a block of one.
  /// Loops of a few tokens run frame by frame: an effect that has a shorter way for a single frame takes it here, and
  /// says so by `hasFrameStep`. Default: `process`. Real-time safe.
  mutating func processFrame(_ frame: AudioFrame)

  /// Whether `processFrame` is written for single frames: a loop of a few tokens runs in single frames where all in it
  /// are. Default: no.
  static var hasFrameStep: Bool { get }

  /// Whether a frame is nothing but its input times one factor, in single precision, the same for all channels: loops that
  /// run frame by frame then multiply for it, many such effects at a time. Default: no.
  static var isGain: Bool { get }

  /// Where `isGain`: whether the factor of the next frame differs from that of the frame after it; and the next frame's
  /// factor, which moves one frame on as `processFrame` does. Real-time safe.
  var isFactorMoving: Bool { get }
  mutating func nextFactor() -> Float

  /// Whether the effect is nothing but second-order sections in series, in double precision, on its first port, with as
  /// many channels out as in: many such effects, side by side or in series, can then be run as one. Default: no.
  static var isSectionSeries: Bool { get }

  /// Where `isSectionSeries`: the sections, as long as none of their coefficients moves; nil while one does. Real-time safe.
  var settledSections: SectionSeries? { get }

  /// Returns to the state after `init`, keeping the newest parameter values as if they had always held. Positions of the
  /// blocks that follow may go on from where they were: what depends on a phase takes it from them. Real-time safe.
  mutating func reset()

  /// Calls `process` on the kernel at an address; the default is the only implementation needed.
  static func fire(_ kernel: UnsafeMutableRawPointer, _ block: AudioBlock)
  static func fireFrame(_ kernel: UnsafeMutableRawPointer, _ frame: AudioFrame)
  static func isFactorMoving(_ kernel: UnsafeMutableRawPointer) -> Bool
  static func nextFactor(_ kernel: UnsafeMutableRawPointer) -> Float
  static func settledSections(_ kernel: UnsafeMutableRawPointer) -> SectionSeries?
  static func apply(_ kernel: UnsafeMutableRawPointer, _ values: ParameterValues, over frames: Int)
  static func reset(_ kernel: UnsafeMutableRawPointer)
  /// Allocates and initialises a kernel. Freed by `destroy`.
  static func make(_ context: RenderContext) -> UnsafeMutableRawPointer
  static func destroy(_ kernel: UnsafeMutableRawPointer)
}

/// An effect as a value: a metatype, so that calls through it touch no reference count.
public typealias EffectType = any (Effect & ~Copyable).Type

/// How an effect's output rate follows from its input rate.
public enum RateRule: Sendable, Hashable {
  case same
  /// Output frames per input frame.
  case times(Rational)
  /// The output runs at this rate in Hz, whatever comes in.
  case absolute(Rational)
}

/// How long an effect sounds after its input went silent, in frames at its own output rate.
public enum Tail: Sendable, Hashable {
  /// After this many frames the output is below -200 dBFS for input up to full scale.
  case frames(Int)
  /// It rings until it has decayed; `bound` frames after the input it is below -200 dBFS.
  case rings(bound: Int)
}

/// A mistake in an effect's arguments that only the effect itself can see.
public struct EffectError: Error, Sendable, Hashable {
  /// A sentence without capital or full stop, such as `a mid/side matrix needs 2 channels, not 6`.
  public let message: String
  /// The way out, if there is one to name.
  public let help: String?
  /// The argument that is wrong, where it is one.
  public let argument: String?

  public init(_ message: String, help: String? = nil, argument: String? = nil) {
    self.message = message
    self.help = help
    self.argument = argument
  }
}

extension Effect where Self: ~Copyable {
  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    let fed = zip(spec.inputs, inputChannels).compactMap { $0.channels == .any ? $1 : nil }.max() ?? inputChannels.max() ?? 1
    return spec.outputs.map { if case .fixed(let count) = $0.channels { count } else { fed } }
  }
  public static func rateRule(_ configuration: EffectConfiguration) -> RateRule { .same }
  public static func latency(_ context: RenderContext) -> Rational { 0 }
  public static func delay(_ context: RenderContext) -> Rational { 0 }
  public static func longestEcho(_ context: RenderContext) -> Rational { delay(context) }
  public static func tail(_ context: RenderContext) -> Tail { .frames(0) }
  public static func isRouting(_ context: RenderContext) -> Bool { false }
  public static func validate(_ context: RenderContext) throws(EffectError) {}
  public static var hasFrameStep: Bool { false }
  public static var isGain: Bool { false }
  public var isFactorMoving: Bool { @_noAllocation @_noLocks get { false } }
  @_noAllocation @_noLocks
  public mutating func nextFactor() -> Float { 1 }
  public static var isSectionSeries: Bool { false }
  public var settledSections: SectionSeries? { @_noAllocation @_noLocks get { nil } }

  @inlinable
  public mutating func processFrame(_ frame: AudioFrame) { process(frame.block) }

  @inlinable
  public static func fire(_ kernel: UnsafeMutableRawPointer, _ block: AudioBlock) {
    kernel.assumingMemoryBound(to: Self.self).pointee.process(block)
  }

  @inlinable
  public static func fireFrame(_ kernel: UnsafeMutableRawPointer, _ frame: AudioFrame) {
    kernel.assumingMemoryBound(to: Self.self).pointee.processFrame(frame)
  }

  @inlinable
  public static func isFactorMoving(_ kernel: UnsafeMutableRawPointer) -> Bool {
    kernel.assumingMemoryBound(to: Self.self).pointee.isFactorMoving
  }

  @inlinable
  public static func nextFactor(_ kernel: UnsafeMutableRawPointer) -> Float {
    kernel.assumingMemoryBound(to: Self.self).pointee.nextFactor()
  }

  @inlinable
  public static func settledSections(_ kernel: UnsafeMutableRawPointer) -> SectionSeries? {
    kernel.assumingMemoryBound(to: Self.self).pointee.settledSections
  }

  @inlinable
  public static func apply(_ kernel: UnsafeMutableRawPointer, _ values: ParameterValues, over frames: Int) {
    kernel.assumingMemoryBound(to: Self.self).pointee.apply(values, over: frames)
  }

  @inlinable
  public static func reset(_ kernel: UnsafeMutableRawPointer) {
    kernel.assumingMemoryBound(to: Self.self).pointee.reset()
  }

  @inlinable
  public static func make(_ context: RenderContext) -> UnsafeMutableRawPointer {
    let kernel = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<Self>.stride, alignment: max(MemoryLayout<Self>.alignment, 64))
    kernel.bindMemory(to: Self.self, capacity: 1).initialize(to: Self(context))
    return kernel
  }

  @inlinable
  public static func destroy(_ kernel: UnsafeMutableRawPointer) {
    kernel.assumingMemoryBound(to: Self.self).deinitialize(count: 1)
    kernel.deallocate()
  }
}
