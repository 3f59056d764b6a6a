import Measuring
import Talea

// What loops cost, in nanoseconds per frame: medians of rounds in which everything is measured in turns.

let block = 512
let shortBlock = 64
let tokenCounts = [1, 2, 8, 64, 480, 4_800]

do {
  let pass = try Subject("in -> out", "in -> out", channels: 2, block: block)
  let alone = try Subject("chain", chain, channels: 2, block: block)
  let straight = try Subject("straight", straightComb, channels: 2, block: block)
  let (shortLine, shortComb) = (
    try Subject("straight", straightComb, channels: 2, block: shortBlock),
    try Subject("comb", comb(tokens: shortBlock), channels: 2, block: shortBlock)
  )
  let combs = try tokenCounts.map { try Subject("comb", comb(tokens: $0), channels: 2, block: block) }
  let both = try tokenCounts.map { try Subject("both", chain + comb(tokens: $0), channels: 2, block: block) }
  measure([pass, alone, straight, shortLine, shortComb] + combs + both, frames: 1 << 15, rounds: 31)
  print("ns per stereo frame, blocks of \(block) frames")
  print("in -> out                    \(column(pass.median))")
  print("chain of 20 biquads          \(column(alone.median))")
  print("the comb's actors in a line  \(column(straight.median))")
  print("comb of tokens     alone   with the chain     of chain + comb   of the actors in a line")
  for (index, tokens) in tokenCounts.enumerated() {
    let (comb, sum) = (combs[index].median, both[index].median)
    let digits = String(tokens)
    print(
      String(repeating: " ", count: 10 - digits.count) + digits + column(comb, 14) + column(sum, 16)
        + column(sum / (alone.median + comb), 19) + column(comb / straight.median, 21))
  }

  print(
    "in blocks of \(shortBlock): the line" + column(shortLine.median) + ", the comb of \(shortBlock) tokens"
      + column(shortComb.median) + ", ratio" + column(shortComb.median / shortLine.median))

  let networks = try (1...3 as ClosedRange<UInt64>).flatMap { seed in
    try [1, 3].map { most in
      try Subject(
        "seed \(seed), up to \(most) tokens", randomNetwork(nodeCount: 200, mostTokens: most, seed: seed), channels: 1,
        block: block)
    }
  }
  measure(networks, frames: 1 << 12, rounds: 31)
  print("random networks of small nodes, mono: ns per frame, and per node")
  for network in networks {
    print(
      "\(network.name), \(network.nodeCount) nodes" + column(network.median, 12)
        + column(network.median / Double(network.nodeCount)))
  }
} catch {
  print(error)
}
