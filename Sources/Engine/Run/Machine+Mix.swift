import Signal

extension Machine {
  /// Fires the members of a row: as one while nothing but arithmetic happens, one by one from where more does.
  mutating func mix(_ row: UnsafeMutablePointer<MixRow>, until ticks: Int) {
    let members = row.pointee.members, last = row.pointee.last
    let begin = last.pointee.position, end = last.pointee.rate.frames(ticks) &+ last.pointee.lead
    guard begin < end, !isProfiling, row.pointee.isQuiet(from: begin, until: end) else {
      for member in members { fire(member - nodes, until: ticks) }
      return
    }
    last.bindPorts(startingAt: begin)
    var position = begin
    repeat {
      let frames = row.pointee.bind(at: position, atMost: end &- position)
      let done = row.pointee.run(frames)
      position &+= done
      if done < frames { break }
    } while position < end
    if row.pointee.copiesLines { last.writeLines(frames: position &- begin) }
    for member in members { member.advance(to: position) }
    if position < end {
      for member in members { fire(member - nodes, until: end, end, startingAt: begin) }
    }
  }
}
