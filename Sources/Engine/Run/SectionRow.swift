import CRealtime
import Signal

/// Neighbours in the schedule that are second-order sections and nothing else, each heard by the next alone. Those whose
/// coefficients stand still are fired as one: as pipelines of many sections, each effect rounding to single precision for the next.
struct SectionRow {
  /// Shorter firings are left to the members: filling and draining a pipeline would cost more than it brings.
  static var fewestFrames: Int { 48 }
  static var mostChannels: Int { 8 }
  /// Effects of more stages fill a pipeline by themselves, in which nothing is rounded.
  static var mostStages: Int { 3 }

  var members: UnsafeMutableBufferPointer<UnsafeMutablePointer<NodeState>>
  var channels: Int
  var mostFrames: Int
  var isWide: Bool
  /// Scratch: the sections of the members; the same one by one, and whether each rounds; what their memory was; and the frames of
  /// each pair of channels.
  var series: UnsafeMutablePointer<SectionSeries>
  var places: UnsafeMutablePointer<UnsafeMutablePointer<Double>>
  var rounds: UnsafeMutablePointer<Bool>
  var memory: UnsafeMutablePointer<SIMD2<Double>>
  var frames: UnsafeMutablePointer<Double>

  /// Whether nothing happens to a member up to a position but that its few sections are stepped.
  mutating func isQuiet(_ member: Int, until end: Int) -> Bool {
    let node = members[member]
    guard node.pointee.nextTickFrame >= end, node.pointee.silentUntil == 0,
      let settled = node.pointee.type.unsafelyUnwrapped.settledSections(node.pointee.kernel.unsafelyUnwrapped),
      settled.stageCount <= Self.mostStages
    else { return false }
    series[member] = settled
    return true
  }

  /// Runs some members on frames that are bound. Returns whether the output is finite; where it is not, nothing has changed.
  mutating func run(_ range: Range<Int>, frames count: Int) -> Bool {
    let inputs = members[range.lowerBound].pointee.inputPointers
    let outputs = members[range.upperBound - 1].pointee.outputPointers
    for pair in 0..<(channels + 1) / 2 {
      let sections = list(range, pair), frames = frames + 2 * mostFrames * pair
      keepMemory(sections, pair)
      talea_make_pairs(frames, inputs[2 * pair], 2 * pair + 1 < channels ? inputs[2 * pair + 1] : nil, count)
      talea_biquads_in_series(places, rounds, sections, frames, count, isWide)
      if !talea_round_to_single(frames, 2 * count) {
        for pair in 0...pair { restoreMemory(list(range, pair), pair) }
        return false
      }
    }
    for pair in 0..<(channels + 1) / 2 {
      talea_part_pairs(
        frames + 2 * mostFrames * pair, outputs[2 * pair], 2 * pair + 1 < channels ? outputs[2 * pair + 1] : nil, count)
    }
    return true
  }

  /// Writes down where the sections of some members lie for a pair of channels. Returns how many they are.
  private func list(_ range: Range<Int>, _ pair: Int) -> Int {
    var count = 0
    for member in range {
      for stage in 0..<series[member].stageCount {
        places[count] = UnsafeMutableRawPointer(series[member].section(stage, pair: pair)).assumingMemoryBound(to: Double.self)
        rounds[count] = stage + 1 == series[member].stageCount
        count += 1
      }
    }
    return count
  }

  private static var memoryRows: Range<Int> { SectionSeries.Row.x1..<SectionSeries.Row.count }

  private func keepMemory(_ sections: Int, _ pair: Int) {
    forEachMemory(sections, pair) { kept, number in kept.pointee = number.pointee }
  }

  private func restoreMemory(_ sections: Int, _ pair: Int) {
    forEachMemory(sections, pair) { kept, number in number.pointee = kept.pointee }
  }

  @inline(__always)
  private func forEachMemory(
    _ sections: Int, _ pair: Int, _ body: (UnsafeMutablePointer<SIMD2<Double>>, UnsafeMutablePointer<SIMD2<Double>>) -> Void
  ) {
    var kept = memory + pair * members.count * Self.mostStages * Self.memoryRows.count
    for section in 0..<sections {
      let rows = UnsafeMutableRawPointer(places[section]).assumingMemoryBound(to: SIMD2<Double>.self)
      for row in Self.memoryRows {
        body(kept, rows + row * SectionSeries.Row.stride)
        kept += 1
      }
    }
  }
}
