import Engine

/// When a file that stands in for a device has been played to the end of what it set ringing.
///
/// At least the plan's declared tail, the device's silence after it, and where something rings, as much silence (under
/// -100 dBFS) as its longest echo and a tenth of a second; a minute at most. Real-time safe.
struct StandInTail {
  private var declared: Int
  private var proof: Int
  private var longest: Int
  private var frames = 0
  private var quiet = 0
  private var hasBegun = false

  init(_ plan: Plan) {
    let rate = plan.options.sampleRate
    declared = plan.tail.frames + plan.outputLatency
    proof = plan.tail.rings ? plan.tail.longestEcho + rate / 10 : 0
    longest = declared + 60 * rate
  }

  /// Another patch plays from here on; it takes as long as the longer of the two.
  mutating func patchChanges(to other: StandInTail) {
    (declared, proof, longest) = (max(declared, other.declared), max(proof, other.proof), max(longest, other.longest))
  }

  /// The file has ended.
  mutating func begin() { hasBegun = true }

  var isOver: Bool { hasBegun && frames >= declared && (quiet >= proof || frames >= longest) }

  mutating func note(_ channels: UnsafePointer<UnsafePointer<Float>>, channelCount: Int, frameCount: Int) {
    guard hasBegun else { return }
    frames += frameCount
    for n in 0..<frameCount {
      var loudest: Float = 0
      for channel in 0..<channelCount { loudest = max(loudest, channels[channel][n].magnitude) }
      quiet = loudest < 1e-5 ? quiet + 1 : 0
    }
  }
}
