import Dataflow
import GraphFiles
import PatchLanguage
import Testing

/// Every figure that a graph's file gives with its source and that was read there, or is reproduced, holds.
@Suite("published facts") struct PublishedFactTests {
  @Test(arguments: GraphFolder.names) func everyFactHolds(name: String) throws {
    let file = try GraphFolder.file(name)
    let answer = try GraphAnswer(file, effort: .fast)
    for fact in file.facts {
      if isChecked(fact, file, answer) == false {
        Issue.record("\(name): \(fact.key) should be \(fact.value)")
      }
    }
  }

  /// nil for facts about what no answer holds: a maker's own schedule, or memory at full throughput.
  private func isChecked(_ fact: GraphFact, _ file: GraphFile, _ answer: GraphAnswer) -> Bool? {
    let graph = file.graph
    switch fact.key {
    case "consistent": return fact.value == .bool(answer.isConsistent)
    case "deadlock": return answer.liveness.map { fact.value == .bool($0 != .live) } ?? false
    case "repetition", "repetition_firings":
      guard case .object(let members) = fact.value, let repetitions = answer.repetitions else { return false }
      let firings = file.firings(repetitions)
      let published = Dictionary(
        uniqueKeysWithValues: members.compactMap { member in number(member.value).map { (member.key, $0) } })
      // Some publish a multiple of the smallest vector, and leave out what they added around the graph.
      let ratios = Set(published.map { Rational($0.value, firings[$0.key] ?? 1) })
      return published.count == members.count && published.keys.allSatisfy { firings[$0] != nil } && ratios.count == 1
        && ratios.allSatisfy { $0.isInteger }
    case "modulus": return nil
    case "schedule_length", "actors":
      let value = fact.key == "actors" ? graph.actors.count : answer.repetitions?.totalFirings
      return number(fact.value) == value
    case "schedule":
      guard case .array(let items) = fact.value else { return false }
      return items.count == answer.repetitions?.totalFirings
    case "period_iter", "max_throughput_period": return answer.period == .time(ratio(fact.value))
    case "min_buffer_total": return number(fact.value) == answer.minimumBuffer?.tokens
    case "bmlb": return number(fact.value) == answer.bounds?.singleAppearanceSum
    case "fifo_bytes":
      guard let capacities = answer.minimumBuffer?.capacities, let published = number(fact.value) else { return false }
      // The published sizes are of single-precision samples.
      let bytes = 4 * capacities.reduce(0, +)
      // Phases make do with less than the published tool, which adds them up.
      return answer.kind == .sdf ? bytes == published : bytes <= published
    case "channel_lower_bounds":
      guard case .object(let members) = fact.value, let bounds = answer.bounds else { return false }
      return members.allSatisfy { member in
        guard let edge = graph.edges.firstIndex(where: { $0.name == member.key }) else { return true }
        return number(member.value).map { $0 == bounds.anySchedule[edge] } ?? false
      }
    case "buffer_points":
      guard case .array(let points) = fact.value else { return false }
      return points.allSatisfy { point in
        guard case .object(let fields) = point, case .object(let sizes)? = fields.first(where: { $0.key == "caps" })?.value,
          let period = fields.first(where: { $0.key == "period" }).flatMap({ number($0.value) })
        else { return false }
        let capped = graph.capped(Dictionary(uniqueKeysWithValues: sizes.map { ($0.key, number($0.value) ?? 0) }))
        guard let repetitions = try? solveBalanceEquations(capped) else { return false }
        return selfTimedPeriod(capped, repetitions) == (period == 0 ? .dead : .time(Rational(period)))
      }
    case "makespan_1iter": return answer.repetitions.flatMap { makespan(graph, $0) } == number(fact.value)
    default: return nil
    }
  }

  /// The time from the start of the first firing of an iteration to the end of its last, each firing as early as can be.
  private func makespan(_ graph: DataflowGraph, _ repetitions: RepetitionVector) -> Int? {
    var ends = graph.actors.map { _ in [Int]() }
    for _ in 0..<repetitions.totalFirings {
      for (actor, description) in graph.actors.enumerated() where ends[actor].count < repetitions.firings[actor] {
        let firing = ends[actor].count
        var start: Int? = 0
        for edge in graph.edges where edge.to == actor {
          let needed = edge.consume.tokens(inFirst: firing + 1)! - edge.initialTokens
          guard needed > 0 else { continue }
          let writers = (1...repetitions.firings[edge.from]).first { edge.produce.tokens(inFirst: $0)! >= needed }
          guard let writers, writers <= ends[edge.from].count else {
            start = nil
            break
          }
          start = max(start!, ends[edge.from][writers - 1])
        }
        if let start { ends[actor].append(start + description.executionTimes[firing % description.executionTimes.count]) }
      }
    }
    return ends.map(\.count) == repetitions.firings ? ends.joined().max() : nil
  }

  private func number(_ value: JSONValue) -> Int? { if case .number(let digits) = value { Int(digits) } else { nil } }

  /// A whole number, or `a/b`.
  private func ratio(_ value: JSONValue) -> Rational {
    if let whole = number(value) { return Rational(whole) }
    guard case .string(let text) = value else { return 0 }
    let parts = text.split(separator: "/").compactMap { Int($0) }
    return parts.count == 2 ? Rational(parts[0], parts[1]) : 0
  }

  @Test func theFolderHoldsWhatTheTestsAreAbout() throws {
    #expect(GraphFolder.names.count >= 134)
    let facts = try GraphFolder.names.flatMap { try GraphFolder.file($0).facts }
    #expect(facts.count >= 70 && facts.allSatisfy { !$0.source.isEmpty && !$0.status.isEmpty })
  }

  /// Figures that stand beside no graph: iteration periods, and bounds met by a schedule.
  /// Stuijk, Geilen and Basten, DAC 2006; Bodin et al., DAC 2016; Benabid et al., IEEE Trans. Automatic Control 2012.
  @Test(arguments: [
    ("sdf3_samplerate", 960), ("sdf3_modem", 16), ("sdf3_satellite", 1_056), ("tuemono_h263decoder", 10_000),
    ("sdf3_mp3playback", 120_000), ("preesm_benabid", 40), ("sdfpy_neardeadlock", 36), ("kiter_BlackScholes", 42_053_349),
    ("kiter_BlackScholes_sized", 64_471_849), ("kiter_Echo", 5_094_212_000), ("kiter_JPEG2000", 2_433_024),
    ("kiter_PDectect", 2_033_760), ("kiter_H264", 238_083), ("kiter_mp3_csdf", 120_000), ("kiter_multrate", 2_115),
    ("tuemono_mrf_32x32", 2_115),
  ])
  func theIterationPeriodIsThePublishedOne(name: String, period: Int) throws {
    let graph = try GraphFolder.file(name).graph
    #expect(selfTimedPeriod(graph, try solveBalanceEquations(graph)) == .time(Rational(period)))
  }

  @Test func largestBlocksAreThoseOfTheLoopsTokens() throws {
    for (name, block) in [("sdf3_mp3playback", 2), ("streamit_fibfeed", 1), ("sdfpy_cycle", 0), ("preesm_pi_strict_cycle", 0)] {
      let answer = try GraphAnswer(try GraphFolder.file(name), effort: .fast)
      #expect(answer.loops.map(\.largestBlock).max() == block, "\(name)")
    }
  }
}

extension DataflowGraph {
  /// The same graph with buffers of so many tokens: an edge back hands over the room that is free.
  func capped(_ sizes: [String: Int]) -> DataflowGraph {
    var graph = self
    for edge in edges {
      guard let size = sizes[edge.name] else { continue }
      graph.add(
        Edge(
          "room of \(edge.name)", from: edge.to, to: edge.from, produce: edge.consume, consume: edge.produce,
          initialTokens: size - edge.initialTokens))
    }
    return graph
  }
}
