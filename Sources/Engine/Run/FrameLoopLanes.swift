/// Lanes of one width while they are collected.
struct LaneList {
  let width: Int
  let portCount: Int
  private var inputs: [Int32] = []
  private var outputs: [Int32] = []

  init(width: Int, portCount: Int) {
    self.width = width
    self.portCount = portCount
  }

  /// Whether channels lie two by two in all ports.
  static func canPair(_ sources: [[Int32]]) -> Bool {
    sources.count % 2 == 0
      && stride(from: 0, to: sources.count, by: 2).allSatisfy { first in
        zip(sources[first], sources[first + 1]).allSatisfy { $1 == $0 + 1 }
      }
  }

  var isEmpty: Bool { outputs.isEmpty }

  /// Whether the outputs lie side by side.
  var isDense: Bool {
    !outputs.isEmpty && outputs.indices.allSatisfy { outputs[$0] == outputs[0] + Int32($0 * width) }
  }

  mutating func add(_ sources: [[Int32]], _ targets: [Int32]) -> Range<Int> {
    let first = outputs.count
    for channel in stride(from: 0, to: targets.count, by: width) {
      inputs += sources[channel]
      outputs.append(targets[channel])
    }
    return first..<outputs.count
  }

  /// With lanes that lead from silence, the first cell, to nowhere, up to a whole vector of four channels.
  func stored(in arena: Arena, nowhere: Int32)
    -> (inputs: UnsafePointer<Int32>, outputs: UnsafeMutablePointer<Int32>, count: Int)
  {
    let count = (outputs.count * width + 3) / 4 * 4 / width
    let missing = count - outputs.count
    return (
      UnsafePointer(arena.store(inputs + Array(repeating: 0, count: missing * portCount)).baseAddress!),
      arena.store(outputs + Array(repeating: nowhere, count: missing)).baseAddress!, count
    )
  }
}
