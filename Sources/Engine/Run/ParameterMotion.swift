import Signal

/// A parameter on its way: one step per control tick.
struct ParameterMotion {
  /// How the steps are laid between the two ends.
  enum Shape: UInt8 {
    case linear, log, amplitude
  }

  var lower: Double
  var upper: Double
  /// Of a jump, after the parameter's table.
  var scaleShape: Shape
  var smoothingTicks: Int
  /// The lowest and the highest value since the start.
  var lowest: Double
  var highest: Double

  var start = 0.0
  var target = 0.0
  var ticks = 0
  var done = 0
  var shape = Shape.linear

  var isMoving: Bool { done < ticks }

  /// Starts a move. A jump follows the parameter's scale; a ramp that the user timed is straight in the unit.
  mutating func begin(from value: Double, to newTarget: Double, ticks count: Int?) {
    start = value
    target = newTarget
    ticks = max(1, count ?? smoothingTicks)
    done = 0
    shape = count == nil ? scaleShape : .linear
    if shape == .log && (start <= 0 || target <= 0) { shape = .linear }
    if shape == .linear && !(target - start).isFinite { shape = .amplitude }
  }

  @_transparent
  mutating func note(_ value: Double) {
    if value < lowest { lowest = value }
    if value > highest { highest = value }
  }

  /// The value at the end of the next step.
  mutating func step() -> Double {
    done += 1
    if done >= ticks { return target }
    let share = Double(done) / Double(ticks)
    switch shape {
    case .linear: return start.addingProduct(target - start, share)
    case .log: return start * Math.exp2(share * Math.log2(target / start))
    case .amplitude:
      let (from, to) = (Math.amplitude(decibels: start), Math.amplitude(decibels: target))
      return Math.decibels(amplitude: from.addingProduct(to - from, share))
    }
  }
}

/// A change of one parameter at a control tick.
struct ParameterEvent {
  var tick = 0
  var parameter = 0
  var value = 0.0
  /// Control periods until the value is reached; nil for the parameter's own smoothing.
  var ticks: Int?
  var next = -1
}
