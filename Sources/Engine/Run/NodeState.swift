import Signal

/// Where one channel of a port lies: the frame at stream position p is at `base[p - start.pointee]`.
struct ChannelBinding {
  var base: UnsafeMutablePointer<Float>
  var start: UnsafeMutablePointer<Int>
}

/// Many channels of one port, which lie in one buffer: they are bound together, and only when their place has changed.
struct WidePort {
  var channels: Range<Int>
  var start: UnsafeMutablePointer<Int>
  /// The distance from the channels' bases to where they are bound; nil before.
  var bound: Int?
}

/// One node at run time. All pointers are into memory that the executor owns; nothing in it is counted by reference.
struct NodeState {
  enum Operation: UInt8 {
    case effect, input, output, sum, sampler
  }

  var operation: Operation
  var type: EffectType?
  var kernel: UnsafeMutableRawPointer?
  /// Frames of input and output after t ticks of the scope's clock: `ceil(t * numerator / denominator)`.
  var inputRate: FrameRate
  var rate: FrameRate
  /// Output frames per control period, and input frames per output frame.
  var tickRate: FrameRate
  var inputPerOutput: FrameRate
  var inputPosition = 0
  var position = 0
  /// Frames by which it runs ahead of its scope.
  var lead = 0

  var inputChannelCount = 0
  var outputChannelCount = 0
  var inputs: UnsafeMutablePointer<ChannelBinding>
  var outputs: UnsafeMutablePointer<ChannelBinding>
  /// Where all of them belong to a few wide ports: those; else empty.
  var wideInputs: UnsafeMutableBufferPointer<WidePort>
  var wideOutputs: UnsafeMutableBufferPointer<WidePort>
  /// Whether a single frame of all output channels lies together.
  var isPacked = false
  /// Scratch for the pointers of one firing.
  var inputPointers: UnsafeMutablePointer<UnsafePointer<Float>>
  var outputPointers: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// Channels per port of a sum; of an input, its first channel among those of the call.
  var width = 0
  /// The last frame that a sampler read.
  var held: Float = 0
  /// Delay lines to read before a firing and to write after it.
  var lineReads: UnsafeMutableBufferPointer<LineRead>
  var lineWrites: UnsafeMutableBufferPointer<LineWrite>
  /// Start positions of the buffers that live in the node's own scope.
  var ownStarts: UnsafeMutableBufferPointer<UnsafeMutablePointer<Int>>

  /// With the motions the node's own memory, which passes on with its kernel; see `PassedMemory`.
  var values: UnsafeMutablePointer<Double>
  var motions: UnsafeMutableBufferPointer<ParameterMotion>
  var movingCount = 0
  var controls: UnsafeMutableBufferPointer<ControlInput>
  /// Scheduled changes as a list in the executor's pool; -1 ends it.
  var firstEvent = -1
  var lastEvent = -1
  /// The next control tick at which something may change, and its frame; `Int.max` while nothing will.
  var nextTick = Int.max
  var nextTickFrame = Int.max

  /// Output is zero up to this position, where the kernel is reset; 0 while the node is sound.
  var silentUntil = 0
  /// Whether outputs are tested for NaN and infinity.
  var isChecked = false
  /// Generators give silence from this position on.
  var stopPosition = Int.max
  var isGenerator = false

  /// Counted by the thread that runs the node, read by others: whole, by `ProfileCounters`.
  var profile = ProfileCounters()
}

/// An exact number of frames per tick.
struct FrameRate {
  var numerator: Int
  var denominator: Int

  /// `ceil(ticks * numerator / denominator)` for `ticks >= 0`.
  @inline(__always)
  func frames(_ ticks: Int) -> Int {
    denominator == 1 ? ticks &* numerator : (ticks &* numerator &+ denominator &- 1) / denominator
  }

  /// `floor(ticks * numerator / denominator)` for `ticks >= 0`.
  @inline(__always)
  func wholeFrames(_ ticks: Int) -> Int { denominator == 1 ? ticks &* numerator : ticks &* numerator / denominator }
}

/// A parameter driven by a signal: token k of the binding is its value at control tick k.
struct ControlInput {
  var parameter: Int
  var binding: ChannelBinding
}

/// The ring of an edge's initial tokens, one channel after the other.
struct LineState {
  var memory: UnsafeMutablePointer<Float>
  var capacity: Int
  var channelCount: Int
  var readIndex = 0
  var writeIndex = 0
  var delay: Int
}

struct LineRead {
  var line: UnsafeMutablePointer<LineState>
  /// The first channel of the buffer that the line fills, and the distance of its channels.
  var target: UnsafeMutablePointer<Float>
  var stride: Int
  /// The node's input channels (over all ports) that it feeds, each with its channel of the line.
  var inputs: UnsafeMutableBufferPointer<(input: Int, channel: Int)>
}

struct LineWrite {
  var line: UnsafeMutablePointer<LineState>
  /// For each channel of the line, the node's output channel (over all ports).
  var channels: UnsafeMutablePointer<Int>
}
