import Dataflow
import PatchLanguage

extension GraphAnswer {
  /// The answer for people, one line per fact.
  ///
  /// - Parameter seconds: the time that the analysis took.
  public func text(seconds: Double) -> String {
    let graph = file.graph
    let name = file.name.isEmpty ? "graph" : file.name
    var lines = ["\(name): \(kind.rawValue), \(counted(graph.actors.count, "actor")), \(counted(graph.edges.count, "edge"))"]
    func add(_ key: String, _ value: String) {
      lines.append("  \(key)\(String(repeating: " ", count: max(1, 19 - key.utf8.count)))\(value)")
    }
    func actors(_ list: [Int]) -> String { list.map { graph.actors[$0].name }.joined(separator: " ") }
    add("consistent", isConsistent ? "yes" : "no")
    if let conflict {
      add("conflict", conflict.sentence)
      add("conflict edges", conflict.edges.map { graph.edges[$0].name }.joined(separator: ", "))
    }
    if let repetitions {
      add("repetition", zip(graph.actors, repetitions.firings).map { "\($0.name) \($1)" }.joined(separator: ", "))
      add("firings", "\(repetitions.totalFirings) in an iteration")
    }
    if let liveness {
      switch liveness {
      case .live: add("live", "yes")
      case .undecided: add("live", "not decided at this effort; try --effort thorough")
      case .dead(let deadlock):
        add("live", "no")
        add("blocked", actors(deadlock.blocked))
        if !deadlock.neverFiring.isEmpty { add("never firing", actors(deadlock.neverFiring)) }
        if let missingTokens {
          add("missing tokens", missingTokens.map { "\($0.tokens) on \(graph.edges[$0.edge].name)" }.joined(separator: ", "))
        } else {
          add("missing tokens", "not found at this effort; try --effort thorough")
        }
      }
    }
    if let any = bounds?.anyScheduleSum, let single = bounds?.singleAppearanceSum {
      add("bounds", "\(withHistory(any)) tokens over all edges one by one, \(withHistory(single)) for single appearance")
    }
    for loop in loops {
      let flat = loop.largestFlatBlock == loop.largestBlock ? "" : " (\(loop.largestFlatBlock) with all actors at once)"
      add("loop", "\(actors(loop.actors)): \(counted(loop.tokens, "token")), largest block \(loop.largestBlock)\(flat)")
    }
    if let buffer = minimumBuffer {
      let proof = buffer.isOptimal ? "the minimum" : "at least \(withHistory(buffer.lowerBound))"
      add("private buffers", "\(withHistory(buffer.tokens)) tokens (\(proof)): \(shortened(notation(buffer.schedule)))")
    }
    switch singleAppearance {
    case .found(let found)?:
      add(
        "single appearance",
        "\(withHistory(found.tokens)) tokens (flat \(withHistory(found.flatTokens))): \(shortened(notation(found.schedule)))")
      add("shared arena", "\(found.shared.tokens) tokens: \(shortened(notation(found.shared.schedule)))")
      if let inPlace = found.inPlace {
        add("in place", "\(inPlace.tokens) tokens: \(shortened(notation(inPlace.schedule)))")
      }
    case .none?: add("single appearance", "none: a loop holds too few tokens to be cut open for an iteration")
    case .undecided?, nil: break
    }
    if case .time(let time)? = period {
      var note = ""
      if case .time(let sequential)? = sequentialPeriod, sequential != time {
        note = ", \(sequential) if no actor overlaps itself"
      }
      add("period", "\(time)\(note)")
    } else if liveness == .live {
      add("period", "not found at this effort; try --effort thorough")
    }
    add("seconds", JSONValue.double(seconds).line)
    return lines.joined(separator: "\n") + "\n"
  }
}

private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// A schedule of thousands of terms is for programs.
private func shortened(_ schedule: String) -> String {
  let limit = 1_000
  return schedule.count <= limit ? schedule : schedule.prefix(limit) + " … (whole with --json)"
}
