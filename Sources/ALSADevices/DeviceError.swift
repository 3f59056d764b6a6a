import CALSA

/// What a device would not do.
public enum DeviceError: Error, Sendable, Hashable {
  /// No device of that name, or it cannot be opened.
  case open(device: String, direction: Direction, code: Int32)
  /// The device does not take a setting. `offered` says what it takes, in words.
  case refused(device: String, direction: Direction, setting: String, wanted: String, offered: String)
  /// A call failed on a device that was open.
  case call(device: String, direction: Direction, name: String, code: Int32)

  /// The error number of the system, where one is behind it.
  public var code: Int32? {
    switch self {
    case .open(_, _, let code), .call(_, _, _, let code): code
    case .refused: nil
    }
  }
}

extension DeviceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .open(let device, let direction, let code):
      "\(device) (\(direction.rawValue)): \(Self.openSentence(code, device))"
    case .refused(let device, let direction, let setting, let wanted, let offered):
      "\(device) (\(direction.rawValue)): the device does not take \(setting) \(wanted); it takes \(offered)"
    case .call(let device, let direction, let name, let code):
      "\(device) (\(direction.rawValue)): \(name) failed: \(alsaReason(code))"
    }
  }

  private static func openSentence(_ code: Int32, _ device: String) -> String {
    switch -code {
    case EBUSY:
      "another program has it open\(DeviceOwners.names(of: device).map { ": \($0)" } ?? ""); close that, or use a sound server's device"
    case ENOENT, ENODEV, ENXIO: "there is no such device; talea devices lists those there are"
    case EACCES, EPERM: "no permission to open it; being a member of the group audio gives it"
    default: "cannot be opened: \(alsaReason(code))"
    }
  }
}

/// The library's words for an error number.
func alsaReason(_ code: Int32) -> String { String(cString: snd_strerror(code)) }
