import Talea

/// Turns the controls of a playing patch by the MIDI controllers that the patch names for them.
final class MIDIKnobs {
  private let input: SequencerInput
  private let session: LiveSession
  private let console: LiveLog
  /// Whether everything that arrives is printed.
  private let learns: Bool

  /// - Throws: `SequencerError`.
  init(_ session: LiveSession, port: String, learns: Bool, _ console: LiveLog) throws(SequencerError) {
    input = try SequencerInput(from: port == "open" ? nil : port)
    (self.session, self.learns, self.console) = (session, learns, console)
    console.openedMIDI(input.address, port: port == "open" ? nil : port)
  }

  /// Takes what arrived. The newest position of a knob counts.
  func step() {
    var turned: [Int: Double] = [:]
    for controller in input.takeControllers() {
      let controls = session.graph.controls.indices.filter { session.graph.controls[$0].midi?.matches(controller) == true }
      if learns { console.arrived(controller, controls.map { session.graph.controls[$0].address }) }
      for control in controls { turned[control] = Double(controller.value) / 127 }
    }
    for (control, share) in turned.sorted(by: { $0.key < $1.key }) {
      guard let knob = session.knob(ofControl: control) else { continue }
      _ = session.change(knob.target, to: knob.value(at: share))
    }
  }
}

extension MIDIController {
  func matches(_ controller: SequencerInput.Controller) -> Bool {
    number == controller.number && (channel == nil || channel == controller.channel)
  }
}
