import Dataflow
import GraphFiles
import PatchLanguage
import Testing

@Suite("graph files") struct GraphFileTests {
  static let good = """
    {"name": "two", "kind": "csdf",
     "actors": [{"name": "A", "exec_time": [1, 2], "in_place": [["BA", "AB"]]}, {"name": "B"}],
     "edges": [{"name": "AB", "from": "A", "to": "B", "produce": [1, 2], "consume": 3, "delay": 0, "token_bytes": 4},
               {"name": "BA", "from": "B", "to": "A", "produce": 3, "consume": [2, 1], "delay": 4, "peek": 0}]}
    """.replacing(#", "peek": 0"#, with: "")

  private func failure(_ text: String) -> String? {
    do {
      _ = try GraphFile(Source(name: "g.json", text: text))
      return nil
    } catch {
      return render(error)
    }
  }

  @Test func aFileIsReadAsItStands() throws {
    let file = try GraphFile(Source(name: "g.json", text: Self.good))
    #expect(file.name == "two")
    #expect(file.graph.actors.map(\.executionTimes) == [[1, 2], [1]])
    #expect(file.graph.actors[0].inPlace == [DataflowGraph.InPlacePair(input: 1, output: 0)])
    #expect(file.graph.edges[0].tokenBytes == 4 && file.graph.edges[1].initialTokens == 4)
    #expect(file.graph.description == "AB: A [1,2] -> 3 B\nBA: B 3 -> [2,1] A, 4 tokens")
  }

  /// A change to the good file, and what the message must say: place, cause and way out.
  @Test(arguments: [
    (#""to": "B""#, #""to": "C""#, ["g.json:3:46", "there is no actor `C`"]),
    (#", "delay": 0"#, "", ["g.json:3:12", "an edge needs the key `delay`", "0 where there are none"]),
    (#""edges""#, #""edgs""#, ["a graph needs the key `edges`", "did you mean `edges`?"]),
    ("[1, 2], \"consume\"", "[1, -2], \"consume\"", ["g.json:3:66", "cannot be negative: `-2`", "from 0 up"]),
    ("[1, 2], \"consume\"", "[1, 2, 3], \"consume\"", ["3 phases here, but `A` has 2 in `exec_time`"]),
    ("[1, 2], \"consume\"", "[], \"consume\"", ["empty list of phases"]),
    (#""consume": 3"#, #""consume": 3.5"#, ["must be a whole number, not `3.5`"]),
    (#""consume": 3"#, #""consume": 9223372036854775808"#, ["beyond 2^63 - 1"]),
    (#""consume": 3"#, #""consume": "3""#, ["expected a whole number or a list of them for `consume`, found a string"]),
    (#"{"name": "B"}"#, #"{"name": "A"}"#, ["there are two actors named `A`"]),
    (#""name": "BA""#, #""name": "AB""#, ["there are two edges named `AB`"]),
    (#""kind": "csdf""#, #""kind": "sdf""#, ["several phases in a graph of kind `sdf`"]),
    (#""kind": "csdf""#, #""kind": "petri""#, ["no kind of graph `petri`"]),
    (#"["BA", "AB"]"#, #"["AB", "BA"]"#, ["`AB` is no input of `A`"]),
    (#"["BA", "AB"]"#, #"["BA", "XY"]"#, ["there is no edge `XY`"]),
    (#""delay": 4"#, #""delay": 4, "peek": 2"#, ["`consume` has several phases"]),
    (#""token_bytes": 4"#, #""peek": 2"#, ["less than the 3 tokens consumed"]),
    (#"}]}"#, #"}]"#, ["expected `,` or `}`, found the end of the text"]),
    (Self.good, "[]", ["expected an object for a graph, found an array"]),
    (Self.good, "hello", ["expected a value, found `hello`"]),
    (Self.good, "", ["found the end of the text"]),
    (Self.good, #"{"actors": [], "edges": []}"#, ["at least one actor"]),
  ])
  func aMistakeIsToldWithPlaceCauseAndWayOut(old: String, new: String, texts: [String]) throws {
    #expect(Self.good.contains(old))
    let message = try #require(failure(Self.good.replacing(old, with: new, maxReplacements: 1)))
    for text in texts { #expect(message.contains(text), "\(message)") }
  }

  @Test func damagedFilesNeverTrap() throws {
    let bytes = try GraphFolder.bytes("sdfpy_csdfg_small")
    var random = SeededGenerator(seed: 1)
    for _ in 0..<2_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: damaged.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: damaged[place] = .random(in: 0...255, using: &random)
        case 1: damaged.remove(at: place)
        case 2: damaged.insert(UInt8(ascii: "9"), at: place)
        default: damaged.removeLast(min(damaged.count - 1, Int.random(in: 0..<damaged.count, using: &random) / 8))
        }
      }
      guard let file = try? GraphFile(Source(name: "damaged", bytes: damaged)) else { continue }
      _ = try? GraphAnswer(file, effort: .fast)
    }
  }

  @Test func totalsBeyondTheRangeAreAnError() throws {
    let half = 1 << 62
    let text = """
      {"actors": [{"name": "A"}, {"name": "B"}], "edges": [
       {"name": "ab", "from": "A", "to": "B", "produce": \(half), "consume": \(half - 1), "delay": 0},
       {"name": "ba", "from": "B", "to": "A", "produce": \(half - 1), "consume": \(half), "delay": \(half)}]}
      """
    let file = try GraphFile(Source(name: "g", text: text))
    #expect(throws: GraphAnswerError.beyondRange) { try GraphAnswer(file) }
  }

  @Test func whatReadersLookAtBeyondWhatTheyConsumeStaysInTheLoop() throws {
    func answer(delay: Int, peek: Int) throws -> GraphAnswer {
      let text = """
        {"actors": [{"name": "A"}, {"name": "B"}], "edges": [
         {"name": "ab", "from": "A", "to": "B", "produce": 1, "consume": 1, "delay": 0},
         {"name": "ba", "from": "B", "to": "A", "produce": 1, "consume": 1, "delay": \(delay), "peek": \(peek)}]}
        """
      return try GraphAnswer(try GraphFile(Source(name: "g", text: text)))
    }
    let live = try answer(delay: 5, peek: 3)
    #expect(live.liveness == .live && live.loops[0].largestBlock == 3 && live.historyTokens == 2)
    #expect(live.withHistory(live.minimumBuffer?.tokens ?? 0) == live.withHistory(live.bounds?.anyScheduleSum ?? -1))
    let dead = try answer(delay: 2, peek: 3)
    #expect(dead.liveness != .live && dead.missingTokens?.map(\.tokens) == [1])
  }

  @Test func aContradictionNamesBothWays() throws {
    let answer = try GraphAnswer(try GraphFolder.file("ptolemy_broken_inconsistent"))
    let conflict = try #require(answer.conflict)
    #expect(Set(conflict.edges.map { answer.file.graph.edges[$0].name }) == ["fork->UpSample", "fork->Add", "UpSample->Add"])
    for name in ["fork", "UpSample", "Add"] { #expect(conflict.sentence.contains("`\(name)`")) }
    #expect(conflict.sentence.contains("implies 1 firing of") && conflict.sentence.contains("implies 2"))
  }
}
