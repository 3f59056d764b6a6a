/// The candidate that a mistyped word most likely meant, or nil where none is near.
///
/// Near means: equal but for case; or at most a third of the word's letters (at least one) inserted, dropped, replaced
/// or swapped with their neighbour; or, failing those, the only candidate that starts with at least three letters typed.
/// Of equally near candidates the first one given wins.
public func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
  let wanted = Array(word.lowercased().utf8.prefix(64))
  let limit = max(1, wanted.count / 3)
  var best: (distance: Int, candidate: String)?
  var completions: [String] = []
  for candidate in candidates where candidate != word {
    let offered = Array(candidate.lowercased().utf8.prefix(64))
    // Two words of one letter each are always one replacement apart, which says nothing.
    let distance = offered == wanted ? 0 : min(offered.count, wanted.count) < 2 ? .max : editDistance(wanted, offered)
    if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
    if wanted.count >= 3, offered.starts(with: wanted), !completions.contains(candidate) { completions.append(candidate) }
  }
  return best?.candidate ?? (completions.count == 1 ? completions[0] : nil)
}

/// The note that offers `suggestion(for:among:)`, worded the same everywhere; empty where there is none.
public func didYouMean(_ word: String, among candidates: some Sequence<String>) -> [String] {
  suggestion(for: word, among: candidates).map { ["help: did you mean `\($0)`?"] } ?? []
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`: the optimal string alignment
/// distance (Damerau 1964 without repeated edits of one place).
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for j in 0..<b.count {
      var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
