/// Configurations of CamillaDSP: filters, mixers and the pipeline. What has no counterpart stands in the patch as a comment.
///
/// Source: the README of CamillaDSP 3; its biquads are those of the cookbook, as ours are.
struct CamillaConfiguration {
  let root: YAMLNode
  let surroundings: CamillaFilter.Surroundings
  var lines: [String] = []
  private var leftOut: [(line: Int, words: String, reason: String)] = []
  /// The node that the sound has come to, and its channels.
  var last = "in"
  var channels: Int
  private(set) var count = 0

  struct Refusal: Error {
    var line: Int
    var reason: String
  }

  /// Reads it all into a patch.
  ///
  /// - Throws: `YAMLNode.Mistake` where it is no YAML.
  ///
  /// - Parameter folder: of the configuration, where files that it names are looked for first; ends with a slash, or is empty.
  static func read(_ text: String, folder: String, into patch: inout ImportedPatch) throws(YAMLNode.Mistake) {
    var configuration = CamillaConfiguration(root: try YAMLNode.parse(text), folder: folder)
    configuration.run()
    for item in configuration.leftOut { patch.leaveOut(line: item.line, words: item.words, item.reason) }
    guard configuration.count > 0 else { return }
    patch.body = configuration.definitions + configuration.lines + ["", "\(configuration.last) -> out"]
  }

  private init(root: YAMLNode, folder: String) {
    self.root = root
    channels = root["devices"]?["capture"]?["channels"]?.number.flatMap { Int(exactly: $0) } ?? 2
    let rate = root["devices"]?["samplerate"]?.number
    surroundings = CamillaFilter.Surroundings(folder: folder, sampleRate: rate.flatMap { Int(exactly: $0) }, channels: channels)
  }

  private mutating func run() {
    if (root["pipeline"]?.items ?? []).isEmpty {
      leaveOut(root["pipeline"]?.line ?? root.line, "pipeline", "there is no step in it, so nothing is made of the sound")
    }
    for step in root["pipeline"]?.items ?? [] {
      if step["bypassed"]?.isTrue == true { continue }
      do throws(Refusal) {
        switch step["type"]?.text ?? "" {
        case "Filter": try addFilters(step)
        case "Mixer": try addMixer(step)
        case "Processor": try addProcessor(step)
        case let kind:
          throw Refusal(line: step.line, reason: "there is no counterpart of a pipeline step of type \(kind)")
        }
      } catch {
        leaveOut(error.line, "pipeline: \(step["type"]?.text ?? "?") \(step["name"]?.text ?? "")", error.reason)
      }
    }
    for device in ["capture", "playback"] {
      if let node = root["devices"]?[device] {
        leaveOut(node.line, device, "which device it is for is said to talea live")
      }
    }
  }

  private var definitions: [String] {
    lines.contains { $0.contains(" = \(CamillaFilter.firstOrderAllpass) ") }
      ? CamillaFilter.firstOrderAllpassDefinition : []
  }

  mutating func leaveOut(_ line: Int, _ words: String, _ reason: String) { leftOut.append((line, words, reason)) }

  mutating func name() -> String {
    count += 1
    return "step_\(count)"
  }

  // MARK: mixers

  private mutating func addMixer(_ step: YAMLNode) throws(Refusal) {
    guard let name = step["name"]?.text.map(surroundings.filledIn), let mixer = root["mixers"]?[name] else {
      throw Refusal(line: step.line, reason: "its mixer is not there")
    }
    guard let ins = mixer["channels"]?["in"]?.number, let outs = mixer["channels"]?["out"]?.number, (1...64).contains(ins),
      (1...64).contains(outs)
    else { throw Refusal(line: mixer.line, reason: "the mixer does not say its channels") }
    guard Int(ins) == channels else {
      throw Refusal(line: mixer.line, reason: "the mixer takes \(Int(ins)) channels, and \(channels) come to it")
    }
    var rows = [[Double]](repeating: [Double](repeating: 0, count: Int(ins)), count: Int(outs))
    for entry in mixer["mapping"]?.items ?? [] where entry["mute"]?.isTrue != true {
      guard let target = entry["dest"]?.number, rows.indices.contains(Int(target)) else {
        throw Refusal(line: entry.line, reason: "a mapping names no channel of the output")
      }
      for source in entry["sources"]?.items ?? [] where source["mute"]?.isTrue != true {
        guard let channel = source["channel"]?.number, rows[0].indices.contains(Int(channel)) else {
          throw Refusal(line: source.line, reason: "a source names no channel of the input")
        }
        rows[Int(target)][Int(channel)] += Self.factor(source)
      }
    }
    let node = self.name()
    lines.append("# mixer \(name)")
    lines.append("\(node) = matrix {")
    for row in rows { lines.append("  " + row.map { plain($0) }.joined(separator: " ")) }
    lines += ["}", "\(last) -> \(node)"]
    last = node
    channels = Int(outs)
  }

  private static func factor(_ source: YAMLNode) -> Double {
    let gain = source["gain"]?.number ?? 0
    let factor = source["scale"]?.text == "linear" ? gain : power10(gain / 20)
    return source["inverted"]?.isTrue == true ? -factor : factor
  }

  // MARK: filters

  private mutating func addFilters(_ step: YAMLNode) throws(Refusal) {
    var effects: [CamillaFilter.Result] = []
    for word in step["names"]?.items ?? [] {
      guard let name = word.text.map(surroundings.filledIn), let filter = root["filters"]?[name] else {
        leaveOut(word.line, "filter \(word.text ?? "?")", "the filter is not there")
        continue
      }
      do throws(Refusal) {
        effects += try CamillaFilter.effects(name, filter, surroundings)
      } catch {
        leaveOut(error.line, "filter \(name)", error.reason)
      }
    }
    guard !effects.isEmpty else { return }
    let chosen =
      step["channels"]?.items.compactMap { $0.number.map { Int($0) } } ?? step["channel"]?.number.map { [Int($0)] }
      ?? Array(0..<channels)
    for channel in chosen where !(0..<channels).contains(channel) {
      throw Refusal(line: step.line, reason: "there is no channel \(channel)")
    }
    if Set(chosen) == Set(0..<channels) {
      for node in declare(effects) {
        lines.append("\(last) -> \(node)")
        last = node
      }
      return
    }
    // Channels that are filtered and channels that are not meet again in a node that passes them.
    let source = last, join = "join_\(count + 1)"
    lines.append("\(join) = gain 0dB")
    for channel in 0..<channels {
      var end = "\(source):\(channel + 1)"
      if chosen.contains(channel) {
        for node in declare(effects) {
          lines.append("\(end) -> \(node)")
          end = node
        }
      }
      lines.append("\(end) -> \(join):\(channel + 1)")
    }
    last = join
  }

  /// Bands that follow each other make one equalizer.
  private mutating func declare(_ effects: [CamillaFilter.Result]) -> [String] {
    var nodes: [String] = []
    var index = 0
    while index < effects.count {
      let node = name()
      nodes.append(node)
      if case .effect(let text) = effects[index].kind {
        lines.append("\(node) = \(text)  # \(effects[index].words)")
        index += 1
        continue
      }
      lines.append("\(node) = eq {")
      var bands = 0
      while index < effects.count, bands < 64, case .band(let text) = effects[index].kind {
        lines.append("  \(text)  # \(effects[index].words)")
        index += 1
        bands += 1
      }
      lines.append("}")
    }
    return nodes
  }
}
