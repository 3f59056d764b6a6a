import Dataflow
import PatchLanguage

extension GraphAnswer {
  /// The answer for programs; `docs/graph-files.md` lists the keys. What does not apply is left out, what the effort did
  /// not reach is null.
  ///
  /// - Parameter seconds: the time that the analysis took.
  public func json(seconds: Double) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(file.name)), .init("kind", .string(kind.rawValue)), .init("consistent", .bool(isConsistent)),
    ]
    func add(_ key: String, _ value: JSONValue) { members.append(.init(key, value)) }
    if let conflict {
      add("conflict", .object(["edges": edges(conflict.edges), "sentence": .string(conflict.sentence)]))
    }
    if let repetitions {
      add("repetition", .object(zip(file.graph.actors, repetitions.firings).map { .init($0.name, .integer($1)) }))
      add("firings", .integer(repetitions.totalFirings))
    }
    if let liveness { members += json(liveness) }
    if let bounds {
      add(
        "bounds",
        .object([
          "perEdge": bounds.anyScheduleSum.map { .integer(withHistory($0)) },
          "singleAppearance": bounds.singleAppearanceSum.map { .integer(withHistory($0)) },
        ]))
      add("loops", .array(loops.map(json)))
    }
    if liveness == .live {
      add("minimumBuffer", minimumBuffer.map(json) ?? .null)
      add("singleAppearance", singleAppearance.map(json) ?? .null)
      add("period", json(period))
      add("sequentialPeriod", json(sequentialPeriod))
    }
    add("seconds", .double(seconds))
    return .object(members)
  }

  private func json(_ liveness: Liveness) -> [JSONValue.Member] {
    switch liveness {
    case .live: [.init("live", .bool(true))]
    case .undecided: [.init("live", .null)]
    case .dead(let deadlock):
      [
        .init("live", .bool(false)), .init("blocked", actors(deadlock.blocked)),
        .init("neverFiring", actors(deadlock.neverFiring)),
        .init("missingTokens", missingTokens.map { .array($0.map(json)) } ?? .null),
      ]
    }
  }

  private func json(_ missing: MissingTokens) -> JSONValue {
    .object(["edge": .string(file.graph.edges[missing.edge].name), "tokens": .integer(missing.tokens)])
  }

  private func json(_ loop: TokenLoop) -> JSONValue {
    .object([
      "actors": actors(loop.actors), "tokens": .integer(loop.tokens), "largestBlock": .integer(loop.largestBlock),
      "largestFlatBlock": .integer(loop.largestFlatBlock),
    ])
  }

  private func json(_ buffer: MinimumBuffer) -> JSONValue {
    .object([
      "tokens": .integer(withHistory(buffer.tokens)), "firings": repetitions.map { .integer($0.totalFirings) },
      "schedule": .string(notation(buffer.schedule)), "optimal": .bool(buffer.isOptimal),
      "lowerBound": .integer(withHistory(buffer.lowerBound)),
      "capacities": .object(
        zip(file.graph.edges, zip(buffer.capacities, file.loopHistory)).map { edge, size in
          .init(edge.name, .integer(size.0 &+ size.1))
        }),
    ])
  }

  private func json(_ answer: SingleAppearanceAnswer) -> JSONValue {
    switch answer {
    case .undecided: return .null
    case .none: return .object(["exists": .bool(false)])
    case .found(let found):
      var members: [JSONValue.Member] = [
        .init("exists", .bool(true)), .init("tokens", .integer(withHistory(found.tokens))),
        .init("flatTokens", .integer(withHistory(found.flatTokens))),
        .init("schedule", .string(notation(found.schedule))), .init("sharedTokens", .integer(found.shared.tokens)),
        .init("sharedLowerBound", .integer(found.shared.lowerBound)),
        .init("sharedSchedule", .string(notation(found.shared.schedule))), .init("placement", placement(found.shared)),
      ]
      if let inPlace = found.inPlace {
        members += [
          .init("inPlaceTokens", .integer(inPlace.tokens)), .init("inPlaceSchedule", .string(notation(inPlace.schedule))),
          .init("inPlacePlacement", placement(inPlace)),
        ]
      }
      return .object(members)
    }
  }

  /// Edge to `[offset, size]`.
  private func placement(_ arena: SharedArena) -> JSONValue {
    .object(
      zip(file.graph.edges, arena.placement).compactMap { edge, place in
        place.map { .init(edge.name, .array([.integer($0.offset), .integer($0.size)])) }
      })
  }

  /// Whole numbers as such, others as a string `a/b`.
  private func json(_ period: IterationPeriod?) -> JSONValue {
    guard case .time(let time)? = period else { return .null }
    return time.isInteger ? .integer(time.numerator) : .string(time.description)
  }

  private func actors(_ list: [Int]) -> JSONValue { .array(list.map { .string(file.graph.actors[$0].name) }) }
  private func edges(_ list: [Int]) -> JSONValue { .array(list.map { .string(file.graph.edges[$0].name) }) }

  /// Looped notation. Names with blanks, parentheses or quotes stand in quotes, as JSON writes them.
  func notation(_ schedule: Schedule) -> String {
    schedule.description { actor in
      let name = file.graph.actors[actor].name
      let isPlain = name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && !"()\"".unicodeScalars.contains($0) }
      return isPlain ? name : JSONValue.string(name).line
    }
  }
}

extension JSONValue {
  /// JSON text on one line, without a newline.
  var line: String { String(text(lineLength: .max).dropLast()) }
}
