import Talea

/// Processors of CamillaDSP: what works on several channels at once.
///
/// Source: the README of CamillaDSP 3, section "Processors", and its behaviour.
extension CamillaConfiguration {
  mutating func addProcessor(_ step: YAMLNode) throws(Refusal) {
    guard let name = step["name"]?.text.map(surroundings.filledIn), let processor = root["processors"]?[name] else {
      throw Refusal(line: step.line, reason: "its processor is not there")
    }
    let parameters = processor["parameters"] ?? processor
    if let wanted = parameters["channels"]?.number, Int(exactly: wanted) != channels {
      throw Refusal(line: processor.line, reason: "the processor takes \(plain(wanted)) channels, and \(channels) come to it")
    }
    let type = processor["type"]?.text ?? "?"
    switch type {
    case "Compressor": try addDynamics(name, type, parameters, try compressor(parameters))
    case "NoiseGate": try addDynamics(name, type, parameters, [try gate(parameters)])
    case "RACE": try addCrosstalkEliminator(name, parameters)
    default: throw Refusal(line: processor.line, reason: "there is no counterpart of a processor of type \(type)")
    }
  }

  private func compressor(_ p: YAMLNode) throws(Refusal) -> [String] {
    let factor = try CamillaFilter.number(p, "factor")
    guard (1...100).contains(factor) else {
      throw Refusal(line: p.line, reason: "a factor of \(plain(factor)) is none of 1 to 100")
    }
    let makeup = p["makeup_gain"]?.number ?? 0
    let effect =
      "compressor \(plain(try CamillaFilter.number(p, "threshold")))dB \(plain(factor)):1 \(try times(p)) knee=0dB"
      + (makeup == 0 ? "" : " makeup=\(plain(makeup))dB")
    return [effect] + (p["clip_limit"]?.number == nil ? [] : try CamillaFilter.limiter(p))
  }

  private func gate(_ p: YAMLNode) throws(Refusal) -> String {
    let threshold = try CamillaFilter.number(p, "threshold"), range = try CamillaFilter.number(p, "attenuation")
    return "gate \(plain(threshold))dB hysteresis=0dB \(try times(p)) hold=0ms range=\(plain(-range))dB"
  }

  private func times(_ p: YAMLNode) throws(Refusal) -> String {
    "attack=\(plain(try CamillaFilter.number(p, "attack")))s release=\(plain(try CamillaFilter.number(p, "release")))s"
  }

  /// An effect that listens to the sum of some channels and works on some.
  private mutating func addDynamics(_ name: String, _ type: String, _ p: YAMLNode, _ effects: [String]) throws(Refusal) {
    let monitored = try channelList(p, "monitor_channels"), processed = try channelList(p, "process_channels")
    let source = last, key = self.name(), node = self.name()
    lines.append("# processor \(name): \(type); it smooths the level where \(node) smooths the gain, to the same end")
    let row = (0..<channels).map { monitored.contains($0) ? "1" : "0" }.joined(separator: " ")
    lines += ["\(key) = matrix { \(row) }", "\(node) = \(effects[0])"]
    var end = node, nodes = [node]
    for effect in effects.dropFirst() {
      nodes.append(self.name())
      lines.append("\(nodes.last!) = \(effect)")
    }
    lines += ["\(source) -> \(key) -> \(node).sidechain"]
    for (before, after) in zip(nodes, nodes.dropFirst()) { lines.append("\(before) -> \(after)") }
    end = nodes.last!
    if processed.count == channels {
      lines.append("\(source) -> \(node)")
      last = end
      return
    }
    let join = "join_\(count + 1)"
    lines.append("\(join) = gain 0dB")
    for channel in 0..<channels {
      if let place = processed.firstIndex(of: channel) {
        lines.append("\(source):\(channel + 1) -> \(node):\(place + 1)")
        lines.append("\(end):\(place + 1) -> \(join):\(channel + 1)")
      } else {
        lines.append("\(source):\(channel + 1) -> \(join):\(channel + 1)")
      }
    }
    last = join
  }

  /// In rising order; all where none is named.
  private func channelList(_ p: YAMLNode, _ key: String) throws(Refusal) -> [Int] {
    let named = (p[key]?.items ?? []).compactMap { $0.number.flatMap { Int(exactly: $0) } }
    for channel in named where !(0..<channels).contains(channel) {
      throw Refusal(line: p.line, reason: "there is no channel \(channel)")
    }
    return named.isEmpty ? Array(0..<channels) : Array(Set(named)).sorted()
  }

  /// Each of two channels gets the other one late, turned over and quieter, the other one as it left.
  private mutating func addCrosstalkEliminator(_ name: String, _ p: YAMLNode) throws(Refusal) {
    let pair = [try CamillaFilter.number(p, "channel_a"), try CamillaFilter.number(p, "channel_b")].map { Int($0) }
    guard pair.allSatisfy((0..<channels).contains), pair[0] != pair[1] else {
      throw Refusal(line: p.line, reason: "it names no two of the \(channels) channels")
    }
    let attenuation = try CamillaFilter.number(p, "attenuation"), delay = try delay(p)
    guard attenuation > 0 else { throw Refusal(line: p.line, reason: "without attenuation it would not come to rest") }
    if p["subsample_delay"]?.isTrue == true {
      leaveOut(p.line, "processor \(name): subsample_delay", "a loop holds whole samples: its delay is rounded to them")
    }
    let source = last, join = "join_\(count + 1)"
    let sums = [self.name(), self.name()]
    lines.append("# processor \(name): RACE")
    for sum in sums { lines.append("\(sum) = gain 0dB") }
    for (sum, other) in zip(sums, sums.reversed()) {
      lines.append("\(sum) -> [\(delay)] -> gain \(plain(-attenuation))dB -> invert -> \(other)")
    }
    lines.append("\(join) = gain 0dB")
    for channel in 0..<channels {
      let end = pair.firstIndex(of: channel).map { sums[$0] }
      if let end { lines.append("\(source):\(channel + 1) -> \(end)") }
      lines.append("\(end ?? "\(source):\(channel + 1)") -> \(join):\(channel + 1)")
    }
    last = join
  }

  /// As initial tokens: at least one, without which the loop could not start.
  private func delay(_ p: YAMLNode) throws(Refusal) -> String {
    let delay = try CamillaFilter.number(p, "delay"), unit = p["delay_unit"]?.text ?? "ms"
    if unit == "samples" { return "\(max(1, Int(delay.rounded()))) samples" }
    guard let milliseconds = ["us": 0.001, "ms": 1, "mm": 1 / 343.0][unit].map({ delay * $0 }) else {
      throw Refusal(line: p.line, reason: "a delay in \(unit) is not known")
    }
    if let rate = surroundings.sampleRate, milliseconds * Double(rate) < 1_500 { return "1 sample" }
    return "\(plain(milliseconds))ms"
  }
}
