import Dataflow
import PatchLanguage
import Signal

extension Executor {
  /// Schedules a parameter to move, starting at the first control tick at or after a frame of the patch (on the clock of
  /// the inputs: an actor behind latency moves when that frame's sound reaches it), but not in the past.
  ///
  /// Changes of one actor must be scheduled in the order of their frames. Real-time safe.
  /// - Parameters:
  ///   - value: in the base unit; brought into the parameter's range.
  ///   - rampFrames: how long the move takes, straight in the unit; nil for the parameter's own smoothing.
  /// - Returns: false when too many changes wait already; nothing was scheduled then.
  public func schedule(actor: Int, parameter: Int, value: Double, at frame: Int, rampFrames: Int? = nil) -> Bool {
    let node = machine.pointee.nodes + actor
    let latency = plan.departures[actor] - plan.network.nodes[actor].latency
    let start = max(Rational(frame), Rational(position)) + latency
    let motion = node.pointee.motions[parameter]
    let ticks = rampFrames.map { max(1, Int((Double($0) / Double(controlPeriod)).rounded())) }
    return machine.pointee.schedule(
      ParameterEvent(
        tick: (start / Rational(controlPeriod)).ceiling, parameter: parameter,
        value: min(max(value, motion.lower), motion.upper), ticks: ticks), node: actor)
  }

  /// Makes room for twice as many waiting changes. Allocates: not for an audio thread.
  func growChangeQueue() {
    let former = machine.pointee.eventCapacity
    let events = PassedMemory.allocate(ParameterEvent.self, count: 2 * former)
    events.initialize(from: machine.pointee.events, count: former)
    PassedMemory.free(machine.pointee.events, count: former)
    for index in former..<2 * former {
      events[index] = ParameterEvent(next: index + 1 < 2 * former ? index + 1 : machine.pointee.freeEvent)
    }
    machine.pointee.events = events
    machine.pointee.eventCapacity = 2 * former
    machine.pointee.freeEvent = former
  }
}

/// Timed changes of a graph's controls and parameters, fed to an executor block by block.
///
/// Not real-time safe: it evaluates the expressions that bind parameters to controls.
public struct Automation: Sendable {
  /// One change: from `frame` on the target moves to `value`.
  public struct Change: Sendable {
    /// In frames of the patch.
    public var frame: Int
    public var target: ChangeTarget
    /// In the base unit.
    public var value: Double
    /// nil for a step, smoothed as the parameter asks; else how many frames the straight move takes.
    public var rampFrames: Int?

    public init(frame: Int, target: ChangeTarget, value: Double, rampFrames: Int? = nil) {
      self.frame = frame
      self.target = target
      self.value = value
      self.rampFrames = rampFrames
    }
  }

  private let graph: Graph
  private let changes: [Change]
  private var next = 0
  private var controls: [Double]
  /// Controls on their way whose readers are not straight lines of them: stepped tick by tick.
  private var ramps: [Ramp] = []

  private struct Ramp: Sendable {
    var control: Int
    var frame: Int
    var end: Int
    var from: Double
    var to: Double
  }

  public init(_ graph: Graph, changes: [Change]) {
    self.graph = graph
    self.changes = changes.enumerated().sorted { ($0.element.frame, $0.offset) < ($1.element.frame, $1.offset) }.map(\.element)
    controls = evaluateControls(graph)
  }

  /// Schedules everything that starts before a frame.
  public mutating func schedule(until end: Int, on executor: Executor) {
    let frame = end + executor.plan.longestLead
    while true {
      let change = next < changes.count && changes[next].frame < frame ? changes[next] : nil
      let ramp = ramps.indices.min { (ramps[$0].frame, $0) < (ramps[$1].frame, $1) }
      if let ramp, ramps[ramp].frame < min(frame, change?.frame ?? frame) {
        step(ramp, executor)
      } else if let change {
        next += 1
        start(change, executor)
      } else {
        return
      }
    }
  }

  private mutating func start(_ change: Change, _ executor: Executor) {
    switch change.target {
    case .parameter(let actor, let index):
      send(change.value, to: (actor, index), at: change.frame, rampFrames: change.rampFrames, executor)
    case .control(let control):
      ramps.removeAll { $0.control == control }
      if let length = change.rampFrames, length > controlPeriod, !readersAreStraight(control) {
        ramps.append(
          Ramp(
            control: control, frame: change.frame, end: change.frame + length, from: controls[control], to: change.value))
        return
      }
      controls[control] = change.value
      spread(control, at: change.frame, rampFrames: change.rampFrames, executor)
    }
  }

  private mutating func step(_ index: Int, _ executor: Executor) {
    let ramp = ramps[index]
    let frame = min(ramp.frame + controlPeriod, ramp.end)
    let share = Double(ramp.end - frame) / Double(max(1, ramp.end - ramp.frame))
    // What remains of the way shrinks by the share of time that remains.
    controls[ramp.control] = frame == ramp.end ? ramp.to : ramp.to + (controls[ramp.control] - ramp.to) * share
    ramps[index].frame = frame
    if frame == ramp.end { ramps.remove(at: index) }
    spread(ramp.control, at: ramp.frame, rampFrames: controlPeriod, executor)
  }

  /// Brings a control's new value to the controls and parameters that read it.
  private mutating func spread(_ control: Int, at frame: Int, rampFrames: Int?, _ executor: Executor) {
    var changed: Set<Int> = [control]
    for (index, follower) in graph.controls.enumerated() {
      guard let expression = follower.expression, !expression.controls.isDisjoint(with: changed) else { continue }
      controls[index] = expression.value(controls)
      changed.insert(index)
    }
    for (actor, description) in graph.actors.enumerated() {
      for (parameter, binding) in description.parameters.enumerated() {
        guard case .expression(let expression) = binding.driver, !expression.controls.isDisjoint(with: changed) else { continue }
        send(expression.value(controls), to: (actor, parameter), at: frame, rampFrames: rampFrames, executor)
      }
    }
  }

  /// How many changes wait depends on the latencies and on the block; none is lost for it.
  private func send(
    _ value: Double, to target: (actor: Int, parameter: Int), at frame: Int, rampFrames: Int?, _ executor: Executor
  ) {
    while !executor.schedule(
      actor: target.actor, parameter: target.parameter, value: value, at: frame, rampFrames: rampFrames)
    { executor.growChangeQueue() }
  }

  /// Whether everything that follows a control, directly or not, is a straight line of it alone.
  private func readersAreStraight(_ control: Int) -> Bool {
    for follower in graph.controls {
      if let expression = follower.expression, expression.controls.contains(control) { return false }
    }
    for actor in graph.actors {
      for parameter in actor.parameters {
        if case .expression(let expression) = parameter.driver, expression.controls.contains(control) {
          guard expression == .control(control) else { return false }
        }
      }
    }
    return true
  }
}

extension ControlExpression {
  /// The controls that it reads.
  var controls: Set<Int> {
    switch self {
    case .constant: []
    case .control(let index): [index]
    case .negation(let a), .decibels(let a): a.controls
    case .add(let a, let b), .subtract(let a, let b), .multiply(let a, let b), .divide(let a, let b):
      a.controls.union(b.controls)
    }
  }
}
