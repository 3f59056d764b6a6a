import CRealtime

/// Whether the input passes by the patch, live and in a replay.
///
/// The patch stands still meanwhile: no frame of it is computed, and its position waits. When it is played again, the sound goes
/// from the input to the patch in a straight line of 20 ms. Real-time safe.
struct PatchBypass {
  private(set) var isOn = false
  private let riseFrames: Int
  /// Frames of the rise done.
  private var risen: Int

  init(sampleRate: Int) {
    riseFrames = max(1, sampleRate / 50)
    risen = riseFrames
  }

  /// - Returns: whether that is another state than before.
  @_noAllocation @_noLocks
  mutating func set(_ isOn: Bool) -> Bool {
    guard isOn != self.isOn else { return false }
    self.isOn = isOn
    risen = 0
    return true
  }

  /// Puts the input in place of the patch's output; its last channel where it has fewer.
  @_noAllocation @_noLocks
  func pass(
    _ inputs: UnsafePointer<UnsafePointer<Float>>, _ inputCount: Int, _ outputs: UnsafePointer<UnsafeMutablePointer<Float>>,
    _ outputCount: Int, frameCount: Int
  ) {
    for channel in 0..<outputCount {
      if inputCount > 0 {
        talea_copy(outputs[channel], inputs[min(channel, inputCount - 1)], frameCount * MemoryLayout<Float>.stride)
      } else {
        talea_zero(outputs[channel], frameCount * MemoryLayout<Float>.stride)
      }
    }
  }

  /// Mixes the input into the patch's output for as long as the patch comes back.
  @_noAllocation @_noLocks
  mutating func blend(
    _ inputs: UnsafePointer<UnsafePointer<Float>>, _ inputCount: Int, _ outputs: UnsafePointer<UnsafeMutablePointer<Float>>,
    _ outputCount: Int, frameCount: Int
  ) {
    let count = min(frameCount, riseFrames - risen)
    guard count > 0 else { return }
    for channel in 0..<outputCount {
      for n in 0..<count {
        let input = inputCount > 0 ? inputs[min(channel, inputCount - 1)][n] : 0
        outputs[channel][n] = input + (outputs[channel][n] - input) * (Float(risen + n + 1) / Float(riseFrames))
      }
    }
    risen += count
  }
}
