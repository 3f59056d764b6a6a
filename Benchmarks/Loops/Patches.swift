import Measuring
/// Twenty biquads in a row.
let chain: String = {
  var text = ""
  for index in 1...20 { text += "band\(index) = peak \(60 + 700 * (index - 1))Hz \(index % 2 == 0 ? "+2dB" : "-2dB") q=1.4\n" }
  return text + "in -> " + (1...20).map { "band\($0)" }.joined(separator: " -> ") + " -> out\n"
}()

/// A feedback comb.
func comb(tokens: Int) -> String {
  """
  comb = gain -1dB
  regen = gain 50%
  in -> comb -> out
  comb -> [\(tokens) samples] -> regen -> comb

  """
}

/// The comb's actors and sum in a straight line.
let straightComb = """
  comb = gain -1dB
  regen = gain 50%
  in -> comb -> out
  in -> regen -> comb

  """

/// A random network of `nodeCount` small nodes: gains, one-pole lowpasses, and the sums that come of two edges into one
/// input. Edges lead forwards without tokens or backwards with 1 to `mostTokens` of them.
///
/// Every gain that adds two signals halves them at least, so no loop grows.
func randomNetwork(nodeCount: Int, mostTokens: Int, seed: UInt64) -> String {
  var random = SeededRandom(seed)
  var declarations = ""
  var connections = ""
  // One actor is kept for the end; a gain with two inputs counts twice.
  var kinds: [Bool] = []
  var count = 1
  while count < nodeCount {
    let adds = count + 2 <= nodeCount && Int.random(in: 0..<5, using: &random) < 3
    kinds.append(adds)
    count += adds ? 2 : 1
  }
  for (index, adds) in kinds.enumerated() {
    let name = "n\(index)"
    let before = index == 0 ? "in" : "n\(index - 1)"
    if adds {
      declarations += "\(name) = gain -\(7 + Int.random(in: 0..<6, using: &random))dB\n"
    } else {
      declarations += "\(name) = lowpass \(500 + Int.random(in: 0..<6_000, using: &random))Hz order=1\n"
    }
    connections += "\(before) -> \(name)\n"
    guard adds else { continue }
    if index >= 2 && Bool.random(using: &random) {
      connections += "n\(Int.random(in: max(0, index - 12)..<index - 1, using: &random)) -> \(name)\n"
    } else {
      let source = Int.random(in: index...min(index + 12, kinds.count - 1), using: &random)
      connections += "n\(source) -> [\(Int.random(in: 1...mostTokens, using: &random)) samples] -> \(name)\n"
    }
  }
  return declarations + "last = gain 0dB\n" + connections + "n\(kinds.count - 1) -> last -> out\n"
}
