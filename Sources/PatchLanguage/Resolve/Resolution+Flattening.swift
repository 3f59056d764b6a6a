import Signal

/// From instances with ports to one flat graph.
extension Resolution {
  static let maximumEdges = 1 << 18

  /// Leads each signal that drives an instance's parameter on to what follows that parameter inside.
  func flattenDrivers() {
    var wires: [Network.Wire] = []
    var first: [Int: SourceSpan] = [:]
    for wire in network.wires {
      guard case .control(let control) = wire.target else {
        wires.append(wire)
        continue
      }
      let name = network.controls[control].name
      if let other = first.updateValue(wire.toSpan, forKey: control) {
        report(.twoDrivers(name, place: place(other, seenFrom: wire.toSpan)), at: wire.toSpan)
      } else if let argument = network.controls[control].argumentSpan {
        let place = place(argument, seenFrom: wire.toSpan)
        report(.drivenAndWritten(name, value: text(at: argument), place: place), at: wire.toSpan)
      } else {
        wires += driving(control, wire)
      }
    }
    network.wires = wires
  }

  /// The wires to the parameters that follow `control` as it is.
  private func driving(_ control: Int, _ wire: Network.Wire) -> [Network.Wire] {
    network.controls[control].isDriven = true
    let name = network.controls[control].name
    func refuse(_ reader: SourceSpan?, _ effect: String) {
      let place = reader.map { self.place($0, seenFrom: wire.toSpan) } ?? ""
      report(.drivenInFormula(name, of: effect, place: place), at: wire.toSpan)
    }
    if let use = network.controls[control].structuralUse {
      report(.drivenThoughStructural(name, place: place(use, seenFrom: wire.toSpan)), at: wire.toSpan)
    }
    var result: [Network.Wire] = []
    for follower in network.controls.indices {
      guard let expression = network.controls[follower].control.expression else { continue }
      if expression == .control(control) {
        result += driving(follower, wire)
      } else if expression.controlsRead.contains(control) {
        refuse(network.controls[follower].control.span, network.controls[follower].name)
      }
    }
    for vertex in network.vertices.indices {
      for index in network.vertices[vertex].parameters.indices {
        let parameter = network.vertices[vertex].parameters[index].parameter
        guard case .expression(let expression) = parameter.driver, expression.controlsRead.contains(control) else { continue }
        guard expression == .control(control) else {
          refuse(parameter.span, parameter.name)
          continue
        }
        network.vertices[vertex].parameters[index].parameter.driver = .value(parameter.spec.defaultValue ?? 0)
        network.vertices[vertex].parameters[index].isWritten = false
        var led = wire
        (led.to, led.target) = (vertex, .parameter(index))
        result.append(led)
      }
    }
    return result
  }

  func text(at span: SourceSpan) -> String {
    let bytes = sources[span.source].bytes
    return String(decoding: bytes[min(span.start, bytes.count)..<min(span.end, bytes.count)], as: UTF8.self)
  }

  // MARK: Ports of instances

  /// Replaces the wires at the ports of instances by wires from actor to actor. What is summed stays in the order written.
  func flattenJunctions() {
    var incoming = [[Network.Wire]](repeating: [], count: network.vertices.count)
    for wire in network.wires where network.vertices[wire.to].isJunction { incoming[wire.to].append(wire) }
    var visiting: Set<Int> = []
    var count = 0
    var isTooMany = false

    func sources(of wire: Network.Wire) -> [Network.Wire] {
      guard network.vertices[wire.from].isJunction, !isTooMany else {
        count += 1
        if count > Self.maximumEdges, !isTooMany {
          isTooMany = true
          report(.tooManyEdges(limit: Self.maximumEdges), at: wire.span)
        }
        return [wire]
      }
      guard visiting.insert(wire.from).inserted else {
        report(.emptyLoop, at: wire.span)
        return []
      }
      defer { visiting.remove(wire.from) }
      let outer = incoming[wire.from].flatMap { sources(of: $0) }
      let joined = outer.compactMap { join($0, wire) }
      if let channel = wire.outputChannel, joined.isEmpty, !outer.isEmpty {
        report(.channelUnfed(channel + 1, of: network.vertices[wire.from].address), at: wire.fromSpan)
      }
      return joined
    }
    network.wires = network.wires.filter { !network.vertices[$0.to].isJunction }.flatMap { sources(of: $0) }
  }

  /// One wire in the place of two that meet at a port; nil where the second takes a channel that the first does not feed.
  private func join(_ outer: Network.Wire, _ inner: Network.Wire) -> Network.Wire? {
    var wire = inner
    wire.from = outer.from
    wire.outputPort = outer.outputPort
    wire.fromSpan = outer.fromSpan
    wire.arrow = [outer.arrow, inner.arrow].compactMap(\.self).min { $0.depth < $1.depth }
    wire.isUnaligned = outer.isUnaligned || inner.isUnaligned
    wire.tokens = .sum(outer.tokens, inner.tokens)
    wire.tokenSpan = inner.tokenSpan ?? outer.tokenSpan
    switch (outer.inputChannel, inner.outputChannel) {
    case (nil, nil): wire.outputChannel = outer.outputChannel
    case (let fed?, nil):
      wire.outputChannel = outer.outputChannel
      if inner.inputChannel == nil {
        wire.inputChannel = fed
      } else if fed > 0 {
        report(.busIntoChannel(network.vertices[inner.from].address), at: inner.span)
      }
    // One channel fed to the whole port is all that it carries.
    case (nil, let taken?): wire.outputChannel = outer.outputChannel ?? taken
    case (let fed?, let taken?):
      guard fed == taken else { return nil }
      wire.outputChannel = outer.outputChannel
    }
    return wire
  }
}

extension Network.Vertex {
  var isJunction: Bool { if case .junction = kind { true } else { false } }
}

extension Graph.Edge.Tokens {
  private var parts: (seconds: Double, frames: Int) {
    switch self {
    case .seconds(let seconds): (seconds, 0)
    case .frames(let frames): (0, frames)
    case .both(let seconds, let frames): (seconds, frames)
    }
  }

  static func sum(_ a: Self?, _ b: Self?) -> Self? {
    guard let a, let b else { return a ?? b }
    let seconds = a.parts.seconds + b.parts.seconds
    let frames = a.parts.frames + b.parts.frames
    if frames == 0 { return .seconds(seconds) }
    return seconds == 0 ? .frames(frames) : .both(seconds: seconds, frames: frames)
  }
}
