import CRealtime
import Dataflow
import Signal

/// Echo: the sound again after a time, once or fading out.
public struct Delay: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "delay", category: "Delay and reverb",
    summary: "Delays the sound by a time that may move, with feedback for echoes.",
    discussion: """
      Alone it is a plain delay: `delay 20ms` holds everything back by 20 ms. `mix` below 100% lets the dry sound through as \
      `(1 - mix) dry + mix wet`, `feedback` returns the delayed sound to the input: `delay 375ms feedback=45% mix=35%`.

      A time of whole frames reproduces the input bit for bit. Between frames, 16-point Lagrange interpolation reads the \
      past: flat within 0.1 dB and right in time within 0.002 frames to 0.6 of Nyquist (`2n` points below a delay of 8 \
      frames, n being the delay's whole frames, but at least 2). A new time is reached like on tape, by reading faster \
      or slower for 100 ms, sample by sample. With feedback, a time below 1 frame works as if the returned sound were \
      one frame late.

      `max` sets the memory: a time beyond it, or beyond the one the patch starts with if that is longer, is held there.

      The time is a delay that the patch asks for, not latency: nothing is aligned for it. Offline, the length of its tail \
      follows from the longest time and the highest feedback until then.

      Source: T. I. Laakso et al., "Splitting the unit delay", IEEE Signal Processing Magazine 13(1), 1996.
      """,
    example: "in -> delay 375ms feedback=45% mix=35% -> out",
    arguments: [
      .parameter(
        ParameterSpec("time", .time, default: nil, in: 0...10, smoothing: 0.1, "From the input to the first echo.")),
      .parameter(
        ParameterSpec("feedback", .ratio, default: 0, in: 0...0.99, "How much of the delayed sound returns to the input.")),
      .parameter(ParameterSpec("mix", .ratio, default: 1, in: 0...1, "0% is the dry sound alone, 100% the delayed one.")),
      .structural(
        StructuralSpec("max", .quantity(.time, 0...10), default: .quantity(2, .time), "The longest time that may be set later.")),
    ],
    canRunInPlace: true)

  /// What the loop multiplies by, and where it reads.
  private struct Ramps: BitwiseCopyable {
    /// In frames.
    var delay: LinearRamp
    var feedback: LinearRamp
    var mix: LinearRamp

    var remaining: Int {
      @_noAllocation @_noLocks get { max(delay.remaining, max(feedback.remaining, mix.remaining)) }
    }
  }

  private var ramps: Ramps
  private let ring: OwnedBuffer<Float>
  /// Frames in the ring of one channel, without the copy of its first 16 frames that follows them.
  private let length: Int
  private let longest: Double
  private let framesPerSecond: Double
  private let channelCount: Int
  private var writeIndex = 0
  private static var margin: Int { @_transparent @_noAllocation @_noLocks get { 2 * FractionalRead.reach } }

  public static func delay(_ context: RenderContext) -> Rational {
    guard context.parameters[2] == 1 else { return 0 }
    return Rational(Int(frames(context.parameters[0], context.framesPerSecond) * 65_536), 65_536)
  }

  public static func longestEcho(_ context: RenderContext) -> Rational {
    Rational(Int(frames(context.parameters[0], context.framesPerSecond).rounded(.up)))
  }

  public static func tail(_ context: RenderContext) -> Tail {
    let time = frames(context.parameters[0], context.framesPerSecond)
    let delay = Int(time.rounded(.up)) + (time == time.rounded() ? 0 : FractionalRead.reach)
    let feedback = context.parameters[1]
    guard feedback > 0 else { return .frames(delay) }
    // A steady input has built up to 1 / (1 - feedback); 60 dB more for the peaks between the samples.
    let repeats = Math.log(1e-13 * (1 - feedback)) / Math.log(feedback)
    return .rings(bound: delay * (Int(repeats) + 2))
  }

  public static func isRouting(_ context: RenderContext) -> Bool {
    let time = frames(context.parameters[0], context.framesPerSecond)
    return time == time.rounded() && context.parameters[1] == 0 && context.parameters[2] == 1
  }

  /// To a 65,536th of a frame, so that rounding does not make a fraction of what was meant as whole frames.
  @_noAllocation @_noLocks
  private static func frames(_ seconds: Double, _ framesPerSecond: Double) -> Double {
    talea_rint(seconds * framesPerSecond * 65_536) / 65_536
  }

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    let start = context.parameters[0]
    longest = Self.frames(max(start, context.configuration.quantity("max")), framesPerSecond)
    length = Int(longest) + 2 * Self.margin
    ring = OwnedBuffer(count: channelCount * (length + Self.margin), memory: context.memory)
    ramps = Ramps(
      delay: LinearRamp(Self.frames(start, framesPerSecond)), feedback: LinearRamp(context.parameters[1]),
      mix: LinearRamp(context.parameters[2]))
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    ramps.delay.retarget(min(Self.frames(values[0], framesPerSecond), longest), over: frames)
    ramps.feedback.retarget(values[1], over: frames)
    ramps.mix.retarget(values[2], over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    let moving = min(ramps.remaining, block.frameCount)
    for frame in 0..<moving {
      let read = FractionalRead(max(0, ramps.delay.next()))
      step(block, frame, 1, read, ramps.feedback.next(), ramps.mix.next())
    }
    let read = FractionalRead(ramps.delay.target)
    var frame = moving
    while frame < block.frameCount {
      // Up to the ring's end; the reading end of a plain delay may wrap before.
      var count = min(block.frameCount - frame, length - writeIndex)
      if read.isWhole, read.whole > writeIndex { count = min(count, read.whole - writeIndex) }
      step(block, frame, count, read, ramps.feedback.target, ramps.mix.target)
      frame += count
    }
  }

  /// Some frames of all channels up to the ring's end.
  @_noAllocation @_noLocks
  private mutating func step(
    _ block: AudioBlock, _ frame: Int, _ count: Int, _ read: FractionalRead, _ feedback: Double, _ mix: Double
  ) {
    let (feedback, wet, dry) = (Float(feedback), Float(mix), Float(1 - mix))
    for channel in 0..<channelCount {
      let input = block.input(channel) + frame, output = block.output(channel) + frame
      let ring = self.ring.base + channel * (length + Self.margin)
      if read.isWhole, read.whole >= 8 {
        let past = writeIndex >= read.whole ? writeIndex - read.whole : writeIndex - read.whole + length
        echo(input, output, UnsafePointer(ring + past), ring + writeIndex, count, min(read.whole, count), feedback, wet, dry)
        // The frames after the end repeat the first ones.
        if writeIndex < Self.margin { talea_copy(ring + length, ring, Self.margin * MemoryLayout<Float>.stride) }
        continue
      }
      for n in 0..<count {
        let index = writeIndex + n
        let oldest = index - read.whole - FractionalRead.reach
        // Where the frames to read wrap, they are contiguous in the copy after the end.
        let newest = ring + (oldest < 0 ? index + length : index)
        let x = input[n]
        ring[index] = x
        if index < Self.margin { ring[index + length] = x }
        let delayed = read(UnsafePointer(newest))
        output[n] = (dry * x).addingProduct(wet, delayed)
        let returned = x.addingProduct(feedback, delayed)
        ring[index] = returned
        if index < Self.margin { ring[index + length] = returned }
      }
    }
    writeIndex = writeIndex + count == length ? 0 : writeIndex + count
  }

  /// A delay of whole frames: `stride` frames at a time do not meet their own echoes.
  @inline(__always) @_noAllocation @_noLocks
  private func echo(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ past: UnsafePointer<Float>,
    _ present: UnsafeMutablePointer<Float>, _ count: Int, _ stride: Int, _ feedback: Float, _ wet: Float, _ dry: Float
  ) {
    var start = 0
    while start < count {
      let end = min(start + stride, count)
      for n in start..<end {
        let x = input[n], delayed = past[n]
        output[n] = (dry * x).addingProduct(wet, delayed)
        present[n] = x.addingProduct(feedback, delayed)
      }
      start = end
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    ring.clear()
    writeIndex = 0
    ramps.delay.snap()
    ramps.feedback.snap()
    ramps.mix.snap()
  }
}
