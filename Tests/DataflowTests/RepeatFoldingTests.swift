import Testing

@testable import Dataflow

@Suite("repeat folding") struct RepeatFoldingTests {
  func folded(_ firings: [Int], longest: Int = 64) -> Schedule {
    var folding = RepeatFolding(longest: longest)
    for actor in firings { folding.append(actor, times: 1) }
    return Schedule(folding.terms)
  }

  func unfolded(_ schedule: Schedule) -> [Int] {
    var firings: [Int] = []
    schedule.forEachBatch { actor, times in
      firings += Array(repeating: actor, count: times)
      return true
    }
    return firings
  }

  @Test func repetitionsWithinRepetitionsBecomeNestedLoops() {
    func notation(_ text: String) -> String {
      folded(text.map { Int($0.asciiValue!) }).description { String(UnicodeScalar($0)!) }
    }
    #expect(notation("ABABCABABC") == "(2 (2 A B) C)")
    #expect(notation("AAABBAAABB") == "(2 (3 A) (2 B))")
    #expect(notation("ABABABABAB") == "(5 A B)")
    #expect(notation("ABCABD") == "A B C A B D")
  }

  @Test(arguments: 0..<200) func theNotationStandsForExactlyTheSequence(seed: Int) {
    var random = SeededGenerator(seed: seed)
    var firings = (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 0...2, using: &random) }
    for _ in 0..<4 {
      let part = Array(firings.suffix(Int.random(in: 1...firings.count, using: &random)))
      for _ in 0..<Int.random(in: 1...4, using: &random) { firings += part }
      firings.append(Int.random(in: 0...2, using: &random))
    }
    let schedule = folded(firings, longest: Int.random(in: 1...40, using: &random))
    #expect(unfolded(schedule) == firings)
    #expect(schedule.length <= 2 * firings.count)
  }

  @Test func aLongRegularSequenceTakesAFewTerms() {
    // The turns of A between two Bs follow 160 : 147, as in a chain of rate changers.
    var firings: [Int] = []
    for turn in 0..<147 { firings += Array(repeating: 0, count: (turn + 1) * 160 / 147 - turn * 160 / 147) + [1] }
    #expect(folded(firings).length < 60)
  }
}
