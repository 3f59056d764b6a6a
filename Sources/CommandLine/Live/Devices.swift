import ArgumentParser
import Talea

/// `talea devices`
struct Devices: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List the sound devices and what each takes.",
    discussion: """
      Each is opened for a moment. Names go after -i and -o of talea live; one that is not listed, such as `plughw:1,0`, can be \
      asked about by name.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("Devices to ask about. [default: all that are listed]", valueName: "device"))
  var names: [String] = []

  @Flag(help: "One JSON object instead of lines.")
  var json = false

  func run() throws {
    let devices = names.isEmpty ? DeviceDescription.all() : names.map { DeviceDescription.describe($0) }
    if json {
      print(JSONValue.object(["devices": .array(devices.map(\.json))]).text(), terminator: "")
    } else {
      print(devices.isEmpty ? "no sound devices are configured\n" : devices.map(\.text).joined(separator: "\n"), terminator: "")
    }
    if let missing = devices.first(where: { !names.isEmpty && $0.directions.isEmpty }) {
      throw CommandError.failed("\(missing.name): there is no such device, or it has neither direction")
    }
  }
}

extension DeviceDescription {
  fileprivate var text: String {
    var lines = [name + (summary.isEmpty ? "" : "  (\(summary))")]
    for direction in Direction.allCases {
      switch directions[direction] {
      case .takes(let it):
        lines.append(
          "  \(direction.rawValue): \(it.rateText), \(rangeText(it.channels, "channel")), "
            + "\(it.formats.map(\.rawValue).joined(separator: " ")), periods of \(rangeText(it.periodFrames, "frame"))")
      case .closed(let reason): lines.append("  \(direction.rawValue): \(reason)")
      case nil: break
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  fileprivate var json: JSONValue {
    .object([
      "name": .string(name), "summary": .string(summary),
      "capture": directions[.capture].map(Self.json), "playback": directions[.playback].map(Self.json),
    ])
  }

  private static func json(_ offer: Offer) -> JSONValue {
    switch offer {
    case .closed(let reason): .object(["error": .string(reason)])
    case .takes(let it):
      .object([
        "sampleRates": .array(it.sampleRates.map { .integer($0) }), "channels": json(it.channels),
        "formats": .array(it.formats.map { .string($0.rawValue) }), "periodFrames": json(it.periodFrames),
        "bufferFrames": json(it.bufferFrames),
      ])
    }
  }

  private static func json(_ range: ClosedRange<Int>) -> JSONValue {
    .array([.integer(range.lowerBound), .integer(range.upperBound)])
  }
}

extension Capabilities {
  fileprivate var rateText: String {
    sampleRates.isEmpty ? "none of the usual rates" : sampleRates.map(String.init).joined(separator: " ") + " Hz"
  }
}

private func rangeText(_ range: ClosedRange<Int>, _ word: String) -> String {
  range.count == 1 ? count(range.lowerBound, word) : "\(range.lowerBound) to \(range.upperBound) \(word)s"
}
