import Signal

/// What an expression of a patch comes to: a quantity and either a number or a formula over controls.
struct Value: Hashable, Sendable {
  enum Dimension: Hashable, Sendable {
    case quantity(Quantity)
    /// A count of frames of the place where it is used.
    case samples
  }

  var dimension: Dimension
  /// In base units (frames for `.samples`).
  var content: ControlExpression

  init(_ dimension: Dimension, _ content: ControlExpression) {
    self.dimension = dimension
    self.content = content
  }

  init(_ quantity: Quantity, _ value: Double) { self.init(.quantity(quantity), .constant(value)) }

  /// nil where it follows a control.
  var constant: Double? { if case .constant(let value) = content { value } else { nil } }
}

extension Value.Dimension {
  var phrase: String {
    switch self {
    // A factor such as `4x` counts as one without a unit and yet has one.
    case .quantity(.number): "a number"
    case .quantity(let quantity): quantity.phrase
    case .samples: "a count of samples"
    }
  }

  /// Numbers without a unit and percentages: what may scale anything.
  var isScalar: Bool { self == .quantity(.number) || self == .quantity(.ratio) }
}

extension Value {
  /// nil where the two do not meet, such as a time and a level.
  static func combined(_ operation: Expression.Operator, _ a: Value, _ b: Value) -> Value? {
    guard let dimension = dimension(operation, a.dimension, b.dimension) else { return nil }
    return Value(dimension, .combined(operation, a.content, b.content))
  }

  private static func dimension(_ operation: Expression.Operator, _ a: Dimension, _ b: Dimension) -> Dimension? {
    switch operation {
    case .add, .subtract:
      if a == b { return a }
      return a.isScalar && b.isScalar ? .quantity(.ratio) : nil
    case .multiply:
      if a.isScalar && b.isScalar { return a == b ? a : .quantity(.ratio) }
      if a.isScalar { return b }
      if b.isScalar { return a }
      let pair: Set = [a, b]
      return pair == [.quantity(.time), .quantity(.frequency)] ? .quantity(.number) : nil
    case .divide:
      // A level is scaled by a factor and by nothing else, so that no division by dB can be meant by mistake.
      if a == .quantity(.level) || b == .quantity(.level) { return nil }
      if a == b { return .quantity(.number) }
      if b.isScalar { return a.isScalar ? .quantity(.ratio) : a }
      guard a.isScalar else { return nil }
      if b == .quantity(.time) { return .quantity(.frequency) }
      return b == .quantity(.frequency) ? .quantity(.time) : nil
    }
  }

  /// The value as `quantity` takes it; nil where the dimension is another. A negative percentage has no level: check before.
  func fitted(to quantity: Quantity) -> Value? {
    switch (dimension, quantity) {
    case (.quantity(let own), _) where own == quantity: self
    case (.quantity(.number), .ratio), (.quantity(.ratio), .number): Value(.quantity(quantity), content)
    case (.quantity(.ratio), .level): Value(.quantity(.level), .decibels(of: content))
    default: nil
    }
  }
}

extension ControlExpression {
  /// Folds constants, so that a formula holds a control or is a constant.
  static func combined(_ operation: Expression.Operator, _ a: ControlExpression, _ b: ControlExpression) -> ControlExpression {
    let formula: ControlExpression =
      switch operation {
      case .add: .add(a, b)
      case .subtract: .subtract(a, b)
      case .multiply: .multiply(a, b)
      case .divide: .divide(a, b)
      }
    if case .constant = a, case .constant = b { return .constant(formula.value([])) }
    return formula
  }

  static func negated(_ a: ControlExpression) -> ControlExpression {
    if case .constant(let value) = a { .constant(-value) } else { .negation(a) }
  }

  static func decibels(of a: ControlExpression) -> ControlExpression {
    if case .constant = a { .constant(ControlExpression.decibels(a).value([])) } else { .decibels(a) }
  }

  /// The controls it reads, in the order of reading.
  var controlsRead: [Int] {
    switch self {
    case .constant: []
    case .control(let index): [index]
    case .negation(let a), .decibels(let a): a.controlsRead
    case .add(let a, let b), .subtract(let a, let b), .multiply(let a, let b), .divide(let a, let b):
      a.controlsRead + b.controlsRead
    }
  }

  /// The formulas that it divides by.
  var divisors: [ControlExpression] {
    switch self {
    case .constant, .control: []
    case .negation(let a), .decibels(let a): a.divisors
    case .add(let a, let b), .subtract(let a, let b), .multiply(let a, let b): a.divisors + b.divisors
    case .divide(let a, let b): a.divisors + b.divisors + [b]
    }
  }

  /// The same formula with each control replaced.
  func replacingControls(_ replacement: (Int) -> ControlExpression) -> ControlExpression {
    switch self {
    case .constant: self
    case .control(let index): replacement(index)
    case .negation(let a): .negated(a.replacingControls(replacement))
    case .decibels(let a): .decibels(of: a.replacingControls(replacement))
    case .add(let a, let b): .combined(.add, a.replacingControls(replacement), b.replacingControls(replacement))
    case .subtract(let a, let b): .combined(.subtract, a.replacingControls(replacement), b.replacingControls(replacement))
    case .multiply(let a, let b): .combined(.multiply, a.replacingControls(replacement), b.replacingControls(replacement))
    case .divide(let a, let b): .combined(.divide, a.replacingControls(replacement), b.replacingControls(replacement))
    }
  }
}
