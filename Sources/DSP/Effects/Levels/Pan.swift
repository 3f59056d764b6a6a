import Signal

/// Places a mono sound between two loudspeakers, or leans a stereo one to a side.
public struct Pan: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "pan", category: "Level and channels",
    summary: "Places mono between left and right, or balances stereo.",
    discussion: """
      Mono: constant power, `cos` and `sin` of a quarter turn; both sides -3.01 dB in the middle, one side alone at the ends.
      Stereo: balance; the side that is turned away from fades linearly to nothing, the other stays as it is.
      The gains ramp sample by sample.
      """,
    example: "in -> mono -> pan 30% -> out",
    arguments: [
      .parameter(
        ParameterSpec("position", .ratio, default: 0, in: -1...1, "-100% is left, 0% the middle, 100% right."))
    ],
    outputs: [PortSpec("out", .fixed(2))])

  public static func outputChannels(_ inputChannels: [Int], _ configuration: EffectConfiguration) throws(EffectError) -> [Int] {
    guard inputChannels[0] <= 2 else {
      throw EffectError(
        "pan takes mono or stereo, not \(inputChannels[0]) channels", help: "fold them first, with `mono` or `matrix`")
    }
    return [2]
  }

  private var left: LinearRamp
  private var right: LinearRamp
  private let isMono: Bool

  public init(_ context: RenderContext) {
    isMono = context.inputChannels[0] == 1
    let gains = context.withParameterValues { [isMono] in Self.gains($0[0], isMono: isMono) }
    left = LinearRamp(gains.left)
    right = LinearRamp(gains.right)
  }

  @_noAllocation @_noLocks
  private static func gains(_ position: Double, isMono: Bool) -> (left: Double, right: Double) {
    if isMono {
      let turn = (position + 1) * 0.25
      return (Math.cosPi(turn), Math.sinPi(turn))
    }
    return (position > 0 ? 1 - position : 1, position < 0 ? 1 + position : 1)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    let gains = Self.gains(values[0], isMono: isMono)
    left.retarget(gains.left, over: frames)
    right.retarget(gains.right, over: frames)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    Self.scale(block.input(0), left, block.output(0), block.frameCount)
    Self.scale(block.input(isMono ? 0 : 1), right, block.output(1), block.frameCount)
    left.advance(block.frameCount)
    right.advance(block.frameCount)
  }

  @_noAllocation @_noLocks
  private static func scale(
    _ input: UnsafePointer<Float>, _ gain: LinearRamp, _ output: UnsafeMutablePointer<Float>, _ frameCount: Int
  ) {
    let moving = min(gain.remaining, frameCount)
    let settled = Float(gain.target)
    for n in 0..<moving { output[n] = input[n] * Float(gain.value(ahead: n)) }
    for n in moving..<frameCount { output[n] = input[n] * settled }
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    left.snap()
    right.snap()
  }
}
