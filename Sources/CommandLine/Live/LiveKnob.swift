import Talea

/// A control or parameter as something to turn: the way between the ends of its range in a hundred steps of its scale.
struct LiveKnob {
  var address: String
  var quantity: Quantity
  var range: ClosedRange<Double>
  var scale: Scale
  var value: Double
  var target: ChangeTarget

  private static let steps = 100.0
  /// Levels are turned down to here in equal steps of dB; below it lies silence, where the range holds it.
  private static let lowestLevel = -60.0

  private var lower: Double {
    scale == .amplitude || quantity == .level ? max(range.lowerBound, Self.lowestLevel) : range.lowerBound
  }
  private var isLogarithmic: Bool { scale == .log && lower > 0 }

  /// Where the value stands, 0...1.
  var share: Double {
    guard range.upperBound > lower, value > lower else { return 0 }
    let share =
      isLogarithmic
      ? Math.log2(value / lower) / Math.log2(range.upperBound / lower) : (value - lower) / (range.upperBound - lower)
    return min(1, share)
  }

  /// The value some steps further on, rounded to what can be read.
  func turned(_ steps: Int) -> Double {
    let place = (share * Self.steps).rounded() + Double(steps)
    if place < 0, range.lowerBound < lower { return range.lowerBound }
    return min(max(Self.rounded(exact(at: min(1, max(0, place / Self.steps)))), range.lowerBound), range.upperBound)
  }

  /// The value where the knob stands at a share of its way; at 0 silence, where the range holds it.
  func value(at share: Double) -> Double {
    share <= 0 ? range.lowerBound : share >= 1 ? range.upperBound : exact(at: share)
  }

  private func exact(at share: Double) -> Double {
    isLogarithmic
      ? lower * Math.exp2(share * Math.log2(range.upperBound / lower)) : lower + share * (range.upperBound - lower)
  }

  /// To three significant digits.
  private static func rounded(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return value }
    var scale = 1.0
    while value.magnitude * scale < 100 { scale *= 10 }
    while value.magnitude * scale >= 1_000 { scale /= 10 }
    return (value * scale).rounded() / scale
  }
}

extension ControlDesk {
  /// The patch's controls; where it has none, the parameters that nothing drives.
  var knobs: [LiveKnob] {
    let graph = session.graph
    var knobs = graph.controls.indices.compactMap { session.knob(ofControl: $0) }
    guard knobs.isEmpty else { return knobs }
    for (actor, description) in graph.actors.enumerated() {
      for (index, parameter) in description.parameters.enumerated() {
        guard case .value = parameter.driver, parameter.spec.range.upperBound.isFinite,
          parameter.spec.range.lowerBound.isFinite || parameter.spec.quantity == .level,
          let value = session.controls.value(of: .parameter(actor: actor, index: index))
        else { continue }
        knobs.append(
          LiveKnob(
            address: description.address + "." + parameter.name, quantity: parameter.spec.quantity,
            range: parameter.spec.range, scale: parameter.spec.scale, value: value,
            target: .parameter(actor: actor, index: index)))
      }
    }
    return knobs
  }

  /// Silences the output or lets it sound, as the socket's `mute` does.
  func mute(_ isOn: Bool) {
    if session.mute(isOn) != nil { isMuted = isOn }
  }
}

extension LiveSession {
  /// nil for a control that follows others, or has no end to turn to.
  func knob(ofControl index: Int) -> LiveKnob? {
    let control = graph.controls[index]
    guard control.expression == nil, let range = control.range, range.upperBound.isFinite,
      range.lowerBound.isFinite || control.quantity == .level, let value = controls.value(of: .control(index))
    else { return nil }
    return LiveKnob(
      address: control.address, quantity: control.quantity, range: range, scale: control.scale, value: value,
      target: .control(index))
  }
}
