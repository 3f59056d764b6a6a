import Dataflow
import PatchLanguage

/// Many answers as a table in Markdown, each beside what others have published.
public struct AnswerTable: Sendable {
  private var rows: [[String]] = []

  private static let columns = [
    "graph", "kind", "actors", "edges", "consistent", "firings", "live", "any schedule", "bound", "single appearance", "bound",
    "shared", "period", "seconds", "published",
  ]

  public init() {}

  /// - Parameter seconds: the time that the analysis took.
  public mutating func add(_ answer: GraphAnswer, seconds: Double) {
    let graph = answer.file.graph
    var single = "", shared = ""
    switch answer.singleAppearance {
    case .found(let found)?: (single, shared) = ("\(answer.withHistory(found.tokens))", "\(found.shared.tokens)")
    case .none?: single = "none"
    case .undecided?: single = "?"
    case nil: break
    }
    let live =
      switch answer.liveness {
      case .live?: "yes"
      case .dead?: "no"
      case .undecided?: "?"
      case nil: ""
      }
    let period: String =
      switch answer.period {
      case .time(let time)?: "\(time)"
      case .undecided?: "?"
      case .dead?, nil: ""
      }
    func counted(_ tokens: Int?) -> String { tokens.map { "\(answer.withHistory($0))" } ?? "" }
    let any = answer.minimumBuffer.map { counted($0.tokens) + ($0.isOptimal ? "" : " (≥ \(counted($0.lowerBound)))") }
    rows.append([
      answer.file.name, answer.kind.rawValue, "\(graph.actors.count)", "\(graph.edges.count)", answer.isConsistent ? "yes" : "no",
      answer.repetitions.map { "\($0.totalFirings)" } ?? "", live,
      any ?? "",
      counted(answer.bounds?.anyScheduleSum), single, counted(answer.bounds?.singleAppearanceSum),
      shared, period, thousandths(seconds), answer.file.facts.map(described).joined(separator: "; "),
    ])
  }

  public var markdown: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    return line(Self.columns) + line(Self.columns.map { _ in "---" })
      + rows.map { line($0.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }) }.joined()
  }

  /// Short values as they are; whole vectors and schedules would burst the table.
  private func described(_ fact: GraphFact) -> String {
    let value = fact.value.line
    let shown = value.utf8.count <= 24 ? " " + value : ""
    return "\(fact.key)\(shown)\(fact.status.hasPrefix("READ") ? "" : " (recalled)")"
  }

  private func thousandths(_ seconds: Double) -> String {
    let count = Int((seconds * 1_000).rounded())
    let rest = String(count % 1_000)
    return "\(count / 1_000).\(String(repeating: "0", count: 3 - rest.utf8.count))\(rest)"
  }
}
