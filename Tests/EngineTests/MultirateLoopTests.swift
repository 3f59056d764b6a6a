import Talea
import TestSupport
import Testing

/// Loops that run through rate changers, around them, and inside regions at other rates.
@Suite("multirate loops") struct MultirateLoopTests {
  static let patches = [
    "a = gain 0dB\nb = gain 25%\nin -> a -> oversample 4x { drive 3dB } -> r -> out\nr = gain 0dB\nr -> [TOKENS samples] -> b -> a",
    "a = gain 0dB\nb = gain 25%\nin -> a -> downsample 2 -> upsample 2 -> r -> out\nr = gain 0dB\nr -> [TOKENS samples] -> b -> a",
    """
    a = gain 0dB
    b = gain 25%
    r = gain 0dB
    in -> a -> resample 44100Hz -> lowpass 8kHz -> resample 48000Hz -> r -> out
    r -> [TOKENS samples] -> b -> a
    """,
    """
    in -> oversample 2x {
      a = gain 0dB
      b = gain 25%
      inner = oversample 2x { gain -1dB }
      in -> a -> inner -> out
      inner -> [TOKENS samples] -> b -> a
    } -> out
    """,
    """
    a = gain 0dB
    b = gain 25%
    c = gain 40%
    r = gain 0dB
    in -> a -> oversample 2x { x = gain 0dB; y = gain 30%; in -> x -> out; x -> [1 sample] -> y -> x } -> r -> out
    r -> [TOKENS samples] -> b -> a
    r -> [2 samples] -> c -> r
    """,
  ]

  @Test(arguments: patches, [1, 5, 37, 300])
  func theBytesDoNotDependOnTheBlock(patch: String, tokens: Int) throws {
    let text = patch.replacing("TOKENS", with: "\(tokens)")
    let input = noise(channels: 1, frames: 2_500, level: 0.3)
    let reference = try render(text, input, cuts: [512])
    #expect(reference[0].contains { $0 != 0 } && reference[0].allSatisfy { $0.isFinite })
    for cuts in [[1], [7], [64], randomCuts(UInt64(tokens), largest: 400)] {
      #expect(sameBytes(try render(text, input, cuts: cuts), reference), "cuts \(cuts.prefix(3))")
    }
  }

  /// An impulse comes back after the tokens and the latency of what it passes.
  @Test(arguments: [1, 50, 300], [44_100, 48_000, 96_000])
  func aLoopsPeriodIsItsTokensAndItsActorsLatencies(tokens: Int, rate: Int) throws {
    let text = """
      a = gain 0dB
      r = gain 0dB
      b = gain 50%
      in -> a -> oversample 2x { gain 0dB } -> r -> out
      r -> [\(tokens) samples] -> b -> a
      """
    let plan = try plan(text, rate: rate, channels: 1)
    let latency = plan.outputLatency
    let period = tokens + latency
    #expect(latency > 0)
    let output = run(Executor(plan), impulse(channels: 1, frames: 4 * period + 200), cuts: [512])[0]
    for echo in 0..<3 {
      let center = latency + echo * period
      let window = max(0, center - period / 2)..<(center + period / 2)
      let loudest = window.max { abs(output[$0]) < abs(output[$1]) }
      #expect(loudest == center, "echo \(echo)")
      #expect(abs(output[center] - Float(sign: .plus, exponent: -echo, significand: 1)) < 0.05)
    }
  }

  /// The same loop in time at three rates repeats after the same number of its rate's frames.
  @Test(arguments: [(44_100, 441), (48_000, 480), (96_000, 960)])
  func tokensInTimeBecomeWholeFramesOfTheRate(rate: Int, period: Int) throws {
    let text = "a = gain 0dB\nb = gain 50%\nin -> a -> out\na -> [10ms] -> b -> a"
    let output = try render(text, impulse(channels: 1, frames: 3_000), rate: rate)[0]
    for n in output.indices {
      let expected = n % period == 0 ? Float(sign: .plus, exponent: -(n / period), significand: 1) : 0
      #expect(abs(output[n] - expected) < 1e-6)
    }
  }
}
