import Foundation
import Talea
import TestSupport
import Testing

/// Random loop networks against an interpreter that goes sample by sample through the graph as it is written.
@Suite("loops against a sample by sample reference") struct LoopReferenceTests {
  enum Kind {
    case gain(decibels: Int)
    case onePole(hertz: Int)
    case delay(frames: Int)
  }

  struct Network {
    var kinds: [Kind] = []
    /// In the order of the text: into each node, from -1 (the input) or a node, with tokens.
    var inputs: [[(from: Int, tokens: Int)]] = []

    init(seed: UInt64, count: Int, mostTokens: Int) {
      var random = SeededRandom(seed)
      for index in 0..<count {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: kinds.append(.onePole(hertz: Int.random(in: 100...8_000, using: &random)))
        case 1: kinds.append(.delay(frames: Int.random(in: 1...40, using: &random)))
        default: kinds.append(.gain(decibels: -Int.random(in: 10...16, using: &random)))
        }
        var edges = [(from: index - 1, tokens: Int.random(in: 0..<6, using: &random) == 0 ? 3 : 0)]
        if case .gain = kinds[index] {
          for _ in 0..<Int.random(in: 0...2, using: &random) {
            let from = Int.random(in: max(0, index - 6)...min(count - 1, index + 6), using: &random)
            let tokens = Int.random(in: 1...mostTokens, using: &random)
            edges.append((from, from < index && Bool.random(using: &random) ? 0 : tokens))
          }
        }
        inputs.append(edges)
      }
    }

    var text: String {
      var lines = kinds.enumerated().map { index, kind in
        switch kind {
        case .gain(let decibels): "n\(index) = gain \(decibels)dB"
        case .onePole(let hertz): "n\(index) = lowpass \(hertz)Hz order=1"
        case .delay(let frames): "n\(index) = delay \(frames) samples"
        }
      }
      for (index, edges) in inputs.enumerated() {
        for edge in edges {
          let tokens = edge.tokens == 0 ? "" : "[\(edge.tokens) samples] -> "
          lines.append("\(edge.from < 0 ? "in" : "n\(edge.from)") -> \(tokens)n\(index)")
        }
      }
      return (lines + ["n\(kinds.count - 1) -> out"]).joined(separator: "\n")
    }

    /// In double precision throughout.
    func render(_ input: [Float], rate: Double) -> [Double] {
      var outputs = kinds.map { _ in [Double](repeating: 0, count: input.count) }
      var arrivals = outputs
      for n in input.indices {
        for index in kinds.indices {
          var x = 0.0
          for edge in inputs[index] where n >= edge.tokens {
            x += edge.from < 0 ? Double(input[n - edge.tokens]) : outputs[edge.from][n - edge.tokens]
          }
          arrivals[index][n] = x
          switch kinds[index] {
          case .gain(let decibels): outputs[index][n] = x * pow(10, Double(decibels) / 20)
          case .delay(let frames): outputs[index][n] = n >= frames ? arrivals[index][n - frames] : 0
          case .onePole(let hertz):
            let t = tan(.pi * Double(hertz) / rate)
            let before = n > 0 ? (x: arrivals[index][n - 1], y: outputs[index][n - 1]) : (x: 0, y: 0)
            outputs[index][n] = (t * (x + before.x) + (1 - t) * before.y) / (1 + t)
          }
        }
      }
      return outputs[kinds.count - 1]
    }
  }

  /// Tokens from one to some hundred: frame loops, loops in turns, and both inside each other.
  @Test(arguments: [1, 3, 8, 30, 400], [44_100, 48_000, 96_000])
  func everyNetworkSoundsAsWritten(mostTokens: Int, rate: Int) throws {
    for seed in 1...8 as ClosedRange<UInt64> {
      let network = Network(seed: seed * 31 + UInt64(mostTokens), count: 16, mostTokens: mostTokens)
      let input = noise(channels: 1, frames: 1_500, seed: seed)
      let expected = network.render(input[0], rate: Double(rate))
      let loudest = expected.map(\.magnitude).max() ?? 0
      #expect(loudest > 0)
      for cuts in [[512], [1], randomCuts(seed, largest: 200)] {
        let output = try render(network.text, input, rate: rate, cuts: cuts)[0]
        let error = zip(output, expected).map { abs(Double($0) - $1) }.max() ?? 1
        #expect(error < 2e-6 * max(loudest, 1e-3), "seed \(seed), \(mostTokens) tokens, cuts \(cuts.prefix(2))\n\(network.text)")
      }
    }
  }
}
