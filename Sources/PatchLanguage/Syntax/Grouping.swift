import Signal

// Parentheses are part of a parsed patch, so that printing gives them back. A patch that no text was parsed for may lack
// some that its text needs; here they are put in, and then the patch equals what parsing its text gives.

extension Expression {
  /// Where an expression stands.
  enum Place {
    /// After `let name =`, in brackets or in parentheses: operators may stand bare.
    case whole
    /// An argument: one value.
    case argument
    /// On an edge, where the word `unaligned` has a meaning of its own.
    case brackets
  }

  /// With the parentheses that its text needs.
  func grouped(at place: Place) -> Expression {
    let inner = groupedInside()
    switch (place, inner) {
    case (.argument, .binary), (.argument, .negation): return inner.inParentheses
    case (.brackets, .name(let name)) where name.value == "unaligned": return inner.inParentheses
    default: return inner
    }
  }

  private func groupedInside() -> Expression {
    switch self {
    case .number, .ratio, .name, .control, .string: self
    case .group(let inner, let span): .group(inner.groupedInside(), span)
    case .negation(let operand, let span): .negation(operand.groupedInside().grouped(ifWeakerThan: 2), span)
    case .binary(let sign, let left, let right, let span):
      .binary(
        sign, left.groupedInside().grouped(ifWeakerThan: sign.strength),
        right.groupedInside().grouped(ifWeakerThan: sign.strength + 1), span)
    }
  }

  private func grouped(ifWeakerThan strength: Int) -> Expression {
    if case .binary(let sign, _, _, _) = self, sign.strength < strength { inParentheses } else { self }
  }

  private var inParentheses: Expression { .group(self, span) }

  /// Operators, signs and parentheses in it.
  var operationCount: Int {
    switch self {
    case .number, .ratio, .name, .control, .string: 0
    case .group(let inner, _), .negation(let inner, _): 1 + inner.operationCount
    case .binary(_, let left, let right, _): 1 + left.operationCount + right.operationCount
    }
  }
}

extension Expression.Operator {
  /// How tightly it binds: 0 for sums, 1 for products.
  var strength: Int { self == .add || self == .subtract ? 0 : 1 }
}

extension [Argument] {
  /// With the parentheses that their text needs. `3 (kHz)` is a number and a constant; `3 kHz` would be a detached unit.
  var grouped: [Argument] {
    var arguments = self
    for index in indices {
      arguments[index].value = arguments[index].value.grouped(at: .argument)
      guard index > 0, self[index].key == nil, case .name(let name) = self[index].value else { continue }
      guard case .number(let number) = self[index - 1].value, number.unit == nil else { continue }
      if Unit.sampleWords.contains(name.value) || name.value.utf8.count > 1 && Unit.named(name.value) != nil {
        arguments[index].value = .group(self[index].value, name.span)
      }
    }
    return arguments
  }
}
