import Dataflow
import Signal

/// The first reflections of a room.
public struct Early: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "early", category: "Delay and reverb",
    summary: "The first reflections of a box-shaped room around the sound.",
    discussion: """
      The source stands in the middle of the room's width, at 70% of its depth; the listener at 30%, both at 45% of the height, \
      but a little to one side so that no two echoes coincide. Every image of the source in up to `order` walls is an echo: later \
      than the direct sound by its longer way at 343.2 m/s, in whole frames; weaker by the ratio of the ways; and by `absorption`, \
      the share of the energy that a wall takes, for each wall. It comes from its own direction, panned with constant power. The \
      sound itself passes unchanged; `level` says how loud the reflections are beside it. Sides are in metres.

      One to five walls make 6, 24, 62, 128 and 230 echoes. Put `reverb` or `plate` behind it for what follows.
      Source: J. B. Allen and D. A. Berkley, JASA 65(4), 1979.
      """,
    example: "in -> early width=7 depth=11 height=3.5 absorption=30% -> out",
    arguments: [
      .parameter(ParameterSpec("level", .level, default: 0, in: -.infinity...12, "Of the reflections; 0 dB is the room's own.")),
      .parameter(ParameterSpec("absorption", .ratio, default: 0.3, in: 0...1, "Of the energy, at each wall.")),
      .structural(
        StructuralSpec("width", .quantity(.number, 1...60), default: .quantity(6, .number), "Metres from left to right.")),
      .structural(StructuralSpec("depth", .quantity(.number, 1...60), default: .quantity(8, .number), "Metres to the front.")),
      .structural(StructuralSpec("height", .quantity(.number, 1...30), default: .quantity(3, .number), "Metres to the ceiling.")),
      .structural(StructuralSpec("order", .integer(1...5), default: .integer(3), "Walls that an echo has met at most.")),
    ],
    inputs: [PortSpec("in", .fixed(2))], outputs: [PortSpec("out", .fixed(2))])

  struct Tap: BitwiseCopyable {
    var delay = 0
    var left: Float = 0
    var right: Float = 0
  }

  static func images(_ context: RenderContext) -> ImageSources {
    let configuration = context.configuration
    return ImageSources(
      room: (configuration.quantity("width"), configuration.quantity("depth"), configuration.quantity("height")),
      source: (0.47, 0.7, 0.45), listener: (0.51, 0.3, 0.46), order: configuration.integer("order"))
  }

  private static func delay(_ image: ImageSources.Image, _ direct: Double, _ framesPerSecond: Double) -> Int {
    Int(((image.distance - direct) / ImageSources.speed * framesPerSecond).rounded())
  }

  private static func longest(_ context: RenderContext) -> Int {
    let sources = images(context)
    return sources.images.map { delay($0, sources.direct, context.framesPerSecond) }.max()!
  }

  public static func longestEcho(_ context: RenderContext) -> Rational { Rational(longest(context)) }
  public static func tail(_ context: RenderContext) -> Tail { .frames(longest(context) + 1) }

  private var rings: RingBank
  private let taps: OwnedBuffer<Tap>
  /// Where the taps of each order begin, and end.
  private let starts: OwnedBuffer<Int>
  private var level: LinearRamp
  /// What a wall leaves of the amplitude.
  private var reflection: LinearRamp

  public init(_ context: RenderContext) {
    let sources = Self.images(context), order = context.configuration.integer("order")
    rings = RingBank(lines: 1, reach: Self.longest(context) + 1, memory: context.memory)
    taps = OwnedBuffer(count: sources.images.count, memory: context.memory)
    starts = OwnedBuffer(count: order + 1, memory: context.memory)
    for (index, image) in sources.images.enumerated() {
      let turn = (image.side + 1) / 4, gain = sources.direct / image.distance
      taps[index] = Tap(
        delay: Self.delay(image, sources.direct, context.framesPerSecond), left: Float(gain * Math.cosPi(turn)),
        right: Float(gain * Math.sinPi(turn)))
      starts[image.order] = index + 1
    }
    level = LinearRamp(Math.amplitude(decibels: context.parameters[0]))
    reflection = LinearRamp(Self.reflection(context.parameters[1]))
  }

  @_noAllocation @_noLocks
  private static func reflection(_ absorption: Double) -> Double { Math.pow(max(0, 1 - absorption), 0.5) }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    level.retarget(Math.amplitude(decibels: values[0]), over: frames)
    reflection.retarget(Self.reflection(values[1]), over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    var frame = 0
    while frame < block.frameCount {
      let count = rings.batch(of: block.frameCount - frame)
      let left = load(block.input(0) + frame, count), right = load(block.input(1) + frame, count)
      rings.feed(0, (left + right) * 0.5)
      let level = self.level.next(eight: count), reflection = self.reflection.next(eight: count)
      var gain = level * reflection
      var outLeft = left, outRight = right
      for order in 1..<starts.count {
        var sumLeft = SIMD8<Float>(), sumRight = SIMD8<Float>()
        for index in starts[order - 1]..<starts[order] {
          let tap = taps[index], past = rings.frames(0, tap.delay)
          sumLeft = sumLeft.addingProduct(past, tap.left)
          sumRight = sumRight.addingProduct(past, tap.right)
        }
        outLeft = outLeft.addingProduct(sumLeft, gain)
        outRight = outRight.addingProduct(sumRight, gain)
        gain = gain * reflection
      }
      rings.advance(count)
      store(outLeft, block.output(0) + frame, count)
      store(outRight, block.output(1) + frame, count)
      frame += count
    }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    rings.reset()
    level.snap()
    reflection.snap()
  }
}
