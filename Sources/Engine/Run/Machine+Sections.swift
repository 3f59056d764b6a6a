import Signal

extension Machine {
  /// Fires the members of a row of sections: those that stand still as one, the others one by one.
  mutating func runSections(_ row: UnsafeMutablePointer<SectionRow>, until ticks: Int) {
    let members = row.pointee.members
    let begin = members[0].pointee.position, end = members[0].pointee.rate.frames(ticks) &+ members[0].pointee.lead
    let canJoin = !isProfiling && (SectionRow.fewestFrames...row.pointee.mostFrames).contains(end - begin)
    var first = 0
    while first < members.count {
      var next = first
      if canJoin && members[first].pointee.lineReads.count == 0 {
        while next < members.count && row.pointee.isQuiet(next, until: end) { next += 1 }
      }
      if next - first < 2 || !fireTogether(row, first..<next, from: begin, to: end) {
        next = max(next, first + 1)
        for member in first..<next { fire(members[member] - nodes, until: ticks) }
      }
      first = next
    }
  }

  /// Returns false, with nothing changed, where a sample would not be finite.
  private func fireTogether(
    _ row: UnsafeMutablePointer<SectionRow>, _ range: Range<Int>, from begin: Int, to end: Int
  ) -> Bool {
    let first = row.pointee.members[range.lowerBound], last = row.pointee.members[range.upperBound - 1]
    first.bindPorts(startingAt: begin)
    last.bindPorts(startingAt: begin)
    guard row.pointee.run(range, frames: end - begin) else { return false }
    if last.pointee.lineWrites.count > 0 { last.writeLines(frames: end - begin) }
    for member in range { row.pointee.members[member].advance(to: end) }
    return true
  }
}
