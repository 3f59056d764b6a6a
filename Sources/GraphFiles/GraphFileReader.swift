import Dataflow
import PatchLanguage

/// Takes the JSON of a graph apart, and says what does not fit.
struct GraphFileReader {
  /// Thrown once a mistake is reported.
  struct Abandoned: Error {}

  private(set) var diagnostics: [Diagnostic] = []
  private var actors: [String: Int] = [:]
  private var actorNames: [String] = []
  private var edges: [String: Int] = [:]
  private var edgeNames: [String] = []
  private var phases: [PhaseCount?] = []

  /// What fixed an actor's number of phases.
  private struct PhaseCount {
    var count: Int
    var place: String
  }

  mutating func read(_ document: JSONNode) throws(Abandoned) -> GraphFile {
    let fields = try object(document, "a graph")
    check(fields, known: ["name", "kind", "actors", "edges"])
    let name = try fields["name"].map { node throws(Abandoned) in try string(node) } ?? ""
    let kind = try fields["kind"].map { node throws(Abandoned) in try graphKind(node) }
    let actorNodes = try array(required("actors", of: fields))
    let edgeNodes = try array(required("edges", of: fields))
    if actorNodes.isEmpty { report(.noActors, at: fields["actors"]!.span) }

    var graph = DataflowGraph()
    var inPlace: [(actor: Int, node: JSONNode)] = []
    for node in actorNodes {
      guard let (actor, pairs) = try? actor(node) else { continue }
      let index = graph.add(actor)
      if let pairs { inPlace.append((index, pairs)) }
    }
    var history: [Int] = []
    for node in edgeNodes {
      guard let (edge, peeked) = try? edge(node, isSynchronous: kind == "sdf") else { continue }
      graph.add(edge)
      history.append(peeked)
    }
    // With actors or edges left out, pairs could not be told right from wrong.
    guard diagnostics.isEmpty else { throw Abandoned() }
    var pairs = graph.actors.map { _ in [DataflowGraph.InPlacePair]() }
    for (actor, node) in inPlace { pairs[actor] = (try? self.pairs(node, of: actor, graph)) ?? [] }
    guard diagnostics.isEmpty else { throw Abandoned() }
    let readers = zip(graph.actors, pairs).map { actor, pairs in
      DataflowGraph.Actor(actor.name, executionTimes: actor.executionTimes, inPlace: pairs)
    }
    var file = GraphFile(name: name, graph: DataflowGraph(actors: readers, edges: graph.edges), history: history)
    if let expected = fields["expected"] { file.facts = publishedFacts(expected) }
    return file
  }

  private mutating func graphKind(_ node: JSONNode) throws(Abandoned) -> String {
    let kind = try string(node)
    guard kind == "sdf" || kind == "csdf" else { throw abandon(.unknownGraphKind(kind), at: node.span) }
    return kind
  }

  // MARK: Actors and edges

  private mutating func actor(_ node: JSONNode) throws(Abandoned) -> (DataflowGraph.Actor, inPlace: JSONNode?) {
    let fields = try object(node, "an actor")
    check(fields, known: ["name", "exec_time", "in_place"])
    let nameNode = try required("name", of: fields)
    let name = try name(nameNode, of: "an actor")
    if actors[name] != nil { throw abandon(.repeatedName(name, of: "actors"), at: nameNode.span) }
    actors[name] = actorNames.count
    actorNames.append(name)
    phases.append(nil)
    var times = [1]
    if let node = fields["exec_time"], let list = try? numbers(node, "`exec_time`") {
      times = list.value
      try? fixPhases(of: actorNames.count - 1, list, "`exec_time`", at: node.span)
    }
    return (DataflowGraph.Actor(name, executionTimes: times), fields["in_place"])
  }

  private mutating func edge(
    _ node: JSONNode, isSynchronous: Bool
  ) throws(Abandoned) -> (DataflowGraph.Edge, history: Int) {
    let fields = try object(node, "an edge")
    check(fields, known: ["name", "from", "to", "produce", "consume", "delay", "peek", "token_bytes"])
    let nameNode = try required("name", of: fields)
    let name = try name(nameNode, of: "an edge")
    if edges[name] != nil { throw abandon(.repeatedName(name, of: "edges"), at: nameNode.span) }
    edges[name] = edgeNames.count
    edgeNames.append(name)
    let from = try end("from", of: fields), to = try end("to", of: fields)
    let produce = try rate("produce", of: fields, name, actor: from, isSynchronous)
    let consume = try rate("consume", of: fields, name, actor: to, isSynchronous)
    let delay = try number(required("delay", of: fields), "`delay`")
    let bytes = try fields["token_bytes"].map { node throws(Abandoned) in try number(node, "`token_bytes`") } ?? 1
    var history = 0
    if let node = fields["peek"] {
      let peek = try number(node, "`peek`")
      guard consume.phases.count == 1 else { throw abandon(.phasedPeek, at: node.span) }
      guard peek >= consume.perCycle else {
        throw abandon(.shortPeek(peek: peek, consume: consume.perCycle), at: node.span)
      }
      history = peek - consume.perCycle
    }
    let edge = DataflowGraph.Edge(
      name, from: from, to: to, produce: produce, consume: consume, initialTokens: delay, tokenBytes: bytes)
    return (edge, history)
  }

  private mutating func end(_ key: String, of fields: Fields) throws(Abandoned) -> Int {
    let node = try required(key, of: fields)
    let name = try string(node)
    guard let actor = actors[name] else { throw abandon(.unknownActor(name, actors: actorNames), at: node.span) }
    return actor
  }

  private mutating func rate(
    _ key: String, of fields: Fields, _ edge: String, actor: Int, _ isSynchronous: Bool
  ) throws(Abandoned) -> PhasedRate {
    let node = try required(key, of: fields)
    let list = try numbers(node, "`\(key)`")
    if isSynchronous, list.value.count > 1 { throw abandon(.phasesInSynchronousGraph, at: node.span) }
    try fixPhases(of: actor, list, "`\(key)` of `\(edge)`", at: node.span)
    guard let rate = PhasedRate(validating: list.value) else {
      throw abandon(.sumBeyondRange(of: "`\(key)`"), at: node.span)
    }
    return rate
  }

  /// All lists of an actor are as long as it has phases; a single number stands for each of them.
  private mutating func fixPhases(
    of actor: Int, _ list: (value: [Int], isList: Bool), _ place: String, at span: SourceSpan
  ) throws(Abandoned) {
    guard list.value.count > 1 else { return }
    guard let known = phases[actor] else {
      phases[actor] = PhaseCount(count: list.value.count, place: place)
      return
    }
    guard known.count != list.value.count else { return }
    let mistake = GraphMistake.phaseCount(
      found: list.value.count, wanted: known.count, actor: actorNames[actor], setBy: known.place)
    throw abandon(mistake, at: span)
  }

  /// `[["input edge", "output edge"], …]`
  private mutating func pairs(
    _ node: JSONNode, of actor: Int, _ graph: DataflowGraph
  ) throws(Abandoned) -> [DataflowGraph.InPlacePair] {
    var pairs: [DataflowGraph.InPlacePair] = []
    for item in try array(node) {
      let names = try array(item)
      guard names.count == 2 else {
        throw abandon(.wrongKind(wanted: "a pair of edges", found: "a list of \(names.count)"), at: item.span)
      }
      let input = try edge(named: names[0]), output = try edge(named: names[1])
      for (edge, node, isRight, role) in [
        (input, names[0], input < graph.edges.count && graph.edges[input].to == actor, "input"),
        (output, names[1], output < graph.edges.count && graph.edges[output].from == actor, "output"),
      ] where !isRight {
        throw abandon(.notThisActors(edge: edgeNames[edge], actor: actorNames[actor], role: role), at: node.span)
      }
      pairs.append(DataflowGraph.InPlacePair(input: input, output: output))
    }
    return pairs
  }

  private mutating func edge(named node: JSONNode) throws(Abandoned) -> Int {
    let name = try string(node)
    guard let edge = edges[name] else { throw abandon(.unknownEdge(name, edges: edgeNames), at: node.span) }
    return edge
  }

  // MARK: Reports

  mutating func report(_ mistake: GraphMistake, at span: SourceSpan) { diagnostics.append(mistake.diagnostic(at: span)) }

  mutating func abandon(_ mistake: GraphMistake, at span: SourceSpan) -> Abandoned {
    report(mistake, at: span)
    return Abandoned()
  }
}
