import Signal
import Testing

@testable import DSP

/// The network in vectors, eight lines and eight frames at a time, against the same arithmetic frame by frame.
@Suite("feedback delay network") struct FeedbackDelayNetworkTests {
  /// Frame by frame: lines as arrays of all that ever entered them.
  private struct Plain {
    var pasts: [[Float]]
    var states: [Float]
    let delays: [Int]
    var damping: DampedLines.Damping

    init(_ room: ReverbRoom, _ damping: DampedLines.Damping) {
      pasts = Array(repeating: [], count: room.lineCount)
      states = Array(repeating: 0, count: room.lineCount)
      delays = (0..<room.lineCount).map { Int(room.lengths[$0]) }
      self.damping = damping
    }

    /// Four lines, then four, and so on: as the stages of the matrix go.
    private func mixed(_ x: [Float], apart step: Int) -> [Float] {
      var y = x
      for n in x.indices where n / step % 4 == 0 {
        let (a, b, c, d) = (x[n], x[n + step], x[n + 2 * step], x[n + 3 * step])
        let (ab, ba, cd, dc) = (a + b, a - b, c + d, c - d)
        (y[n], y[n + step], y[n + 2 * step], y[n + 3 * step]) = (ab + cd, ba + dc, ab - cd, ba - dc)
      }
      return y
    }
    private func mixedInPairs(_ x: [Float], apart step: Int) -> [Float] {
      x.indices.map { n in n / step % 2 == 0 ? x[n] + x[n + step] : x[n - step] - x[n] }
    }

    mutating func step(_ left: Float, _ right: Float) -> (Float, Float) {
      let count = pasts.count
      for line in 0..<count {
        let n = pasts[line].count - delays[line]
        states[line] = (damping.gain[line] * (n < 0 ? 0 : pasts[line][n])).addingProduct(damping.pole[line], states[line])
      }
      var x = mixed(states, apart: 1)
      if count > 8 { x = mixed(x, apart: 4) }
      if count == 8 { x = mixedInPairs(x, apart: 4) }
      if count == 32 { x = mixedInPairs(x, apart: 16) }
      let scale = Float(1 / Double(count).squareRoot())
      let sum = (left + right) * scale, difference = (left - right) * scale
      let (usesSum, isNegative) = FeedbackDelayNetwork.signs(count)
      for line in 0..<count {
        let input = usesSum >> line & 1 == 1 ? sum : difference
        pasts[line].append(x[line] + (isNegative >> line & 1 == 1 ? -input : input))
      }
      let heard = FeedbackDelayNetwork.outputs(count)
      return (x[heard.left], x[heard.right])
    }
  }

  @Test(arguments: [8, 16, 32], [8_000.0, 44_100, 48_000])
  func vectorsGiveTheBitsOfSingleFrames(lines: Int, rate: Double) throws {
    let denormals = DenormalGuard()
    defer { withExtendedLifetime(denormals) {} }
    var random = SeededRandom(seed: UInt64(lines) + UInt64(rate))
    let room = ReverbRoom(size: Double.random(in: 0...0.6, using: &random), early: 0, lines: lines, framesPerSecond: rate)
    let damping = room.damping(decay: 1.5, damping: 0.4)
    var network = FeedbackDelayNetwork(room, damping: damping, depth: 0, memory: MemoryMeter())
    var plain = Plain(room, damping)
    var position = 0
    while position < 6_000 {
      let count = Int.random(in: 0..<3, using: &random) == 0 ? Int.random(in: 1...8, using: &random) : 8
      var left = SIMD8<Float>(), right = SIMD8<Float>()
      for n in 0..<count {
        left[n] = Float.random(in: -1...1, using: &random)
        right[n] = Float.random(in: -1...1, using: &random)
      }
      let out = network.run(left, right, count, at: position)
      for n in 0..<count {
        let wanted = plain.step(left[n], right[n])
        #expect(out.0[n] == wanted.0 && out.1[n] == wanted.1)
      }
      position += count
    }
  }

  @Test(arguments: [8, 16, 32]) func theChannelsEnterOrthogonally(lines: Int) {
    let (usesSum, isNegative) = FeedbackDelayNetwork.signs(lines)
    #expect(usesSum.nonzeroBitCount == lines / 2)
    // And neither is a row of the matrix, which one line would get all of.
    for row in 0..<lines {
      let alike = (0..<lines).count { ((row & $0).nonzeroBitCount & 1) == (isNegative >> $0 & 1) }
      #expect(alike != 0 && alike != lines)
    }
  }
}
