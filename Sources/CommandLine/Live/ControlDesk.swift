import PatchLanguage
import Talea

/// What each line of the control socket means for a session.
final class ControlDesk {
  let session: LiveSession
  private let patches: LivePatches
  private var graph: Graph { session.graph }
  var isMuted = false
  /// Incidents so far, by kind.
  var incidents: [String: Int] = [:]

  enum Answer {
    case now([JSONValue.Member])
    /// When the change with this number has taken effect.
    case when(Int32, [JSONValue.Member])
    /// The client wants the time of actors counted, or no longer.
    case profiles(Bool, [JSONValue.Member])
    /// From now on events are passed on, and levels every so many nanoseconds.
    case subscribed([JSONValue.Member], metersEvery: UInt64?)
  }

  init(_ session: LiveSession, _ patches: LivePatches) {
    (self.session, self.patches) = (session, patches)
  }

  static func refusal(_ text: String) -> [JSONValue.Member] { [.init("ok", .bool(false)), .init("error", .string(text))] }

  private struct Refusal: Error { var text: String }

  /// - Parameter line: a JSON object without its newline.
  func answer(_ line: [UInt8]) -> Answer {
    var reader = JSONReader(Source(name: "the line", bytes: line), index: 0)
    guard let request = try? reader.document(), case .object = request.content else {
      return .now(Self.refusal(#"a line is a JSON object such as {"do": "get", "target": "feedback"}"#))
    }
    // Whatever a client numbers its requests with comes back to it.
    let id: [JSONValue.Member] =
      switch request["id"]?.content {
      case .string(let text)?: [.init("id", .string(text))]
      case .number(let digits)?: [.init("id", .number(digits))]
      default: []
      }
    do {
      switch try perform(request) {
      case .now(let reply): return .now(id + [.init("ok", .bool(true))] + reply)
      case .when(let number, let reply): return .when(number, id + [.init("ok", .bool(true))] + reply)
      case .profiles(let isOn, let reply): return .profiles(isOn, id + [.init("ok", .bool(true))] + reply)
      case .subscribed(let reply, let time): return .subscribed(id + [.init("ok", .bool(true))] + reply, metersEvery: time)
      }
    } catch let error as Refusal {
      return .now(id + Self.refusal(error.text))
    } catch let error as PatchFailure {
      return .now(
        id + Self.refusal(error.diagnostics.map { ([$0.message] + $0.notes).joined(separator: "; ") }.joined(separator: "; ")))
    } catch {
      return .now(id + Self.refusal("\(error)"))
    }
  }

  private func perform(_ request: JSONNode) throws -> Answer {
    switch request["do"]?.text {
    case "set": return try change(request, over: nil)
    case "ramp":
      guard let text = request["time"]?.text, let time = try? TimeValue(text) else {
        throw Refusal(text: #"`ramp` takes a `time` such as "2s""#)
      }
      return try change(request, over: max(1, time.frames(at: session.plan.options.sampleRate)))
    case "get":
      let target = try address(request)
      guard let entry = entries.first(where: { $0.address == target }) else {
        throw Refusal(text: "there is nothing of the name `\(target)`; `list` names what there is")
      }
      return .now(facts(entry))
    case "list": return .now([.init("targets", .array(entries.map { .object(facts($0)) }))])
    case "mute":
      guard case .bool(let isMuted)? = request["on"]?.content else { throw Refusal(text: "`mute` takes `on`: true or false") }
      guard let number = session.mute(isMuted) else { throw Refusal(text: Self.busy) }
      self.isMuted = isMuted
      return .when(number, [])
    case "bypass":
      if request["target"] == nil, case .bool(let isOn)? = request["on"]?.content {
        guard let number = session.setPatchBypassed(isOn) else { throw Refusal(text: Self.busy) }
        return .when(number, [.init("bypassed", .bool(isOn))])
      }
      let target = try address(request)
      guard case .bool(let isOn)? = request["on"]?.content else { throw Refusal(text: "`bypass` takes `on`: true or false") }
      guard graph.actors.contains(where: { $0.address == target }) else {
        throw Refusal(text: "the patch has no effect of the name `\(target)`")
      }
      return .when(patches.bypass(target, isOn), [.init("target", .string(target)), .init("bypassed", .bool(isOn))])
    case "load":
      guard let file = request["file"]?.text, !file.isEmpty else { throw Refusal(text: "`load` takes a `file`") }
      return .when(patches.load(file), [.init("file", .string(file))])
    case "meters": return .now(meters)
    case "profile":
      guard let on = request["on"] else { return .now(profile) }
      guard case .bool(let isOn) = on.content else { throw Refusal(text: "`profile` takes `on`: true or false, or nothing") }
      return .profiles(isOn, [])
    case "stats": return .now(statistics)
    case "subscribe":
      guard let text = request["meters"]?.text else { return .subscribed([], metersEvery: nil) }
      guard let time = try? TimeValue(text), time.frames(at: 1_000) >= 20 else {
        throw Refusal(text: #"`meters` is a time of 20 ms or more, such as "100ms""#)
      }
      return .subscribed([], metersEvery: UInt64(time.frames(at: 1_000)) * 1_000_000)
    case let other:
      let known = "set, ramp, get, list, bypass, mute, load, meters, profile, stats or subscribe"
      throw Refusal(text: other.map { "`\($0)` is no command; `do` is \(known)" } ?? "`do` is missing: \(known)")
    }
  }

  static let busy = "too many changes wait; try again"

  private func address(_ request: JSONNode) throws -> String {
    guard let target = request["target"]?.text, !target.isEmpty else { throw Refusal(text: "`target` is missing") }
    return target
  }

  private func change(_ request: JSONNode, over frames: Int?) throws -> Answer {
    let target = try address(request)
    guard !target.contains("=") else { throw Refusal(text: "`target` is a name alone") }
    let text: String
    switch request["value"]?.content {
    case .string(let value)?: text = value
    case .number(let digits)?: text = digits
    default: throw Refusal(text: #"`value` is missing; it is written as in a patch: "3s", "-6dB", "40%""#)
    }
    let setting = try graph.setting(target + "=" + text, name: "value")
    guard case .base(let value) = setting.value else { throw Refusal(text: "a time that moves is written in s or ms") }
    guard let number = session.change(setting.target, to: value, rampFrames: frames) else { throw Refusal(text: Self.busy) }
    return .when(number, [.init("target", .string(target))])
  }

  // MARK: What there is

  private struct Entry {
    var address: String
    var kind: String
    var label: String?
    var quantity: Quantity
    var range: ClosedRange<Double>?
    var target: ChangeTarget
  }

  /// Controls, then parameters that neither a control nor a signal drives.
  private var entries: [Entry] {
    graph.controls.enumerated().compactMap { index, control in
      control.expression != nil
        ? nil
        : Entry(
          address: control.address, kind: "control", label: control.label, quantity: control.quantity, range: control.range,
          target: .control(index))
    }
      + graph.actors.enumerated().flatMap { actor, description in
        description.parameters.enumerated().compactMap { index, parameter in
          switch parameter.driver {
          case .value, .samples:
            Entry(
              address: description.address + "." + parameter.name, kind: "parameter", label: nil,
              quantity: parameter.spec.quantity,
              range: parameter.spec.range, target: .parameter(actor: actor, index: index))
          case .expression, .signal: nil
          }
        }
      }
  }

  private func facts(_ entry: Entry) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = [.init("target", .string(entry.address)), .init("kind", .string(entry.kind))]
    if let label = entry.label { members.append(.init("label", .string(label))) }
    if let value = session.controls.value(of: entry.target) {
      members += [.init("value", .string(entry.quantity.text(value))), .init("base", .double(value))]
    }
    if let range = entry.range { members.append(.init("range", .string(entry.quantity.text(range)))) }
    return members
  }

  /// Peaks and root mean squares, 1 for full scale.
  var meters: [JSONValue.Member] {
    func levels(_ channels: [ChannelLevel]) -> JSONValue {
      .array(
        channels.map { .object(["peak": .double(Double($0.peak)), "rms": .double(Double($0.rms))]) })
    }
    let now = session.levels
    return [
      .init("position", .integer(session.statistics.frames)), .init("in", levels(now.inputs)), .init("out", levels(now.outputs)),
    ]
  }

  private var profile: [JSONValue.Member] {
    let profile = session.profile
    return [
      .init("position", .integer(session.statistics.frames)), .init("sampleRate", .integer(session.plan.options.sampleRate)),
      .init("exchanges", .integer(profile.exchanges)),
      .init(
        "actors",
        .array(
          profile.actors.map {
            .object([
              "actor": .string($0.address), "nanoseconds": .integer(Int(clamping: $0.nanoseconds)),
              "firings": .integer($0.firings),
            ])
          })),
    ]
  }

  private var statistics: [JSONValue.Member] {
    let figures = session.statistics
    return [
      .init("position", .integer(figures.frames)), .init("sampleRate", .integer(session.plan.options.sampleRate)),
      .init("latency", .integer(session.latencyFrames)), .init("meanLoad", .double(figures.load.mean)),
      .init("load99", .double(figures.load.percentile99)), .init("worstLoad", .double(figures.load.worst)),
      .init("peak", .double(Double(figures.peak))), .init("limitedFrames", .integer(figures.limitedFrames)),
      .init("muted", .bool(isMuted)), .init("patchBypassed", .bool(session.isPatchBypassed)),
      .init("bypassed", .array(session.bypassed.map { .string($0) })),
      .init("driftPPM", figures.drift.map { .double($0 * 1e6) } ?? .null),
      .init("incidents", .object(incidents.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .integer($0.value)) })),
    ]
  }
}
