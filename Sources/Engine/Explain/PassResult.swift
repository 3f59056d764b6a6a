import Dataflow
import PatchLanguage

/// The passes of the compiler, in their order; each has a result that can be printed.
public enum CompilerPass: String, Sendable, Hashable, CaseIterable {
  /// The flat graph that goes in, with the conversion of `out` where one is asked for.
  case graph
  case rates
  case channels
  /// Sums and readers of control signals made explicit, initial tokens in frames.
  case network
  /// What every effect is told: its rate, its parameters' first values.
  case contexts
  /// Loops in turns.
  case nest
  /// The nest as instructions.
  case program
  case latency
  /// What each thread runs, and where it waits.
  case threads
  case buffers
  /// What the executor takes from all of them.
  case plan
}

/// What one pass has found, as tables. Deterministic: the same for the same patch, rate, channels and block;
/// shares of several threads follow what was measured.
public struct PassResult: Sendable {
  public struct Table: Sendable {
    /// One word.
    public var name: String
    /// What the table shows, and its units.
    public var caption: String
    public var columns: [String]
    public var rows: [[JSONValue]]
  }

  public var pass: CompilerPass
  public var tables: [Table]
}

extension PassResult: CustomStringConvertible {
  /// Tables as aligned lines; one without rows is left out.
  public var description: String {
    tables.filter { !$0.rows.isEmpty }.map { table in
      "\(table.name): \(table.caption)\n" + alignedTable([table.columns] + table.rows.map { $0.map(Self.text) })
    }.joined(separator: "\n\n") + "\n"
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: ""
    case .bool(let value): value ? "yes" : "no"
    case .number(let digits): digits
    case .string(let text): text
    case .array(let values): values.map(text).joined(separator: values.contains { $0.isString } ? ", " : " ")
    case .object(let members): members.map { "\($0.key)=\(text($0.value))" }.joined(separator: " ")
    }
  }

  /// An object with the pass and, under each table's name, its rows as objects; empty cells are left out.
  public var json: JSONValue {
    .object(
      [.init("pass", .string(pass.rawValue))]
        + tables.map { table in
          .init(
            table.name,
            .array(
              table.rows.map { row in
                .object(zip(table.columns, row).filter { $0.1 != .null }.map { .init($0.0, $0.1) })
              }))
        })
  }
}

extension JSONValue {
  fileprivate var isString: Bool { if case .string = self { true } else { false } }
}
