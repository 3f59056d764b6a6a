import Talea

/// The course of one control or parameter over time.
struct Envelope {
  struct Point {
    var frame: Int
    /// Base units.
    var value: Double
    /// Whether the way from the point before is a straight line; else the value jumps here.
    var isLinear: Bool
  }

  let target: ChangeTarget
  let isLevel: Bool
  /// How long a jump takes to arrive, in seconds.
  let smoothing: Double
  /// In order of time once sorted.
  var points: [Point] = []
  /// Whether a value from the start on was taken out.
  private var hasStart = false
  private var start = Point(frame: 0, value: 0, isLinear: false)

  init(_ target: ChangeTarget, in graph: Graph) {
    self.target = target
    switch target {
    case .control(let index):
      isLevel = graph.controls[index].quantity == .level
      smoothing = 0.02
    case .parameter(let actor, let index):
      let spec = graph.actors[actor].parameters[index].spec
      isLevel = spec.quantity == .level
      smoothing = spec.smoothingSeconds
    }
  }

  /// Lines of one time stay in their order.
  mutating func sort() {
    points = points.enumerated().sorted { ($0.element.frame, $0.offset) < ($1.element.frame, $1.offset) }.map(\.element)
  }

  /// Removes the points at frame 0 and returns their values: the last one holds from the start, without a way to it.
  mutating func takeStart() -> [Double] {
    let count = points.prefix { $0.frame == 0 }.count
    let values = points.prefix(count).map(\.value)
    if let last = points.prefix(count).last {
      hasStart = true
      start = last
    }
    points.removeFirst(count)
    return values
  }

  /// The moves that draw the course.
  ///
  /// A jump that a line follows is led onto the line within the parameter's smoothing, so that the line still arrives
  /// in time. Lines start and end on control ticks, one where the other ends.
  func changes(sampleRate: Int) -> [Automation.Change] {
    var changes: [Automation.Change] = []
    var previous: Point? = hasStart ? start : nil
    var jumpsBefore = false
    for (index, point) in points.enumerated() {
      defer { previous = point }
      let begin = previous?.frame ?? 0
      if point.isLinear, tick(point.frame) > tick(begin) {
        var first = tick(begin)
        let last = tick(point.frame)
        if jumpsBefore, let previous {
          let length = max(1, Int((smoothing * Double(sampleRate) / Double(controlPeriod)).rounded(.up)))
          let joint = min(first + length, last)
          let value = between(previous.value, point.value, share: Double(joint - first) / Double(last - first))
          changes.append(change(from: first, to: joint, value: value))
          first = joint
        }
        if last > first { changes.append(change(from: first, to: last, value: point.value)) }
        jumpsBefore = false
      } else {
        let next = index + 1 < points.count ? points[index + 1] : nil
        jumpsBefore = next.map { $0.isLinear && tick($0.frame) > tick(point.frame) } ?? false
        if !jumpsBefore {
          changes.append(Automation.Change(frame: point.frame, target: target, value: point.value, rampFrames: nil))
        }
      }
    }
    return changes
  }

  private func tick(_ frame: Int) -> Int { (frame + controlPeriod - 1) / controlPeriod }

  private func change(from first: Int, to last: Int, value: Double) -> Automation.Change {
    Automation.Change(
      frame: first * controlPeriod, target: target, value: value, rampFrames: (last - first) * controlPeriod)
  }

  private func between(_ a: Double, _ b: Double, share: Double) -> Double {
    guard isLevel, !(b - a).isFinite else { return a + (b - a) * share }
    // A line to or from silence is straight in amplitude.
    let (from, to) = (Math.amplitude(decibels: a), Math.amplitude(decibels: b))
    return Math.decibels(amplitude: from + (to - from) * share)
  }
}
