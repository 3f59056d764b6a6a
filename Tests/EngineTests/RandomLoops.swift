import TestSupport

/// A random network of actors in a line, with edges between them that lead forwards without tokens or backwards with a few.
struct RandomLoops {
  struct Edge {
    var from: Int
    var to: Int
    var tokens: Int
  }

  static let everySmallEffect = [
    "gain -7dB", "gain -10dB", "lowpass 900Hz order=1", "highpass 300Hz order=1", "peak 1kHz -6dB", "lowshelf 500Hz -3dB",
    "lowpass 2kHz order=5", "bandpass 700Hz q=1", "notch 1.2kHz q=2", "allpass 800Hz", "highshelf 3kHz -3dB", "dcblock",
    "eq { peak 500Hz -3dB; highshelf 4kHz -2dB; peak 2kHz -1dB }", "mono",
  ]

  let effects: [String]
  var edges: [Edge] = []
  /// What stands in front of each actor, so that no loop grows: a gain of -20 dB.
  let text: String

  init(seed: UInt64, effects choice: [String], count: Int = 12, tokens: ClosedRange<Int> = 1...4) {
    var random = SeededRandom(seed)
    effects = (0..<count).map { _ in choice.randomElement(using: &random)! }
    var declarations = "last = gain 0dB\n"
    for index in 0..<count { declarations += "n\(index) = \(effects[index])\np\(index) = gain -12dB\n" }
    var connections = "in -> p0\n"
    for index in 0..<count {
      connections += "p\(index) -> n\(index) -> \(index + 1 < count ? "p\(index + 1)" : "last")\n"
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where index > 1:
        edges.append(Edge(from: Int.random(in: 0..<index - 1, using: &random), to: index, tokens: 0))
      case 0, 1, 2:
        let from = Int.random(in: index...min(index + 5, count - 1), using: &random)
        edges.append(Edge(from: from, to: index, tokens: Int.random(in: tokens, using: &random)))
      default: break
      }
    }
    edges.append(Edge(from: count - 1, to: 0, tokens: 1))
    for edge in edges {
      connections += "n\(edge.from) -> \(edge.tokens == 0 ? "" : "[\(edge.tokens) samples] -> ")p\(edge.to)\n"
    }
    text = declarations + connections + "last -> out\n"
  }
}
