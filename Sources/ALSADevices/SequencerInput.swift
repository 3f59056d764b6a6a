import CALSA
import Glibc

/// A port of the ALSA sequencer at which MIDI controllers arrive. Not for the audio thread.
public final class SequencerInput {
  /// A knob or fader that was moved.
  public struct Controller: Sendable, Hashable {
    /// 1 to 16.
    public var channel: Int
    /// 0 to 127.
    public var number: Int
    /// 0 to 127.
    public var value: Int

    public init(channel: Int, number: Int, value: Int) { (self.channel, self.number, self.value) = (channel, number, value) }
  }

  private let handle: OpaquePointer
  private let port: Int32
  private let source: String?
  /// The port's address, as `aconnect` takes it.
  public let address: String

  /// Opens the port `Talea:control`.
  ///
  /// - Parameter source: a client's name or number, and perhaps a port (`nanoKONTROL`, `24:0`), to connect from, now and whenever
  ///   it appears again; nil where others connect it.
  /// - Throws: `SequencerError`.
  public init(from source: String?) throws(SequencerError) {
    talea_alsa_quiet()
    var opened: OpaquePointer?
    let code = snd_seq_open(&opened, "default", SND_SEQ_OPEN_INPUT, SND_SEQ_NONBLOCK)
    guard code == 0, let opened else { throw .noSequencer(code) }
    snd_seq_set_client_name(opened, "Talea")
    let created = snd_seq_create_simple_port(
      opened, "control", UInt32(SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_SUBS_WRITE),
      UInt32(SND_SEQ_PORT_TYPE_MIDI_GENERIC | SND_SEQ_PORT_TYPE_APPLICATION))
    guard created >= 0 else {
      snd_seq_close(opened)
      throw .noSequencer(created)
    }
    (handle, port, self.source) = (opened, created, source)
    address = "\(snd_seq_client_id(opened)):\(created)"
    // The system tells what appears.
    snd_seq_connect_from(opened, created, Int32(SND_SEQ_CLIENT_SYSTEM), Int32(SND_SEQ_PORT_SYSTEM_ANNOUNCE))
    if let source {
      let code = connect(source)
      guard code >= 0 else { throw .noPort(source, code) }
    }
  }

  deinit { snd_seq_close(handle) }

  private func connect(_ source: String) -> Int32 {
    var address = snd_seq_addr_t()
    let code = snd_seq_parse_address(handle, &address, source)
    guard code >= 0 else { return code }
    return snd_seq_connect_from(handle, port, Int32(address.client), Int32(address.port))
  }

  /// What arrived since the last call, in its order; does not wait. What is no controller is left out.
  public func takeControllers() -> [Controller] {
    var controllers: [Controller] = []
    var event: UnsafeMutablePointer<snd_seq_event_t>?
    while true {
      let code = snd_seq_event_input(handle, &event)
      // The queue ran over: what is in it now is newer.
      if code == -ENOSPC { continue }
      guard code >= 0, let event else { return controllers }
      switch UInt32(event.pointee.type) {
      case SND_SEQ_EVENT_CONTROLLER.rawValue:
        let control = event.pointee.data.control
        controllers.append(
          Controller(channel: Int(control.channel) + 1, number: Int(control.param), value: min(max(Int(control.value), 0), 127)))
      case SND_SEQ_EVENT_PORT_START.rawValue: if let source { _ = connect(source) }
      default: break
      }
    }
  }
}

/// Why no MIDI arrives.
public enum SequencerError: Error, Sendable, Hashable, CustomStringConvertible {
  case noSequencer(Int32)
  case noPort(String, Int32)

  public var description: String {
    switch self {
    case .noSequencer(let code):
      "there is no MIDI sequencer (\(String(cString: strerror(-code)))); the kernel's module snd-seq makes one"
    case .noPort(let name, let code):
      "\(name): no such MIDI port (\(String(cString: strerror(-code)))); aconnect -i lists those there are"
    }
  }
}
