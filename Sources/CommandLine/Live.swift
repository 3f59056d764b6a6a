import ArgumentParser
import Glibc
import Talea

/// `talea live PATCH|CHAIN`
struct LiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Play a patch between sound devices in real time.",
    usage: "talea live PATCH|'CHAIN' [-i DEVICE] [-o DEVICE] [options]",
    discussion: """
      Runs until it is interrupted (Ctrl-C), through underruns, suspension and unplugged devices. A patch that does not read \
      `in` needs no capture device. `-o none` only listens.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("A patch's file, or a chain of effects in quotes.", valueName: "patch"))
  var patch: String

  @Option(
    name: [.customShort("i"), .customLong("input-device")],
    help: ArgumentHelp("Where sound comes from; `none` for nowhere. [default: default]", valueName: "device"))
  var input: String?

  @Option(
    name: [.customShort("o"), .customLong("output-device")],
    help: ArgumentHelp("Where sound goes; `none` for nowhere.", valueName: "device"))
  var output = "default"

  @Option(help: ArgumentHelp("Sample rate. [default: 48000, or the device's nearest]", valueName: "hz"), transform: sampleRate)
  var rate: Int?

  @Option(help: ArgumentHelp("Frames between two interrupts of the device.", valueName: "frames"))
  var period = 64

  @Option(help: ArgumentHelp("Periods in the device's buffer.", valueName: "n"))
  var periods = 2

  @Option(help: ArgumentHelp("Channels of the devices. [default: 2, or their nearest]", valueName: "n"))
  var channels: Int?

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

  @Option(name: .customLong("set"), help: ArgumentHelp("Give a control or parameter another value.", valueName: "target=value"))
  var settings: [String] = []

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
  }

  func run() throws {
    var options = SettingOptions()
    options.settings = settings
    let graph = try options.applied(to: try loadPatchOrChain(patch))
    // Ends come to the loop below as values, not to a handler; threads started later inherit this.
    let ends = SignalSet([SIGINT, SIGTERM, SIGHUP])
    ends.block()
    let session = try LiveSession(graph, catalog: .standard, try liveSettings(graph))
    let console = LiveLog(session, form: log)
    console.opened(input: captureDevice(graph), output: playbackDevice)
    if explain { return console.explained() }
    console.granted(try session.start())
    let limit = duration.map { $0.frames(at: session.plan.options.sampleRate) } ?? .max
    while !session.isOver, session.statistics.frames < limit {
      if ends.wait(milliseconds: 50) != nil { break }
      console.tell(session.takeEvents())
    }
    let endedByItself = session.isOver
    session.stop()
    console.tell(session.takeEvents())
    console.finished()
    if endedByItself { throw ExitCode(ExitStatus.failed) }
  }

  private var playbackDevice: String? { output == "none" ? nil : output }

  private func captureDevice(_ graph: Graph) -> String? {
    let readsInput = graph.actors.contains { if case .input = $0.kind { true } else { false } }
    return readsInput ? (input == "none" ? nil : input ?? "default") : nil
  }

  private func liveSettings(_ graph: Graph) throws -> LiveSettings {
    var live = LiveSettings()
    live.captureDevice = captureDevice(graph)
    live.playbackDevice = playbackDevice
    if live.captureDevice == nil, live.playbackDevice == nil {
      throw CommandError.wrong("sound comes from no device and goes to none; give -i or -o")
    }
    if live.captureDevice == nil, let input, input != "none" {
      Console.shared.write("note: the patch does not read `in`; \(input) stays closed\n")
    }
    (live.sampleRate, live.periodFrames, live.periods, live.channels) = (rate, period, periods, channels)
    live.overload = LiveSettings.Overload(rawValue: onOverload.rawValue)!
    live.exitsOnDisconnect = exitOnDisconnect
    live.sharesClock = sameClock
    live.safetyLimit = try limit()
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
