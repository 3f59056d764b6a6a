import Signal

/// The names of one body of statements: a patch, an instance of a `def` or of a used file, a region, a band.
final class Scope {
  enum Kind: Equatable {
    case patch
    /// An instance of what a `def` or `use` names.
    case instance(of: String)
    case region(Region)
  }

  let kind: Kind
  /// Where names of values and effects are looked up next; nil for a file.
  let parent: Scope?
  /// Stands before every address: `p.` inside the instance `p`.
  let prefix: String
  /// The file's path as messages show it; used files are found relative to it.
  let fileName: String
  /// Whether the file is a patch that declares itself `unaligned`.
  let isUnaligned: Bool

  /// Constants, controls and `def` parameters. They share one set of names.
  var values: [String: NamedValue] = [:]
  var valueOrder: [NamedValue] = []
  var definitions: [String: Definition] = [:]
  var definitionOrder: [Definition] = []
  /// The places of all declared names of nodes, known before the nodes are made.
  var declaredNames: [String: SourceSpan] = [:]
  var declaredOrder: [String] = []
  /// Nodes that misspelt names were likely meant for.
  var meantNodes: Set<String> = []
  /// Names that statements with mistakes in their spelling would have declared; only files have some.
  var lostNames: Set<String> = []
  /// `in`, `out` and the declared nodes.
  var nodes: [String: Node] = [:]
  var nodeOrder: [Node] = []
  /// Local addresses given away.
  var takenAddresses: Set<String> = []
  private var lastNumber: [String: Int] = [:]

  init(kind: Kind, parent: Scope?, prefix: String, fileName: String, isUnaligned: Bool) {
    self.kind = kind
    self.parent = parent
    self.prefix = prefix
    self.fileName = fileName
    self.isUnaligned = isUnaligned
  }

  /// `gain`, or `gain_2`, `gain_3` … where the name is taken.
  func freshAddress(_ base: String) -> String {
    var number = lastNumber[base, default: 0] + 1
    while !takenAddresses.insert(number == 1 ? base : "\(base)_\(number)").inserted { number += 1 }
    lastNumber[base] = number
    return number == 1 ? base : "\(base)_\(number)"
  }

  /// This scope and those around it, from the inside out.
  var chain: [Scope] { sequence(first: self, next: \.parent).map { $0 } }

  /// What messages call the body.
  var bodyWord: String {
    switch kind {
    case .patch: "patch"
    case .instance: "definition"
    case .region(let region): quoted(region.rawValue)
    }
  }

  func isLost(_ name: String) -> Bool { chain.contains { $0.lostNames.contains(name) } }

  func value(named name: String) -> NamedValue? { chain.lazy.compactMap { $0.values[name] }.first }
  func definition(named name: String) -> Definition? { chain.lazy.compactMap { $0.definitions[name] }.first }
}

/// A `let`, a `control` or a parameter of a `def`; evaluated when it is first read.
final class NamedValue {
  enum Kind {
    case constant(Expression)
    case control(ControlStatement)
    case parameter(Expression)
  }
  enum State {
    case unread
    case beingRead
    /// nil where it is wrong and that was said.
    case read(Value?)
  }

  let name: Spanned<String>
  let kind: Kind
  unowned let scope: Scope
  /// For the parameters of an instance: the argument given, and where it is to be understood.
  var argument: (value: Expression, scope: Scope)?
  var state: State = .unread
  var isUsed = false

  init(_ name: Spanned<String>, _ kind: Kind, scope: Scope) {
    self.name = name
    self.kind = kind
    self.scope = scope
  }

  var isControl: Bool { if case .control = kind { true } else { false } }
}

/// What a `def` or `use` names. Two instances of one definition share the object.
final class Definition {
  enum Body {
    case statements(DefinitionStatement)
    case file(path: Spanned<String>)
  }

  let name: Spanned<String>
  let body: Body
  let scope: Scope
  var isUsed = false

  init(_ name: Spanned<String>, _ body: Body, scope: Scope) {
    self.name = name
    self.body = body
    self.scope = scope
  }
}

/// What a name in a connection stands for: an actor, an instance, `in` or `out`.
final class Node {
  enum Kind {
    case input
    case output
    case actor
    case instance
    /// Stands for a declared name in a chain until all declarations have been made.
    case declared
    /// Wrong, and that was said: everything about it is accepted in silence.
    case unknown
  }

  struct Terminal {
    var name: String
    var vertex: Int
    var port: Int
    var isOptional = false
    /// The number of an input that has a label.
    var alias: String?

    func isNamed(_ port: String) -> Bool { name == port || alias == port }
  }

  enum ParameterReference {
    case parameter(vertex: Int, index: Int)
    case control(Int)
  }

  let name: String
  /// The word it was made from: `gain`, `plate`.
  let effectName: String
  let kind: Kind
  let span: SourceSpan
  let isDeclared: Bool
  var inputs: [Terminal] = []
  var outputs: [Terminal] = []
  /// With aliases.
  var parameters: [(name: String, reference: ParameterReference)] = []
  /// All that was made for it.
  var vertices: Range<Int> = 0..<0
  /// Parameters of an instance that are wrong in its definition.
  var wrongParameters: Set<String> = []
  var isUsed = false
  /// Whether a connection leaves it.
  var isSource = false

  init(_ name: String, effect effectName: String, _ kind: Kind, at span: SourceSpan, isDeclared: Bool) {
    self.name = name
    self.effectName = effectName
    self.kind = kind
    self.span = span
    self.isDeclared = isDeclared
  }
}
