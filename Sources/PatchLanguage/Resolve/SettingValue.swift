import Signal

/// The value of a setting, read as an argument of the patch would be.
struct SettingValue {
  var name: String
  var quantity: Quantity
  var range: ClosedRange<Double>?
  /// Whether a time may be counted in samples: an actor has a rate, a control has none.
  var isParameter: Bool

  /// - Returns: the value, or what is wrong with it, with spans into `bytes`.
  func read(_ bytes: [UInt8]) -> Result<Setting.Value, PatchFailure> {
    let source = Source(name: name, bytes: bytes)
    if let refusal = refusal(of: source, index: 0) { return .failure(PatchFailure([refusal], sources: [source])) }
    var parser = Parser(source, index: 0)
    guard let expression = parser.settingValue(), parser.diagnostics.isEmpty else {
      return .failure(PatchFailure(inOrder(parser.diagnostics, of: source), sources: [source]))
    }
    let resolution = Resolution(sources: [source], catalog: Catalog([]), loader: DiskLoader())
    let scope = Scope(kind: .patch, parent: nil, prefix: "", fileName: name, isUnaligned: false)
    guard let value = resolution.evaluate(expression, in: scope).flatMap({ fitted($0, expression, resolution) }),
      !resolution.hasErrors
    else { return .failure(PatchFailure(resolution.diagnostics, sources: [source])) }
    return .success(value)
  }

  private func fitted(_ value: Value, _ expression: Expression, _ resolution: Resolution) -> Setting.Value? {
    if isParameter, value.dimension == .samples, quantity == .time, let frames = value.constant {
      guard frames < 0 else { return .samples(frames) }
      resolution.report(.negativeSamples(name), at: expression.span)
      return nil
    }
    guard let own = resolution.fitted(value, to: quantity, name: name, expression)?.constant else { return nil }
    if let range, !range.contains(own) {
      resolution.report(resolution.outOfRange(name, range, quantity, own, expression), at: expression.span)
      return nil
    }
    return .base(own)
  }
}

extension Parser {
  /// An expression that is all there is. nil where there is a mistake, which is reported.
  fileprivate mutating func settingValue() -> Expression? {
    do {
      let value = try wholeExpression()
      if kind != .end { throw abandonHere(.strayAfter(what: "the value", found: found)) }
      return value
    } catch {
      return nil
    }
  }
}

/// What can be wrong with the target of a setting.
enum SettingMistake {
  case notASetting
  /// - Parameters:
  ///   - near: the name most likely meant, though it may be bound to something.
  ///   - parametersOfNode: where the name is a node's, what could be set of it.
  case unknown(String, near: String?, candidates: [String], parametersOfNode: [String]?)
  case follows(String, [String])
  case driven(String)
  case structural(String)

  var message: String {
    switch self {
    case .notASetting: "a setting is a target, `=` and a value"
    case .unknown(let name, _, _, nil): "there is no control or parameter named \(quoted(name))"
    case .unknown(let name, _, _, _?): "\(quoted(name)) is a node; what can be set are its parameters"
    case .follows(let name, let controls): "\(quoted(name)) follows \(controls.listedQuoted())"
    case .driven(let name): "\(quoted(name)) is driven by a signal"
    case .structural(let name): "\(quoted(name)) shapes the graph and stays as it is while it runs"
    }
  }

  var notes: [String] {
    switch self {
    case .notASetting: ["help: write it as in `feedback=60%` or `plate.decay=3s`"]
    case .unknown(_, let near, let candidates, nil):
      (near.map { ["help: did you mean \(quoted($0))?"] } ?? [])
        + (candidates.isEmpty ? ["nothing in this patch can be set"] : ["it has \(shown(candidates))"])
    case .unknown(_, _, _, let parameters?):
      parameters.isEmpty ? ["it has none"] : ["it has \(shown(parameters))"]
    case .follows(_, let controls): controls.isEmpty ? [] : ["help: set \(controls.listedQuoted("or")) instead"]
    case .driven: ["help: set a parameter of the effect that drives it"]
    case .structural: ["help: change it in the patch"]
    }
  }

  /// As many names as anyone reads.
  private func shown(_ names: [String]) -> String {
    names.count <= 12 ? names.listedQuoted() : names.prefix(12).map { quoted($0) }.joined(separator: ", ") + ", …"
  }

  func diagnostic(at span: SourceSpan) -> Diagnostic { Diagnostic(.error, message, at: span, notes: notes) }
}
