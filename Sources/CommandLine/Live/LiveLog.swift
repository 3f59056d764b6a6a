import Glibc
import Talea

/// What `talea live` says: the devices, what happens to them, and the figures at the end.
final class LiveLog {
  private let session: LiveSession
  private let form: LiveOptions.LogForm
  private var counts: [LiveEvent.Kind: Int] = [:]

  init(_ session: LiveSession, form: LiveOptions.LogForm) {
    self.session = session
    self.form = form
  }

  // MARK: Before it starts

  /// What was asked for, and what was got.
  func opened(input: LiveEnd, output: LiveEnd) {
    let asked = session.settings
    let sides = [("capture", input, session.capture), ("playback", output, session.playback)]
    for (direction, end, settings) in sides {
      if let file = end.file {
        say(
          "file", "\(direction): \(file), \(Int(rate)) Hz, in place of a device",
          ["direction": .string(direction), "file": .string(file)])
      }
      guard let device = end.device, let settings else { continue }
      say(
        "device", "\(direction): \(device), \(settings)",
        ["direction": .string(direction), "device": .string(device), "settings": .string(settings.description)])
      var differences: [String] = []
      if settings.periodFrames != asked.periodFrames {
        differences.append("a period of \(settings.periodFrames) frames for \(asked.periodFrames)")
      }
      if settings.bufferFrames != settings.periodFrames * asked.periods {
        differences.append("a buffer of \(settings.bufferFrames) frames for \(asked.periods) periods")
      }
      if asked.sampleRate == nil, settings.sampleRate != 48_000 { differences.append("\(settings.sampleRate) Hz for 48000") }
      if asked.channels == nil, settings.channels != 2 { differences.append("\(count(settings.channels, "channel")) for 2") }
      if !differences.isEmpty {
        say("negotiated", "note: \(device) gives \(differences.joined(separator: ", "))", ["device": .string(device)])
      }
    }
    if let playback = session.playback, playback.channels > session.patchChannels {
      let silent =
        asked.outputMap != nil
        ? "the channels of the device that --map does not name are silent"
        : session.patchChannels == 1
          ? "the one channel of `out` goes to all \(playback.channels)"
          : "channels \(session.patchChannels + 1) to \(playback.channels) of the device are silent"
      say("channels", "note: \(silent)", [:])
    }
    if session.borderFrames != nil, let capture = input.device, let playback = output.device {
      say(
        "clocks",
        "note: \(capture) and \(playback) have clocks of their own; what is captured is resampled to the clock of \(playback)",
        ["capture": .string(capture), "playback": .string(playback)])
    }
    explained()
  }

  /// The latency, before anything runs.
  func explained() {
    let rate = session.plan.options.sampleRate
    let buffer = session.playback?.bufferFrames ?? 0, patch = session.plan.outputLatency
    let milliseconds = fixed(Double(session.latencyFrames) * 1_000 / Double(rate), 2)
    guard session.playback != nil, explanations == 0 else { return }
    explanations += 1
    let border = session.borderFrames
    let borderText = border.map { ", about \($0) of the border between two clocks" } ?? ""
    say(
      "latency",
      "latency: \(session.latencyFrames) frames (\(milliseconds) ms): \(buffer) of the device's buffer, \(patch) of the patch"
        + borderText,
      [
        "frames": .integer(session.latencyFrames), "buffer": .integer(buffer), "patch": .integer(patch),
        "border": border.map { .integer($0) },
      ])
  }
  private var explanations = 0

  func granted(_ privileges: LiveSession.Privileges) {
    if privileges.priority != 0 {
      say(
        "priority",
        """
        warning: no real-time priority (\(String(cString: strerror(privileges.priority)))): other programs can make the sound \
        stutter. To allow it, put `@audio - rtprio 95` and `@audio - memlock unlimited` into /etc/security/limits.d/audio.conf, \
        be a member of the group audio, and log in anew
        """, ["error": .integer(Int(privileges.priority))])
    }
    if privileges.memory != 0 {
      say(
        "memory",
        "warning: memory cannot be locked (\(String(cString: strerror(privileges.memory)))); `@audio - memlock unlimited` allows it",
        ["error": .integer(Int(privileges.memory))])
    }
  }

  func openedMIDI(_ address: String, port: String?) {
    say(
      "midi", "midi: \(address)\(port.map { ", connected from \($0)" } ?? ", open for aconnect")",
      ["address": .string(address), "port": port.map { .string($0) }])
  }

  // MARK: While it runs

  /// A MIDI controller, and the controls that it turns.
  func arrived(_ controller: SequencerInput.Controller, _ controls: [String]) {
    let target = controls.isEmpty ? "no control" : controls.map { "`\($0)`" }.joined(separator: ", ")
    say(
      "controller", "midi: cc \(controller.number) channel \(controller.channel) at \(controller.value), for \(target)",
      [
        "cc": .integer(controller.number), "channel": .integer(controller.channel), "value": .integer(controller.value),
        "controls": .array(controls.map { .string($0) }),
      ])
  }

  func tell(_ events: [LiveEvent]) {
    for event in events where !Self.silentKinds.contains(event.kind) {
      counts[event.kind, default: 0] += 1
      guard counts[event.kind]! <= toldOneByOne else { continue }
      let last = counts[event.kind]! == toldOneByOne ? "; further ones are counted" : ""
      say(
        String(describing: event.kind), "\(clock(Double(event.position) / rate))  \(Self.sentence(event))\(last)",
        [
          "position": .integer(event.position), "direction": event.direction.map { .string($0.rawValue) },
          "value": .integer(Int(event.value)), "nanoseconds": .integer(Int(event.nanoseconds)),
        ])
    }
  }

  func tell(_ outcome: LivePatches.Outcome) {
    switch outcome {
    case .plays(let path, let isAudible):
      say(
        "patch", "\(path) \(isAudible ? "plays as it is now" : "is read: nothing but values is different")",
        ["file": .string(path), "audible": .bool(isAudible)])
    case .failed(_, let text):
      let notice = "what played before plays on"
      if form == .text {
        Console.shared.write(text + "note: " + notice + "\n")
      } else {
        say("patchRefused", "", ["text": .string(text)])
      }
    }
  }

  /// What needs no words: it was asked for.
  private static let silentKinds: Set<LiveEvent.Kind> = [.changed, .ending, .ended]

  /// What is told and is no incident.
  private static let calmKinds: Set<LiveEvent.Kind> = [.started, .patchResumed, .returned]

  /// What went wrong so far, by kind.
  var incidents: [String: Int] {
    Dictionary(uniqueKeysWithValues: counts.filter { !Self.calmKinds.contains($0.key) }.map { ("\($0.key)", $0.value) })
  }

  /// How many of a kind are printed; a storm must not fill a disk. Programs can do with more than people.
  private var toldOneByOne: Int { form == .json ? 10_000 : 100 }

  private static func sentence(_ event: LiveEvent) -> String {
    let side = event.direction?.rawValue ?? "device"
    return switch event.kind {
    case .started: "running"
    case .xrun:
      event.direction == .capture ? "capture: overrun, going on behind a gap" : "playback: underrun, going on behind a gap"
    case .suspended: "\(side): suspended, waiting for the machine to wake"
    case .resumed: "awake again"
    case .disconnected: "\(side): the device is gone, waiting for it"
    case .reconnected: "the device is back"
    case .slipped: "capture: the queue between the two clocks ran out of step, going on behind a gap"
    case .stalled: "\(side): the device stands still, starting it again"
    case .idleWakeups: "\(side): the device wakes us for nothing; looking in once a period"
    case .hanging:
      "a call into the device's library has not returned for \(fixed(Double(event.value) / 1_000, 1)) s; there is no sound until it "
        + "does, and the session can be ended"
    case .returned: "the device's library has returned after \(fixed(Double(event.value) / 1_000, 1)) s"
    case .failed: "\(side): error \(-event.value) (\(String(cString: strerror(-event.value)))), starting it again"
    case .reopenRefused:
      "cannot be opened yet\(event.value < 0 ? " (\(String(cString: strerror(-event.value))))" : ""), trying on"
    case .overloaded:
      "overload: the patch took \(fixed(Double(event.value) / 10, 0)) % of the time of the last second; a longer --period helps "
        + "little, a lighter patch does"
    case .bypassed: "the patch is bypassed; another patch or `talea ctl bypass off` (key b) plays again"
    case .patchResumed: "the patch plays again"
    case .deprioritised: "real-time priority given up, so that the machine stays usable"
    case .sourceIsLate: "the input file cannot be read fast enough; silence stands for what is missing"
    case .recordingGap:
      "the disk is too slow: the recording lacks \(count(Int(event.value), "frame")) of the "
        + (event.direction == .capture ? "input" : "output")
    case .fileGap: "the disk is too slow: the output file lacks \(count(Int(event.value), "frame"))"
    case .changed: "change \(event.value)"
    case .changeLost: "too many changes wait; one was dropped"
    case .ending: "fading out"
    case .ended: "ended"
    case .gaveUp: "\(side): cannot go on"
    }
  }

  // MARK: At the end

  func finished() {
    let statistics = session.statistics
    let load = statistics.load
    var lines = [
      "played \(clock(Double(statistics.frames) / rate)); load \(percent(load.mean)) mean, \(percent(load.percentile99)) for 99 of "
        + "100 blocks, \(percent(load.worst)) at worst; peak \(levelText(statistics.peak))"
    ]
    if let drift = statistics.drift {
      lines.append(
        "clocks: capture runs \(fixed(abs(drift) * 1e6, 1)) ppm \(drift < 0 ? "slower" : "faster") than playback, corrected by resampling"
      )
    }
    let incidents = counts.filter { !Self.calmKinds.contains($0.key) }.sorted {
      String(describing: $0.key) < String(describing: $1.key)
    }
    if !incidents.isEmpty {
      lines.append("incidents: " + incidents.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
    }
    if statistics.limitedFrames > 0 {
      lines.append("the safety limiter held back \(count(statistics.limitedFrames, "frame"))")
    }
    if statistics.missingFrames > 0 {
      lines.append("\(count(statistics.missingFrames, "frame")) of the input file came too late and are silent")
    }
    if statistics.lostFrames > 0 {
      lines.append("warning: \(count(statistics.lostFrames, "frame")) could not be written in time and are missing in a file")
    }
    if let fault = statistics.fault {
      lines.append(
        "warning: `\(fault.address)` gave NaN or infinity, first at its frame \(fault.position) (\(count(fault.count, "time")))")
    }
    if statistics.lostEvents > 0 { lines.append("\(count(statistics.lostEvents, "message")) could not be kept") }
    if form == .text {
      for line in lines { Console.shared.write(line + "\n") }
    } else {
      say(
        "end", "",
        [
          "frames": .integer(statistics.frames), "meanLoad": .double(load.mean), "load99": .double(load.percentile99),
          "worstLoad": .double(load.worst), "peak": .double(Double(statistics.peak)),
          "limitedFrames": .integer(statistics.limitedFrames), "lostEvents": .integer(statistics.lostEvents),
          "missingFrames": .integer(statistics.missingFrames), "driftPPM": statistics.drift.map { .double($0 * 1e6) },
          "lostFrames": .integer(statistics.lostFrames),
          "incidents": .object(incidents.map { JSONValue.Member("\($0.key)", .integer($0.value)) }),
        ])
    }
  }

  func stuck() {
    say("stuck", "error: a call into the device's library does not return; ended without it", [:])
  }

  /// The files that are whole now.
  func wrote(_ reports: [AudioFileReport]) {
    for report in reports {
      say(
        "wrote", "wrote \(report.path): \(count(report.frameCount, "frame"))",
        ["file": .string(report.path), "frames": .integer(report.frameCount)])
    }
  }

  private var rate: Double { Double(session.plan.options.sampleRate) }
  private func percent(_ share: Double) -> String { fixed(share * 100, 1) + " %" }

  private func say(_ event: String, _ text: String, _ facts: KeyValuePairs<String, JSONValue?>) {
    switch form {
    case .text: Console.shared.write(text + "\n")
    case .json:
      let members =
        [JSONValue.Member("event", .string(event))]
        + facts.compactMap { key, value in
          value.map { JSONValue.Member(key, $0) }
        }
      Console.shared.write(JSONValue.object(members).text(lineLength: .max))
    }
  }
}
