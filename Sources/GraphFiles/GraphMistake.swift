import PatchLanguage

/// What can be wrong with a graph's file beyond its JSON. Every sentence about it is written here.
enum GraphMistake {
  case tooLarge(limit: Int)
  case wrongKind(wanted: String, found: String)
  case missingKey(String, of: String)
  case mistypedKey(String, near: String, of: String)
  case unknownGraphKind(String)
  case phasesInSynchronousGraph
  case emptyName(of: String)
  case repeatedName(String, of: String)
  case unknownActor(String, actors: [String])
  case notWhole(String, of: String)
  case beyondRange(String, of: String)
  case negative(String, of: String)
  case noPhases(of: String)
  case sumBeyondRange(of: String)
  case phaseCount(found: Int, wanted: Int, actor: String, setBy: String)
  case shortPeek(peek: Int, consume: Int)
  case phasedPeek
  case notThisActors(edge: String, actor: String, role: String)
  case unknownEdge(String, edges: [String])
  case noActors
}

extension GraphMistake {
  func diagnostic(at span: SourceSpan) -> Diagnostic { Diagnostic(.error, message, at: span, notes: notes) }

  private var message: String {
    switch self {
    case .tooLarge(let limit): "a graph's file is at most \(limit) bytes long"
    case .wrongKind(let wanted, let found): "expected \(wanted), found \(found)"
    case .missingKey(let key, let what): "\(what) needs the key `\(key)`"
    case .mistypedKey(let key, _, let what): "\(what) has no key `\(key)`"
    case .unknownGraphKind(let kind): "there is no kind of graph `\(kind)`"
    case .phasesInSynchronousGraph: "a rate of several phases in a graph of kind `sdf`"
    case .emptyName(let what): "\(what) needs a name that is not empty"
    case .repeatedName(let name, let what): "there are two \(what) named `\(name)`"
    case .unknownActor(let name, _): "there is no actor `\(name)`"
    case .notWhole(let text, let what): "\(what) must be a whole number, not `\(text)`"
    case .beyondRange(let text, let what): "\(what) of `\(text)` is beyond 2^63 - 1"
    case .negative(let text, let what): "\(what) cannot be negative: `\(text)`"
    case .noPhases(let what): "\(what) has an empty list of phases"
    case .sumBeyondRange(let what): "the phases of \(what) add up to more than 2^63 - 1"
    case .phaseCount(let found, let wanted, let actor, let place):
      "\(found) phases here, but `\(actor)` has \(wanted) in \(place)"
    case .shortPeek(let peek, let consume): "a `peek` of \(peek) is less than the \(consume) tokens consumed"
    case .phasedPeek: "`peek` on an edge whose `consume` has several phases"
    case .notThisActors(let edge, let actor, let role): "the edge `\(edge)` is no \(role) of `\(actor)`"
    case .unknownEdge(let name, _): "there is no edge `\(name)`"
    case .noActors: "a graph needs at least one actor"
    }
  }

  private var notes: [String] {
    switch self {
    case .tooLarge: ["help: split the graph, or drop what does not belong to it"]
    case .wrongKind, .noActors: []
    case .missingKey(let key, _): Self.help(forMissing: key).map { ["help: " + $0] } ?? []
    case .mistypedKey(_, let near, _): ["help: did you mean `\(near)`?"]
    case .unknownGraphKind: ["help: write `sdf`, or `csdf` where rates have phases"]
    case .phasesInSynchronousGraph: ["help: write \"kind\": \"csdf\", or one number instead of the list"]
    case .emptyName: ["help: answers name it; any text will do"]
    case .repeatedName: ["help: answers tell them apart by name; rename one"]
    case .unknownActor(let name, let actors): didYouMean(name, among: actors)
    case .unknownEdge(let name, let edges): didYouMean(name, among: edges)
    case .notWhole: ["help: scale all numbers of this kind until they are whole"]
    case .beyondRange, .sumBeyondRange: ["help: divide all numbers of this kind by a common factor"]
    case .negative: ["help: write a number from 0 up; swap `from` and `to` where the direction is meant"]
    case .noPhases: ["help: write one number for all firings, or one per phase"]
    case .phaseCount: ["help: an actor's lists are all as long as it has phases; one number stands for every phase"]
    case .shortPeek: ["help: `peek` counts all tokens looked at, those consumed among them; leave it out where they are equal"]
    case .phasedPeek: ["help: give `consume` as one number, or leave `peek` out"]
    case .notThisActors(_, _, let role):
      ["help: a pair is an edge that leads into the actor and one that leads out; this one is not its \(role)"]
    }
  }

  private static func help(forMissing key: String) -> String? {
    switch key {
    case "delay": "the tokens that wait on the edge at the start; 0 where there are none"
    case "produce": "the tokens that a firing of `from` writes: a number, or a list with one per phase"
    case "consume": "the tokens that a firing of `to` reads: a number, or a list with one per phase"
    case "from", "to": "the name of an actor"
    case "actors": "a list of objects such as { \"name\": \"A\" }"
    case "edges":
      "a list of objects such as { \"name\": \"AB\", \"from\": \"A\", \"to\": \"B\", \"produce\": 2, \"consume\": 3, \"delay\": 0 }"
    default: nil
    }
  }
}
