import ArgumentParser
import Talea

/// What `process` and `render` have in common: how the sound is stored and how the patch is played.
struct RenderingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Container of the output, instead of the one its ending says: wav, flac, ogg, …", valueName: "name"))
  var format: String?

  @Option(help: ArgumentHelp("Encoding of the samples: s16, s24, f32, vorbis, …", valueName: "name"))
  var encoding: String?

  @Option(
    help: ArgumentHelp("Noise before rounding to 16 bits or fewer: tpdf or none. [default: tpdf, unless the patch only routes]"))
  var dither: DitherChoice?

  @Option(
    name: .customLong("tap"),
    help: ArgumentHelp("Write what leaves a node to a file of its own.", valueName: "node[.port]=file"), transform: TapOutput.init
  )
  var taps: [TapOutput] = []

  @Option(
    help: ArgumentHelp("How long to go on after the input: none, a time, or auto (until it has died away).", valueName: "length"),
    transform: TailChoice.init)
  var tail: TailChoice = .automatic

  @Option(help: ArgumentHelp("Fade a tail out where it lasts longer than this.", valueName: "time"), transform: TimeValue.init)
  var tailLimit: TimeValue = .seconds(60)

  @Flag(help: "Leave the patch's latency at the front.")
  var keepLatency = false

  @Option(
    help: ArgumentHelp(
      "Frames handed over per call, or auto: chosen for speed. Changes the speed, never a byte.", valueName: "frames"))
  var block = BlockChoice.automatic

  @OptionGroup var sharing: ThreadOption

  @Flag(help: "Replace files that exist.")
  var force = false

  @Flag(help: "Print nothing but warnings and errors.")
  var quiet = false
}

enum DitherChoice: String, ExpressibleByArgument {
  case none, tpdf
}

enum TailChoice: Sendable {
  case automatic
  case none
  case time(TimeValue)

  init(_ text: String) throws {
    switch text {
    case "auto": self = .automatic
    case "none": self = .none
    default:
      guard let time = try? TimeValue(text) else {
        throw ValidationError("a tail is auto, none, or a time such as 1.5s")
      }
      self = .time(time)
    }
  }

  func length(at sampleRate: Int) -> TailOptions.Length {
    switch self {
    case .automatic: .automatic
    case .none: .none
    case .time(let time): .seconds(time.seconds(at: sampleRate))
    }
  }
}
