import CRealtime
import PatchLanguage
import Signal

/// What the controls and parameters of a playing patch were last set to, and what a change of one means for the actors.
///
/// For the thread that controls; it allocates.
public struct LiveControls: Sendable {
  let graph: Graph
  /// Base units, those that follow others included.
  public private(set) var controls: [Double]
  /// Of each actor, in the order of its parameters; nil where a signal drives one, or it is counted in frames.
  public private(set) var parameters: [[Double?]]
  private var glides: [Glide] = []

  /// A control on its way, for readers that are no straight lines of it.
  private struct Glide: Sendable {
    var control: Int
    var from: Double
    var to: Double
    var begin: UInt64
    var length: UInt64
  }

  /// How often such readers get a new straight piece.
  private static let pieceNanoseconds: UInt64 = 10_000_000

  init(_ graph: Graph) {
    self.graph = graph
    controls = graph.controls.map(\.value)
    parameters = graph.actors.map { actor in
      actor.parameters.map { if case .value(let value) = $0.driver { value } else { nil } }
    }
    follow()
    _ = readers()
  }

  /// Of a patch that follows another: what was moved stays where it is, unless the text gives it another value now.
  init(_ graph: Graph, following former: LiveControls) {
    self.init(graph)
    var places: [Int: Int] = [:]
    for (index, control) in graph.controls.enumerated() where control.expression == nil {
      let before = former.graph.controls.firstIndex { $0.address == control.address && $0.expression == nil }
      guard let before, former.graph.controls[before].value == control.value,
        former.graph.controls[before].quantity == control.quantity
      else { continue }
      places[before] = index
      let value = former.controls[before]
      controls[index] = control.range.map { min(max(value, $0.lowerBound), $0.upperBound) } ?? value
    }
    for (index, actor) in graph.actors.enumerated() {
      guard let before = former.graph.actors.firstIndex(where: { $0.address == actor.address }) else { continue }
      for (place, parameter) in actor.parameters.enumerated() {
        let others = former.graph.actors[before].parameters
        guard let other = others.firstIndex(where: { $0.name == parameter.name }),
          others[other].spec.quantity == parameter.spec.quantity,
          Self.isWrittenAlike(others[other].driver, parameter.driver), let value = former.parameters[before][other]
        else { continue }
        parameters[index][place] = min(max(value, parameter.spec.range.lowerBound), parameter.spec.range.upperBound)
      }
    }
    glides = former.glides.compactMap { glide in
      guard let control = places[glide.control] else { return nil }
      var glide = glide
      glide.control = control
      return glide
    }
    follow()
    _ = readers()
  }

  private static func isWrittenAlike(_ a: Graph.Parameter.Driver, _ b: Graph.Parameter.Driver) -> Bool {
    switch (a, b) {
    case (.value(let a), .value(let b)), (.samples(let a), .samples(let b)): a == b
    default: false
    }
  }

  /// The value of a target, in base units.
  public func value(of target: ChangeTarget) -> Double? {
    switch target {
    case .control(let index): controls[index]
    case .parameter(let actor, let index): parameters[actor][index]
    }
  }

  /// A target moves to a value.
  ///
  /// - Parameter rampFrames: nil for the parameters' own smoothing.
  /// - Returns: what that means for the actors.
  mutating func set(_ target: ChangeTarget, to value: Double, rampFrames: Int?, sampleRate: Int) -> [LiveCommand] {
    switch target {
    case .parameter(let actor, let index):
      parameters[actor][index] = value
      return [.parameter(actor: actor, parameter: index, value: value, rampFrames: rampFrames ?? -1)]
    case .control(let control):
      glides.removeAll { $0.control == control }
      guard let rampFrames, rampFrames > 0, !readersAreStraight(control) else { return move(control, value, rampFrames) }
      glides.append(
        Glide(
          control: control, from: controls[control], to: value, begin: talea_monotonic_nanoseconds(),
          length: UInt64(rampFrames) * 1_000_000_000 / UInt64(sampleRate)))
      return step(sampleRate: sampleRate)
    }
  }

  var isGliding: Bool { !glides.isEmpty }

  /// The next straight pieces of all glides.
  mutating func step(sampleRate: Int) -> [LiveCommand] {
    var commands: [LiveCommand] = []
    let end = talea_monotonic_nanoseconds() + Self.pieceNanoseconds
    let pieceFrames = Int(Self.pieceNanoseconds) * sampleRate / 1_000_000_000
    for glide in glides {
      let done = end - glide.begin
      let value =
        done >= glide.length ? glide.to : glide.from + (glide.to - glide.from) * (Double(done) / Double(glide.length))
      commands += move(glide.control, value, pieceFrames)
    }
    glides.removeAll { end - $0.begin >= $0.length }
    return commands
  }

  private mutating func move(_ control: Int, _ value: Double, _ rampFrames: Int?) -> [LiveCommand] {
    controls[control] = value
    follow()
    return readers().map {
      .parameter(actor: $0.actor, parameter: $0.parameter, value: $0.value, rampFrames: rampFrames ?? -1)
    }
  }

  /// Controls that follow others stand behind them.
  private mutating func follow() {
    for (index, control) in graph.controls.enumerated() {
      if let expression = control.expression { controls[index] = expression.value(controls) }
    }
  }

  /// Brings the parameters that follow controls up to date.
  ///
  /// - Returns: those that moved.
  private mutating func readers() -> [(actor: Int, parameter: Int, value: Double)] {
    var moved: [(actor: Int, parameter: Int, value: Double)] = []
    for (actor, description) in graph.actors.enumerated() {
      for (index, parameter) in description.parameters.enumerated() {
        guard case .expression(let expression) = parameter.driver else { continue }
        let value = expression.value(controls)
        if parameters[actor][index] != value { moved.append((actor, index, value)) }
        parameters[actor][index] = value
      }
    }
    return moved
  }

  /// Whether nothing but parameters that are the control itself follow it.
  private func readersAreStraight(_ control: Int) -> Bool {
    var other = self
    other.controls[control] = controls[control] + 1
    other.follow()
    let followers = other.controls.indices.filter { other.controls[$0] != controls[$0] }
    guard followers == [control] else { return false }
    return other.readers().allSatisfy { reader in
      if case .expression(.control(control)) = graph.actors[reader.actor].parameters[reader.parameter].driver {
        true
      } else {
        false
      }
    }
  }
}
