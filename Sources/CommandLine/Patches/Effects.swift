import ArgumentParser
import Talea

/// `talea effects [NAME]`
struct Effects: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "effects",
    abstract: "List the effects, or print one in full.",
    discussion: "Everything printed comes from the tables that patches are checked against.")

  @ArgumentParser.Argument(help: "An effect to print in full.")
  var name: String?

  @Flag(help: "Print the whole catalogue as Markdown (docs/effects.md is made this way).")
  var markdown = false

  @Option(
    help: ArgumentHelp(
      "Draw the pictures of docs/effects.md, or the one of the named effect, into this folder, over what is there.",
      valueName: "folder"))
  var plots: String?

  func run() throws {
    if let plots {
      try draw(into: plots)
    } else if markdown {
      try printText(EffectPage.catalogue(.standard))
    } else if let name {
      try printText(EffectPage(try spec(name)).text)
    } else {
      try printText(EffectPage.list(.standard))
    }
  }

  private func spec(_ name: String) throws -> EffectSpec {
    guard let type = Catalog.standard[name] else {
      let help = suggestion(for: name, among: Catalog.standard.names).map { "; did you mean `\($0)`?" } ?? ""
      throw CommandError.wrong("no effect is named `\(name)`\(help)")
    }
    return type.spec
  }

  private func draw(into folder: String) throws {
    if let name, EffectPlot.all[try spec(name).name] == nil {
      throw CommandError.wrong("`\(name)` has no picture in docs/effects.md")
    }
    for type in Catalog.standard.all where name == nil || type.spec.name == name {
      let spec = type.spec
      guard let plot = EffectPlot.all[spec.name] else { continue }
      try writeText(try plot.svg(of: spec), to: "\(folder)/\(spec.name).svg", force: true)
    }
  }
}

/// An effect's tables as pages: for the terminal and for docs/effects.md.
struct EffectPage {
  private let spec: EffectSpec

  init(_ spec: EffectSpec) { self.spec = spec }

  /// One line for each effect, under its category.
  static func list(_ catalog: Catalog) -> String {
    let width = (catalog.names.map(\.count).max() ?? 0) + 2
    return categories(catalog).map { category, specs in
      ([category] + specs.map { "  \(padded($0.name, width))\($0.summary)" }).joined(separator: "\n")
    }.joined(separator: "\n\n") + "\n"
  }

  static func catalogue(_ catalog: Catalog) -> String {
    var text = "# Effects\n\nMade from the effects' own tables by `make docs`. `talea effects NAME` prints one of them.\n"
    for (category, specs) in categories(catalog) {
      text += "\n## \(category)\n\n| effect | what it does |\n| --- | --- |\n"
      for spec in specs { text += "| [`\(spec.name)`](#\(spec.name)) | \(spec.summary) |\n" }
    }
    for (_, specs) in categories(catalog) {
      for spec in specs { text += "\n" + EffectPage(spec).markdown }
    }
    return text
  }

  /// In the order of the catalogue.
  private static func categories(_ catalog: Catalog) -> [(String, [EffectSpec])] {
    var order: [String] = []
    var groups: [String: [EffectSpec]] = [:]
    for type in catalog.all {
      if groups[type.spec.category] == nil { order.append(type.spec.category) }
      groups[type.spec.category, default: []].append(type.spec)
    }
    return order.map { ($0, groups[$0]!) }
  }

  /// For the terminal.
  var text: String {
    var sections = ["\(spec.name): \(spec.summary)", "  \(usage)", spec.discussion]
    let rows = spec.arguments.map(row)
    if !rows.isEmpty { sections.append("Arguments, in the order of positional values:\n" + aligned(rows)) }
    if let list = spec.list {
      for item in list.items where !item.arguments.isEmpty {
        let head = item.name.isEmpty ? "Each item in braces:" : "`\(item.name)` in braces: \(item.summary)"
        sections.append(head + "\n" + aligned(item.arguments.map(row)))
      }
    }
    sections.append("Ports: \(ports)")
    sections.append("Example:\n" + spec.example.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
    return sections.joined(separator: "\n\n") + "\n"
  }

  private var markdown: String {
    var text = "### \(spec.name)\n\n\(spec.summary)\n\n    \(usage)\n\n\(spec.discussion)\n\nPorts: \(ports)\n"
    text += table(spec.arguments)
    if let list = spec.list {
      for item in list.items where !item.arguments.isEmpty {
        text += "\n" + (item.name.isEmpty ? "Each item:" : "`\(item.name)`: \(item.summary)") + "\n" + table(item.arguments)
      }
    }
    text += "\nExample:\n\n" + spec.example.split(separator: "\n").map { "    \($0)\n" }.joined()
    if let plot = EffectPlot.all[spec.name] { text += "\n![\(plot.caption)](plots/\(spec.name).svg)\n" }
    return text
  }

  private func table(_ arguments: [ArgumentSpec]) -> String {
    guard !arguments.isEmpty else { return "" }
    let rows = arguments.map(row).map { "| `\($0[0])` | \($0[1]) | \($0[2]) | \($0[3]) |" }
    return "\n| argument | range | default | what |\n| --- | --- | --- | --- |\n" + rows.joined(separator: "\n") + "\n"
  }

  /// How it is written, with positional arguments in capitals where they must be given.
  private var usage: String {
    let arguments = spec.arguments.map { argument in
      switch argument {
      case .parameter(let parameter):
        parameter.defaultValue.map { "\(parameter.name)=\(parameter.quantity.text($0))" } ?? parameter.name.uppercased()
      case .structural(let structural):
        structural.defaultValue.map { "\(structural.name)=\(valueText($0))" }
          ?? (isSeed(structural) ? "\(structural.name)=…" : structural.name.uppercased())
      }
    }
    return ([spec.name] + arguments + (spec.list == nil ? [] : ["{ … }"])).joined(separator: " ")
  }

  private var ports: String {
    let inputs = spec.inputs.map { "`\($0.name)` (\(channels($0))\($0.isOptional ? ", may stay unconnected" : ""))" }
    let items = spec.list?.itemsArePorts == true ? ["one for each item, by its number or name"] : []
    let outputs = spec.outputs.map {
      "`\($0.name)` (\(channels($0))\($0.carries.map { ", carries \($0.phrase)" } ?? ""))"
    }
    let into = inputs + items
    return "in " + (into.isEmpty ? "none" : into.joined(separator: ", ")) + "; out " + outputs.joined(separator: ", ") + "."
  }

  private func channels(_ port: PortSpec) -> String {
    switch port.channels {
    case .any: "any number of channels"
    case .fixed(let count): count == 1 ? "1 channel" : "\(count) channels"
    case .free: "any number of channels of its own"
    }
  }

  /// Name, range, default, summary.
  private func row(_ argument: ArgumentSpec) -> [String] {
    switch argument {
    case .parameter(let parameter):
      [
        parameter.name, parameter.quantity.text(parameter.range) + (parameter.isBelowNyquist ? ", below Nyquist" : ""),
        parameter.defaultValue.map { parameter.quantity.text($0) } ?? "", parameter.summary,
      ]
    case .structural(let structural):
      [structural.name, rangeText(structural), structural.defaultValue.map(valueText) ?? "", structural.summary + " Fixed."]
    }
  }

  private func rangeText(_ structural: StructuralSpec) -> String {
    switch structural.kind {
    case .integer(let range): "\(range.lowerBound)..\(range.upperBound)"
    case .word(let words): words.joined(separator: ", ")
    case .quantity(let quantity, let range): quantity.text(range)
    case .anyQuantity: "any unit"
    case .seed: "0 or more; by place in the text"
    case .sound: "a sound file in quotes"
    }
  }

  private func isSeed(_ structural: StructuralSpec) -> Bool { if case .seed = structural.kind { true } else { false } }

  private func valueText(_ value: StructuralValue) -> String {
    switch value {
    case .integer(let number): "\(number)"
    case .word(let word): word
    case .quantity(let number, let quantity): quantity.text(number)
    case .sound(let sound): "\"\(sound.path)\""
    }
  }

  private func aligned(_ rows: [[String]]) -> String {
    let widths = (0..<3).map { column in (rows.map { $0[column].count }.max() ?? 0) + 2 }
    return rows.map { row in
      let cells = (0..<3).map { Self.padded(row[$0], widths[$0]) }.joined()
      return "  \(cells)\(row[3])"
    }.joined(separator: "\n")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
