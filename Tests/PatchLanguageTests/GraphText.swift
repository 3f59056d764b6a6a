import PatchLanguage
import Signal

/// A graph as a few lines of text, to compare with.
func text(_ graph: Graph) -> String {
  var lines: [String] = []
  for control in graph.controls {
    let range = control.range.map { " in \(control.quantity.text($0))" } ?? ""
    let source = control.expression.map { text($0, graph) } ?? control.quantity.text(control.value)
    lines.append("control \(control.address) = \(source)\(range)\(control.scale == .linear ? "" : " \(control.scale.rawValue)")")
  }
  for actor in graph.actors {
    var words: [String] = []
    if case .effect(let type) = actor.kind { words.append(type.spec.name) } else { continue }
    for parameter in actor.parameters {
      let value =
        switch parameter.driver {
        case .value(let value): parameter.spec.quantity.text(value)
        case .samples(let count): "\(Quantity.number.text(count)) samples"
        case .expression(let expression): text(expression, graph)
        case .signal: "signal"
        }
      words.append("\(([parameter.name] + parameter.aliases).joined(separator: "|"))=\(value)")
    }
    for (name, value) in actor.configuration.structural.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .integer(let value): words.append("\(name)=\(value)")
      case .word(let word): words.append("\(name)=\(word)")
      case .sound(let sound): words.append("\(name)=\(sound.path)")
      case .quantity(let value, let quantity): words.append("\(name)=\(quantity.text(value))")
      }
    }
    if actor.configuration.drivenScale != .linear { words.append("scale=\(actor.configuration.drivenScale.rawValue)") }
    lines.append("\(actor.address) = \(words.joined(separator: " "))")
  }
  for edge in graph.edges { lines.append(text(edge, graph)) }
  return lines.joined(separator: "\n")
}

private func text(_ edge: Graph.Edge, _ graph: Graph) -> String {
  var from = graph.actors[edge.from].address
  if edge.outputPort > 0 { from += ".#\(edge.outputPort)" }
  if let channel = edge.outputChannel { from += ":\(channel + 1)" }
  var to = graph.actors[edge.to].address
  switch edge.target {
  case .port(let port): if port > 0 { to += ".#\(port)" }
  case .parameter(let index): to += ".\(graph.actors[edge.to].parameters[index].name)"
  }
  if let channel = edge.inputChannel { to += ":\(channel + 1)" }
  var marks: [String] = []
  switch edge.tokens {
  case .seconds(let seconds): marks.append(Quantity.time.text(seconds))
  case .frames(let frames): marks.append("\(frames) samples")
  case .both(let seconds, let frames): marks.append("\(Quantity.time.text(seconds)) + \(frames) samples")
  case nil: break
  }
  if edge.isUnaligned { marks.append("unaligned") }
  return marks.isEmpty ? "\(from) -> \(to)" : "\(from) -> [\(marks.joined(separator: ", "))] -> \(to)"
}

private func text(_ expression: ControlExpression, _ graph: Graph) -> String {
  switch expression {
  case .constant(let value): Quantity.number.text(value)
  case .control(let index): "$" + graph.controls[index].address
  case .negation(let a): "-\(text(a, graph))"
  case .add(let a, let b): "(\(text(a, graph)) + \(text(b, graph)))"
  case .subtract(let a, let b): "(\(text(a, graph)) - \(text(b, graph)))"
  case .multiply(let a, let b): "(\(text(a, graph)) * \(text(b, graph)))"
  case .divide(let a, let b): "(\(text(a, graph)) / \(text(b, graph)))"
  case .decibels(let a): "dB(\(text(a, graph)))"
  }
}

/// Files held in memory.
struct MemoryLoader: SourceLoader {
  var files: [String: String] = [:]

  func load(_ path: String) throws(SourceFailure) -> Source {
    guard let text = files[path] else { throw SourceFailure("there is no such file") }
    return Source(name: path, text: text)
  }

  /// Any text stands for a sound of one frame.
  func loadSound(_ path: String) throws(SourceFailure) -> SoundSamples {
    guard files[path] != nil else { throw SourceFailure("there is no such file") }
    return SoundSamples(path: path, sampleRate: 48_000, channels: [[1]])
  }
}

/// Resolves a text with the stub effects; a failure is shown as its messages.
func resolved(_ text: String, files: [String: String] = [:]) throws -> ResolvedPatch {
  do {
    let parsed = parseText(Source(name: "patch.talea", text: text))
    return try resolve(parsed, catalog: .stub, loader: MemoryLoader(files: files))
  } catch {
    throw Told(render(error))
  }
}

/// The messages about a text, without what is shown of the text.
func told(_ text: String, files: [String: String] = [:]) -> [String] {
  do {
    let parsed = parseText(Source(name: "patch.talea", text: text))
    return try resolve(parsed, catalog: .stub, loader: MemoryLoader(files: files)).warnings.map(\.message)
  } catch {
    return error.diagnostics.map(\.message)
  }
}

struct Told: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
