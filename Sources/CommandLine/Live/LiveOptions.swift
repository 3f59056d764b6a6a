import ArgumentParser
import Talea

/// How sound is played in real time: what `live`, `play` and `record` have in common.
struct LiveOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Sample rate. [default: the input file's, else 48000 or the device's nearest]", valueName: "hz"),
    transform: sampleRate)
  var rate: Int?

  @Option(help: ArgumentHelp("Frames between two interrupts of the device.", valueName: "frames"))
  var period = 64

  @Option(help: ArgumentHelp("Periods in the device's buffer.", valueName: "n"))
  var periods = 2

  @Option(help: ArgumentHelp("Channels of the devices. [default: 2, or their nearest]", valueName: "n"))
  var channels: Int?

  @Option(
    help: ArgumentHelp(
      "Which channels of the device are those of the patch, in its order: in=3,4 or out=5,6.", valueName: "side=channels"))
  var map: [ChannelMap] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Hold samples below this level: a level such as -1dB, or off.", valueName: "level"))
  var safetyLimit = "0dB"

  @Option(
    help: ArgumentHelp("When the patch is too heavy: warn, bypass it, or exit.", valueName: "what"))
  var onOverload: OverloadChoice = .warn

  @Flag(help: "End when a device is unplugged, instead of waiting for it.")
  var exitOnDisconnect = false

  @Flag(help: "Take two devices of different names for parts of one, on one clock.")
  var sameClock = false

  @Option(help: ArgumentHelp("Stop after this time.", valueName: "time"), transform: TimeValue.init)
  var duration: TimeValue?

  @Option(
    help: ArgumentHelp("Keep input, output, patch and events in this folder, for talea replay.", valueName: "dir"))
  var record: String?

  @Option(
    help: ArgumentHelp(
      "Take commands on a Unix socket at this path, or `none`. [default: talea.sock in XDG_RUNTIME_DIR]", valueName: "path"))
  var socket: String?

  @Option(
    help: ArgumentHelp(
      "Take MIDI controllers from this port of the ALSA sequencer: its name or number, or `open` to be connected by others.",
      valueName: "port"))
  var midi: String?

  @Flag(help: "Print every MIDI controller that arrives.")
  var midiLearn = false

  @Flag(
    inversion: .prefixedNo,
    help: "When the patch's file, or one that it uses, is saved, play it as it is then. [default: --watch]")
  var watch = true

  @Flag(
    inversion: .prefixedNo, help: "On a terminal, show levels, load and controls below the messages. [default: --view]")
  var view = true

  @Flag(help: "Replace files that exist.")
  var force = false

  @Flag(help: "Print what would run, and its latency; start nothing.")
  var explain = false

  @Option(help: ArgumentHelp("How messages look: text or json, one object a line.", valueName: "form"))
  var log: LogForm = .text

  enum LogForm: String, ExpressibleByArgument { case text, json }
  enum OverloadChoice: String, ExpressibleByArgument { case warn, bypass, exit }

  func validate() throws {
    guard (1...65_536).contains(period) else { throw ValidationError("--period takes 1 to 65536 frames, not \(period)") }
    guard (2...256).contains(periods) else { throw ValidationError("--periods takes 2 to 256, not \(periods)") }
    if let channels, !(1...1_024).contains(channels) { throw ValidationError("--channels takes 1 to 1024, not \(channels)") }
    if Set(map.map(\.isInput)).count < map.count { throw ValidationError("--map names one side twice") }
  }

  /// - Throws: `CommandError` for a level that is none.
  func settings() throws -> LiveSettings {
    var live = LiveSettings()
    (live.sampleRate, live.periodFrames, live.periods, live.channels) = (rate, period, periods, channels)
    live.overload = LiveSettings.Overload(rawValue: onOverload.rawValue)!
    live.exitsOnDisconnect = exitOnDisconnect
    live.sharesClock = sameClock
    live.safetyLimit = try limit()
    live.inputMap = map.first(where: \.isInput)?.channels
    live.outputMap = map.first { !$0.isInput }?.channels
    return live
  }

  private func limit() throws -> Float? {
    if safetyLimit == "off" { return nil }
    guard let (number, unit) = numberAndUnit(safetyLimit), ["dB", "dBFS"].contains(unit), (-120...24).contains(number) else {
      throw CommandError.wrong("--safety-limit takes a level from -120dB to 24dB, or off, not `\(safetyLimit)`")
    }
    return Float(Math.amplitude(decibels: number))
  }
}

/// `in=3,4`, `out=5,6`: channels of a device, counted from 1 as devices print them.
struct ChannelMap: ExpressibleByArgument {
  var isInput: Bool
  /// Counted from 0.
  var channels: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, ["in", "out"].contains(parts[0]) else { return nil }
    let numbers = parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.allSatisfy({ $0.map { (1...1_024).contains($0) } == true }) else { return nil }
    isInput = parts[0] == "in"
    channels = numbers.map { $0! - 1 }
    // Two channels of `out` into one of the device would be a sum that the patch can write itself.
    if !isInput, Set(channels).count < channels.count { return nil }
  }
}
