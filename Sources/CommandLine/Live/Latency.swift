import ArgumentParser
import Talea

/// `talea latency`
struct Latency: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the latency of sound devices over a loopback cable.",
    discussion: """
      Connect the output of the device to its input, and turn loudspeakers off: 8 clicks of -12 dB are played and looked for. \
      What is printed beside it is what `talea live` states for the same settings.
      """)

  @Option(
    name: [.customShort("i"), .customLong("input-device")], help: ArgumentHelp("Where the cable ends.", valueName: "device"))
  var input = "default"

  @Option(
    name: [.customShort("o"), .customLong("output-device")], help: ArgumentHelp("Where the cable begins.", valueName: "device"))
  var output = "default"

  @Option(help: ArgumentHelp("Sample rate. [default: 48000 or the device's nearest]", valueName: "hz"), transform: sampleRate)
  var rate: Int?

  @Option(help: ArgumentHelp("Frames between two interrupts of the device.", valueName: "frames"))
  var period = 64

  @Option(help: ArgumentHelp("Periods in the device's buffer.", valueName: "n"))
  var periods = 2

  @Option(help: ArgumentHelp("Channels of the devices. [default: 2, or their nearest]", valueName: "n"))
  var channels: Int?

  @Flag(help: "Take two devices of different names for parts of one, on one clock.")
  var sameClock = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...65_536).contains(period) else { throw ValidationError("--period takes 1 to 65536 frames, not \(period)") }
    guard (2...256).contains(periods) else { throw ValidationError("--periods takes 2 to 256, not \(periods)") }
    if let channels, !(1...1_024).contains(channels) { throw ValidationError("--channels takes 1 to 1024, not \(channels)") }
  }

  func run() throws {
    var settings = LiveSettings()
    (settings.captureDevice, settings.playbackDevice) = (input, output)
    (settings.sampleRate, settings.periodFrames, settings.periods, settings.channels) = (rate, period, periods, channels)
    settings.sharesClock = sameClock
    let probe = try LatencyProbe(settings)
    if !json {
      Console.shared.write("capture: \(input), \(probe.capture)\nplayback: \(output), \(probe.playback)\n")
    }
    let report = try probe.run()
    guard let least = report.measuredFrames.min(), let most = report.measuredFrames.max() else {
      throw CommandError.failed(
        "no click came back: connect an output of \(output) to an input of \(input), and turn both levels up")
    }
    if json {
      print(
        JSONValue.object([
          "sampleRate": .integer(report.sampleRate), "statedFrames": .integer(report.statedFrames),
          "measuredFrames": .array(report.measuredFrames.map { .integer($0) }), "interruptions": .integer(report.interruptions),
        ]).text(), terminator: "")
      return
    }
    print("stated:   \(text(report.statedFrames, report)), the device's buffer")
    let clicks = "\(report.measuredFrames.count) of \(LatencyProbe.clickCount) clicks"
    if least == most {
      print("measured: \(text(least, report)), \(clicks)")
      print("beyond the stated: \(text(least - report.statedFrames, report)) of converters and cable")
    } else {
      print("measured: from \(text(least, report)) to \(text(most, report)), \(clicks): the device does not keep its latency")
    }
    if report.interruptions > 0 {
      Console.shared.write("note: \(count(report.interruptions, "interruption")) by the device, measured anew each time\n")
    }
  }

  private func text(_ frames: Int, _ report: LatencyProbe.Report) -> String {
    "\(count(frames, "frame")) (\(fixed(Double(frames) * 1_000 / Double(report.sampleRate), 2)) ms)"
  }
}
