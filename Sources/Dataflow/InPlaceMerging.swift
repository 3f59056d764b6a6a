/// A buffer that a node may write over one that it reads.
public struct InPlaceCandidate: Sendable, Hashable {
  public var input: Int
  public var output: Int

  public init(input: Int, output: Int) {
    self.input = input
    self.output = output
  }
}

/// Buffers after merging: several that follow one another in the same memory count as one.
public struct InPlaceMerge: Sendable, Hashable, CustomStringConvertible {
  /// The merged buffer that each original buffer became part of.
  public let mergedIndex: [Int]
  /// One per merged buffer: from the first birth to the last death, as large and as aligned as the largest part.
  public let lifetimes: [Lifetime]

  public var description: String {
    lifetimes.indices.map { merged in
      let parts = mergedIndex.indices.filter { mergedIndex[$0] == merged }
      return "{" + parts.map(String.init).joined(separator: " ") + "}"
    }.joined(separator: " ")
  }
}

/// Merges a buffer with the one that is written over it, wherever the first dies at the very step at which the second is
/// born. Chains merge into one. Candidates are taken in the order given; each buffer is overwritten at most once.
public func mergeInPlace(_ lifetimes: [Lifetime], _ candidates: [InPlaceCandidate]) -> InPlaceMerge {
  var successor = [Int](repeating: -1, count: lifetimes.count)
  var isSuccessor = [Bool](repeating: false, count: lifetimes.count)
  for pair in candidates where successor[pair.input] < 0 && !isSuccessor[pair.output] && pair.input != pair.output {
    let input = lifetimes[pair.input].steps, output = lifetimes[pair.output].steps
    // A life of one step on either side would let the merged buffer hold two things at once at that step.
    guard input.upperBound == output.lowerBound, input.lowerBound < output.upperBound else { continue }
    successor[pair.input] = pair.output
    isSuccessor[pair.output] = true
  }
  var mergedIndex = [Int](repeating: 0, count: lifetimes.count)
  var merged: [Lifetime] = []
  for first in lifetimes.indices where !isSuccessor[first] {
    var whole = lifetimes[first]
    var part = first
    mergedIndex[part] = merged.count
    while successor[part] >= 0 {
      part = successor[part]
      mergedIndex[part] = merged.count
      whole.byteCount = max(whole.byteCount, lifetimes[part].byteCount)
      whole.alignment = max(whole.alignment, lifetimes[part].alignment)
      whole.steps = whole.steps.lowerBound...lifetimes[part].steps.upperBound
    }
    merged.append(whole)
  }
  return InPlaceMerge(mergedIndex: mergedIndex, lifetimes: merged)
}
