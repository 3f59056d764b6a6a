import CRealtime
import Signal

/// Neighbours in the schedule that are second-order sections and nothing else, each heard by the next alone. Those of one section
/// whose coefficients stand still are fired as one: as a pipeline of up to eight sections at a time, each rounding to single
/// precision for the next.
struct SectionRow {
  /// Shorter firings are left to the members: filling and draining a pipeline would cost more than it brings.
  static var fewestFrames: Int { 48 }
  static var mostChannels: Int { 8 }

  var members: UnsafeMutableBufferPointer<UnsafeMutablePointer<NodeState>>
  var channels: Int
  /// Scratch: where the sections of the members lie; the same gathered for each pair of channels; the frames of each pair.
  var series: UnsafeMutablePointer<SectionSeries>
  var groups: UnsafeMutablePointer<talea_section_group>
  var pairs: UnsafeMutablePointer<Float>

  /// Whether nothing happens to a member up to a position but that its one section is stepped.
  mutating func isQuiet(_ member: Int, until end: Int) -> Bool {
    let node = members[member]
    guard node.pointee.nextTickFrame >= end, node.pointee.silentUntil == 0,
      let settled = node.pointee.type.unsafelyUnwrapped.settledSections(node.pointee.kernel.unsafelyUnwrapped),
      settled.stageCount == 1, settled.channelCount == channels
    else { return false }
    series[member] = settled
    return true
  }

  /// Runs some members on frames that are bound. Returns whether the output is finite; where it is not, nothing has changed.
  mutating func run(_ range: Range<Int>, frames: Int) -> Bool {
    let inputs = members[range.lowerBound].pointee.inputPointers
    let outputs = members[range.upperBound - 1].pointee.outputPointers
    let groupCount = (range.count + 1) / 2
    for pair in 0..<(channels + 1) / 2 {
      let second = 2 * pair + 1 < channels ? inputs[2 * pair + 1] : nil
      let samples = pairs + 2 * containmentPeriod * pair
      talea_make_pairs(samples, inputs[2 * pair], second, frames)
      pipelines(range) { place, sections in
        let groups = groups + (pair * groupCount + place)
        gather(sections, pair, into: groups)
        talea_section_pipeline(groups, sections.count, samples, frames)
      }
      var channel: UnsafeMutablePointer<Float> = samples
      guard talea_are_finite(&channel, 1, 2 * frames) else { return false }
    }
    for pair in 0..<(channels + 1) / 2 {
      let second = 2 * pair + 1 < channels ? outputs[2 * pair + 1] : nil
      talea_part_pairs(pairs + 2 * containmentPeriod * pair, outputs[2 * pair], second, frames)
      pipelines(range) { place, sections in putBack(sections, pair, from: groups + (pair * groupCount + place)) }
    }
    return true
  }

  /// Parts sections into pipelines of two to eight, as even as can be; the first group of each, and its sections.
  @inline(__always)
  private func pipelines(_ range: Range<Int>, _ body: (Int, Range<Int>) -> Void) {
    let groupCount = (range.count + 1) / 2
    var left = (groupCount + 3) / 4, place = 0, section = range.lowerBound
    while left > 0 {
      let width = (groupCount - place + left - 1) / left
      let end = min(section + 2 * width, range.upperBound)
      body(place, section..<end)
      (place, section, left) = (place + width, end, left - 1)
    }
  }

  /// The half of a group in which a section of a pipeline lies.
  @inline(__always)
  private func half(_ section: Int, _ count: Int, _ groups: UnsafeMutablePointer<talea_section_group>)
    -> UnsafeMutablePointer<SIMD2<Double>>
  {
    let width = (count + 1) / 2
    let group = UnsafeMutableRawPointer(groups + section % width).assumingMemoryBound(to: SIMD2<Double>.self)
    return group + section / width
  }

  @inline(__always)
  private func gather(_ sections: Range<Int>, _ pair: Int, into groups: UnsafeMutablePointer<talea_section_group>) {
    for place in 0..<sections.count {
      let target = half(place, sections.count, groups)
      let source = series[sections.lowerBound + place].section(0, pair: pair)
      for row in 0..<SectionSeries.Row.count {
        target[row * SectionSeries.Row.stride] = source[row * SectionSeries.Row.stride]
      }
    }
    guard sections.count % 2 != 0 else { return }
    let unused = half(sections.count, sections.count, groups)
    for row in 0..<SectionSeries.Row.count { unused[row * SectionSeries.Row.stride] = SIMD2() }
  }

  @inline(__always)
  private func putBack(_ sections: Range<Int>, _ pair: Int, from groups: UnsafeMutablePointer<talea_section_group>) {
    for place in 0..<sections.count {
      let source = half(place, sections.count, groups)
      let target = series[sections.lowerBound + place].section(0, pair: pair)
      for row in SectionSeries.Row.x1..<SectionSeries.Row.count {
        target[row * SectionSeries.Row.stride] = source[row * SectionSeries.Row.stride]
      }
    }
  }
}
