import Engine

extension DeviceLoop {
  /// Does what was asked for since the last block, at its first frame.
  func takeCommands() {
    while let command = commands.next() {
      switch command {
      case .parameter(let actor, let parameter, let value, let frames):
        // By the patch's own position: it stands still while the input passes by.
        let isScheduled = executor._withUnsafeGuaranteedRef {
          $0.schedule(
            actor: actor, parameter: parameter, value: value, at: $0.position, rampFrames: frames < 0 ? nil : frames)
        }
        if !isScheduled { report(.changeLost) }
      case .mute(let isMuted): output.pointee.isMuted = isMuted
      case .passBy(let isOn): setBypass(isOn)
      case .exchange(let exchange, let tail):
        executor = exchange._withUnsafeGuaranteedRef {
          $0.run()
          return $0.follower
        }
        figures[.patchPosition] = executor._withUnsafeGuaranteedRef {
          $0.setProfiling(isProfiling)
          return $0.position
        }
        self.tail?.patchChanges(to: tail)
      case .profile(let isOn):
        isProfiling = isOn
        executor._withUnsafeGuaranteedRef { $0.setProfiling(isOn) }
      case .endRemainders: executor._withUnsafeGuaranteedRef { $0.endRemainders() }
      case .end(let group): report(.changed, nil, group)
      }
    }
  }

  /// From the next frame on the input passes by the patch, or the patch plays again.
  func setBypass(_ isOn: Bool) {
    guard bypass.set(isOn) else { return }
    figures[.isBypassed] = isOn ? 1 : 0
    // What was measured is the load of something else.
    overload = OverloadWatch()
    report(isOn ? .bypassed : .patchResumed)
  }
}
