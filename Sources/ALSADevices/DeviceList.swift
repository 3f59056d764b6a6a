import CALSA
import Glibc

/// A device as it can be listed.
public struct DeviceDescription: Sendable, Hashable {
  public var name: String
  /// The driver's words, on one line.
  public var summary: String
  /// What it does in each direction that it has.
  public var directions: [Direction: Offer]

  /// One direction of a device.
  public enum Offer: Sendable, Hashable {
    case takes(Capabilities)
    /// It cannot be opened now, with the reason.
    case closed(String)
  }
}

/// What a device takes in one direction. Each is what is possible while nothing else is chosen.
public struct Capabilities: Sendable, Hashable {
  /// The usual rates among those it takes.
  public var sampleRates: [Int]
  public var channels: ClosedRange<Int>
  public var formats: [DeviceFormat]
  public var periodFrames: ClosedRange<Int>
  public var bufferFrames: ClosedRange<Int>
}

extension DeviceDescription {
  /// All devices of the system's configuration, in its order, each opened for a moment to see what it takes.
  public static func all() -> [DeviceDescription] {
    talea_alsa_quiet()
    var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    guard snd_device_name_hint(-1, "pcm", &hints) == 0, let hints else { return [] }
    defer { snd_device_name_free_hint(hints) }
    var devices: [DeviceDescription] = []
    var place = hints
    while let hint = place.pointee {
      place += 1
      guard let name = text(hint, "NAME") else { continue }
      let one = text(hint, "IOID").flatMap { $0 == "Input" ? Direction.capture : $0 == "Output" ? .playback : nil }
      let summary = (text(hint, "DESC") ?? "").split(separator: "\n").joined(separator: ", ")
      devices.append(describe(name, summary: summary, directions: one.map { [$0] } ?? Direction.allCases))
    }
    return devices
  }

  /// What one device takes, by its name. A direction that it does not have is left out.
  public static func describe(
    _ name: String, summary: String = "", directions: [Direction] = Direction.allCases
  ) -> DeviceDescription {
    talea_alsa_quiet()
    var device = DeviceDescription(name: name, summary: summary, directions: [:])
    for direction in directions {
      switch probe(name, direction) {
      case .success(let capabilities): device.directions[direction] = .takes(capabilities)
      case .failure(let error):
        // What has only one direction says so in one of these words.
        guard ![-ENOENT, -ENODEV, -ENXIO, -EINVAL].contains(error.code) else { continue }
        device.directions[direction] = .closed(String(describing: error))
      }
    }
    return device
  }

  private static func probe(_ name: String, _ direction: Direction) -> Result<Capabilities, DeviceError> {
    var handle: OpaquePointer?
    let code = snd_pcm_open(&handle, name, direction.stream, Int32(SND_PCM_NONBLOCK))
    guard code == 0, let handle else { return .failure(.open(device: name, direction: direction, code: code)) }
    defer { snd_pcm_close(handle) }
    do {
      let space = try HardwareParameters(handle, device: name, direction: direction)
      return .success(
        Capabilities(
          sampleRates: space.usualSampleRates, channels: space.channelCounts,
          formats: DeviceFormat.preference.filter(space.takes), periodFrames: space.periodFrames,
          bufferFrames: space.bufferFrames))
    } catch {
      return .failure(error)
    }
  }

  private static func text(_ hint: UnsafeMutableRawPointer, _ key: String) -> String? {
    guard let value = snd_device_name_get_hint(hint, key) else { return nil }
    defer { free(value) }
    return String(cString: value)
  }
}
