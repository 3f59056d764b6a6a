extension Drawing {
  /// The picture as a Graphviz graph. Its colours read on white and on dark pages: the background is its own.
  public var dot: String {
    var lines = [
      "digraph patch {", "  rankdir=LR; bgcolor=\"#fbfaf7\"; nodesep=0.3; ranksep=0.5; pad=0.3;",
      "  graph [fontname=\"Helvetica\", fontsize=15, labelloc=t, fontcolor=\"#222222\"];",
      "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", color=\"#444444\", fontname=\"Helvetica\", fontsize=12, fontcolor=\"#222222\"];",
      "  edge [color=\"#444444\", fontname=\"Helvetica\", fontsize=10, fontcolor=\"#444444\", arrowsize=0.7];",
    ]
    if let title { lines.append("  label=\(quoted(title));") }
    for (index, node) in nodes.enumerated() { lines.append("  n\(index) [\(attributes(node))];") }
    for edge in edges { lines.append("  n\(edge.from) -> n\(edge.to) [\(attributes(edge))];") }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  /// The picture as a Mermaid flowchart.
  public var mermaid: String {
    var lines = title.map { ["---", "title: \"\(mermaidText($0))\"", "---"] } ?? []
    lines.append("flowchart LR")
    for (index, node) in nodes.enumerated() {
      let text = mermaidText(node.caption.isEmpty ? node.name : "\(node.name)<br/>\(node.caption)")
      switch node.kind {
      case .input, .output: lines.append("  n\(index)([\"\(text)\"])")
      case .effect: lines.append("  n\(index)[\"\(text)\"]")
      case .added: lines.append("  n\(index)((\"\(text)\"))")
      }
    }
    for edge in edges {
      let arrow = edge.isControl ? "-.->" : edge.hasTokens ? "==>" : "-->"
      lines.append("  n\(edge.from) \(arrow)\(edge.label.isEmpty ? "" : "|\"\(mermaidText(edge.label))\"|") n\(edge.to)")
    }
    for (index, edge) in edges.enumerated() {
      if let loop = edge.loop { lines.append("  linkStyle \(index) stroke:\(Self.colours[loop % Self.colours.count])") }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One colour for each loop, told apart by people who see colours differently too (Okabe and Ito 2008).
  private static let colours = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]

  private func attributes(_ node: Node) -> String {
    var parts: [String] = []
    switch node.kind {
    case .input, .output: parts = ["label=\(quoted(node.name))", "shape=ellipse", "fillcolor=\"#e8eef4\""]
    case .added: parts = ["label=\(quoted(node.name))", "shape=circle", "fontsize=9", "margin=0.01", "width=0.25"]
    case .effect: parts = ["label=\(quoted(node.caption.isEmpty ? node.name : "\(node.name)\n\(node.caption)"))"]
    }
    if let loop = node.loop { parts.append("color=\"\(Self.colours[loop % Self.colours.count])\"") }
    return parts.joined(separator: ", ")
  }

  private func attributes(_ edge: Edge) -> String {
    var parts: [String] = []
    if !edge.label.isEmpty { parts.append("label=\(quoted(edge.label))") }
    if edge.isControl { parts.append("style=dashed") }
    if !edge.isControl && !edge.isMono { parts.append("penwidth=1.8") }
    if let loop = edge.loop {
      let colour = Self.colours[loop % Self.colours.count]
      parts.append("color=\"\(colour)\", fontcolor=\"\(colour)\"")
      if edge.hasTokens { parts.append("constraint=false") }
    }
    return parts.joined(separator: ", ")
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      switch character {
      case "\"", "\\": result += "\\\(character)"
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result + "\""
  }

  private func mermaidText(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\"": result += "#quot;"
      case "<" where !text.contains("<br/>"): result += "#lt;"
      default: result.append(character)
      }
    }
    return result
  }
}
