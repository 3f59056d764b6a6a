/// Writes a sequence of firings in looped notation, as it comes.
///
///     A B A B C A B A B C        gives        (2 (2 A B) C)
///
/// Whatever has just been said twice in a row becomes a loop, and what repeats the body of the loop before it another turn
/// of that loop; loops repeat in turn. The notation stands for exactly the sequence; it need not be the shortest.
/// Source: folding of traces on line, Ratn, Mueller, de Supinski and Schulz, Preserving Time in Large-Scale Communication
/// Traces, ICS 2008.
struct RepeatFolding {
  /// So many turns of one body.
  private struct Entry: Hashable {
    var body: Int
    var count: Int
  }
  private enum Body: Hashable {
    case actor(Int)
    case entries([Entry])
  }

  /// The longest body that is looked for, in entries.
  private let longest: Int
  private var entries: [Entry] = []
  /// Hashes of the first entries, for n from 0 to all.
  private var hashes: [UInt64] = [0]
  private var powers: [UInt64] = [1]
  private var bodies: [Body] = []
  private var bodyHashes: [UInt64] = []
  private var bodyLengths: [Int] = []
  private var known: [Body: Int] = [:]

  /// - Parameter longest: of the bodies looked for, in entries; each firing costs as many comparisons at most.
  init(longest: Int) { self.longest = longest }

  mutating func append(_ actor: Int, times: Int) { push(Entry(body: intern(.actor(actor)), count: times)) }

  var terms: [Schedule.Term] { entries.flatMap(terms) }

  private func terms(_ entry: Entry) -> [Schedule.Term] {
    switch bodies[entry.body] {
    case .actor(let actor): [.fire(actor, times: entry.count)]
    case .entries(let inner): [.loop(entry.count, inner.flatMap(terms))]
    }
  }

  private mutating func intern(_ body: Body) -> Int {
    if let index = known[body] { return index }
    known[body] = bodies.count
    bodies.append(body)
    if case .entries(let inner) = body {
      bodyHashes.append(inner.reduce(0) { $0 &* Self.base &+ Self.hash($1) })
      bodyLengths.append(inner.count)
    } else {
      bodyHashes.append(0)
      bodyLengths.append(0)
    }
    return bodies.count - 1
  }

  private mutating func push(_ entry: Entry) {
    var entry = entry
    while true {
      if let last = entries.last, last.body == entry.body {
        removeLast(1)
        entry.count += last.count
      }
      add(entry)
      guard let folded = fold() else { return }
      entry = folded
    }
  }

  /// Takes the latest repetition off the end.
  ///
  /// - Returns: what to put there instead.
  private mutating func fold() -> Entry? {
    let count = entries.count
    for length in stride(from: 1, through: min(longest, count - 1), by: 1) {
      let tail = hash(last: length, before: count)
      let before = entries[count - 1 - length]
      if length > 1, bodyLengths[before.body] == length, bodyHashes[before.body] == tail,
        bodies[before.body] == .entries(Array(entries[(count - length)...]))
      {
        removeLast(length + 1)
        return Entry(body: before.body, count: before.count + 1)
      }
      if length > 1, 2 * length <= count, before == entries[count - 1], hash(last: length, before: count - length) == tail,
        entries[(count - 2 * length)..<(count - length)] == entries[(count - length)...]
      {
        let body = intern(.entries(Array(entries[(count - length)...])))
        removeLast(2 * length)
        return Entry(body: body, count: 2)
      }
    }
    return nil
  }

  private mutating func add(_ entry: Entry) {
    entries.append(entry)
    hashes.append(hashes.last! &* Self.base &+ Self.hash(entry))
    if powers.count < hashes.count { powers.append(powers.last! &* Self.base) }
  }

  private mutating func removeLast(_ count: Int) {
    entries.removeLast(count)
    hashes.removeLast(count)
  }

  private func hash(last length: Int, before end: Int) -> UInt64 { hashes[end] &- hashes[end - length] &* powers[length] }

  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static func hash(_ entry: Entry) -> UInt64 {
    (UInt64(entry.body) &* 0xBF58_476D_1CE4_E5B9) ^ (UInt64(truncatingIfNeeded: entry.count) &* 0x94D0_49BB_1331_11EB) &+ 1
  }
}
