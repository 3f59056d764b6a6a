/// What a word after a node's name may mean, by its place in a chain.
enum PortRole: String {
  case target = "input or parameter"
  case source = "output"
  case middle = "input or output"
}

/// What can be wrong with a name. Every sentence about it is written here.
enum NameMistake: Mistake {
  case unknownEffect(String, candidates: [String])
  /// - Parameter outside: the word for the body that cannot see the node, which exists around it.
  case unknownNode(String, candidates: [String], outside: String?)
  /// - Parameters:
  ///   - role: what was looked for, such as `output`.
  ///   - others: what the node has of the other kind, such as its inputs.
  case unknownPort(String, node: String, role: PortRole, available: [String], others: [String])
  case unknownControl(String, candidates: [String])
  case unknownConstant(String, candidates: [String])
  /// `$x` for a constant, or `x` for a control.
  case writtenAsControl(String, isParameter: Bool)
  case writtenAsConstant(String)
  case unknownUnit(String, number: String, candidates: [String])
  case unknownArgument(String, of: String, available: [String])
  case unknownItem(String, of: String, available: [String])
  case unknownWord(String, argument: String, allowed: [String])
  case unknownChannel(String)
  case taken(String, by: String, place: String)
  /// A declared node's name, used like an effect's.
  case nodeWithArguments(String, place: String, proposal: String)
  case recursion([String])
  case valueCycle([String])
  case missingFile(path: String, tried: String, reason: String)
  case nestedTooDeep(limit: Int)
  case tooManyActors(limit: Int)
  /// Not about a name, but about the messages themselves.
  case tooMany
}

extension NameMistake {
  var message: String {
    switch self {
    case .unknownEffect(let name, _): "there is no effect named \(quoted(name))"
    case .unknownNode(let name, _, nil): "there is no node or effect named \(quoted(name))"
    case .unknownNode(let name, _, let body?): "\(quoted(name)) stands outside of this \(body), where it cannot be connected"
    case .unknownPort(let port, let node, let role, _, _): "\(quoted(node)) has no \(role.rawValue) named \(quoted(port))"
    case .unknownControl(let name, _): "there is no control named \(quoted(name))"
    case .unknownConstant(let name, _): "there is no constant named \(quoted(name))"
    case .writtenAsControl(let name, let isParameter):
      "\(quoted(name)) is \(isParameter ? "a parameter" : "a constant"), not a control"
    case .writtenAsConstant(let name): "\(quoted(name)) is a control, not a constant"
    case .unknownUnit(let symbol, _, _): "there is no unit \(quoted(symbol))"
    case .unknownArgument(let name, let effect, _): "\(quoted(effect)) has no argument named \(quoted(name))"
    case .unknownItem(let name, let effect, _): "the list of \(quoted(effect)) has no \(quoted(name))"
    case .unknownWord(let word, let argument, _): "\(quoted(argument)) cannot be \(quoted(word))"
    case .unknownChannel(let text): "there is no channel \(quoted(text))"
    case .taken(let name, let what, _): "\(quoted(name)) is already the name of \(what)"
    case .nodeWithArguments(let name, _, _): "\(quoted(name)) is a node of this patch here, and a node takes no arguments"
    case .recursion(let chain): "`\(visible(chain.last ?? ""))` contains itself"
    case .valueCycle(let chain): "the value of \(quoted(chain.last ?? "")) depends on itself"
    case .missingFile(let path, _, let reason): "`\(visible(path))` cannot be read: \(reason)"
    case .tooMany: "too many messages; what else is wrong is not shown"
    case .nestedTooDeep(let limit): "definitions nest at most \(limit) deep"
    case .tooManyActors(let limit): "a patch holds at most \(limit) actors, its instances included"
    }
  }

  var notes: [String] {
    switch self {
    case .unknownEffect(let name, let candidates), .unknownControl(let name, let candidates),
      .unknownConstant(let name, let candidates), .unknownNode(let name, let candidates, nil):
      didYouMean(name, among: candidates)
    case .unknownNode(_, _, let body?) where body == quoted(Region.multiband.rawValue):
      ["help: a band takes what leads to the \(body), and nothing else"]
    case .unknownNode(_, _, let body?): ["help: lead the sound in through `in` or an input such as `in.side` of the \(body)"]
    case .unknownPort(let port, _, let role, let available, let others):
      if others.contains(port) {
        ["\(quoted(port)) is one of its \(role == .target ? "outputs" : "inputs and parameters")"]
      } else {
        available.isEmpty ? [] : didYouMean(port, among: available) + ["it has \(available.listedQuoted())"]
      }
    case .writtenAsControl(let name, _): ["help: write \(quoted(name))"]
    case .writtenAsConstant(let name): ["help: write \(quoted("$" + name))"]
    case .unknownUnit(let symbol, let number, let candidates):
      if let near = otherSpellings[symbol.lowercased()] ?? suggestion(for: symbol, among: candidates) {
        ["help: did you mean \(quoted(number + near))?"]
      } else {
        ["units: \(candidates.joined(separator: ", "))"]
      }
    case .unknownArgument(let name, _, let available), .unknownItem(let name, _, let available):
      didYouMean(name, among: available) + (available.isEmpty ? [] : ["it takes \(available.listedQuoted())"])
    case .unknownWord(let word, _, let allowed):
      didYouMean(word, among: allowed) + ["it takes \(allowed.listedQuoted("or"))"]
    case .unknownChannel: ["help: a channel is `left`, `right` or a number from 1"]
    case .taken(_, _, let place): place.isEmpty ? [] : ["it stands in \(place)"]
    case .nodeWithArguments(let name, let place, let proposal):
      [
        "it is declared in \(place)",
        "help: for another effect of that kind give the node another name, such as \(quoted("\(proposal) = \(name) …"))",
      ]
    case .recursion(let chain): ["chain: \(chain.joined(separator: " -> "))"]
    case .valueCycle(let chain): ["chain: \(chain.joined(separator: " -> "))"]
    case .missingFile(let path, let tried, _): path == tried ? [] : ["tried: \(tried)"]
    case .nestedTooDeep, .tooManyActors, .tooMany: []
    }
  }

  /// A body that is never closed takes in the rest of the text.
  var isAboutSomethingMissing: Bool { if case .recursion = self { true } else { false } }

  func diagnostic(at span: SourceSpan) -> Diagnostic { Diagnostic(.error, message, at: span, notes: notes) }
}

/// What people write for the units of the language.
private let otherSpellings = [
  "sec": "s", "secs": "s", "second": "s", "seconds": "s", "msec": "ms", "msecs": "ms", "usec": "us", "mins": "min",
  "minutes": "min",
  "hertz": "Hz", "decibel": "dB", "decibels": "dB", "degree": "deg", "degrees": "deg", "semitones": "st", "cent": "ct",
  "cents": "ct", "percent": "%", "smp": " samples", "times": "x",
]
