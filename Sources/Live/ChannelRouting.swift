import CRealtime
import Engine

/// From the channels of `out` to those of the device: one channel goes to all, others to those of the same number; what is
/// left over of the device is silent.
struct ChannelRouting: Sendable {
  let patch: Int
  let device: Int

  /// Fills the device's channels from those of the patch, which lie in front of the same buffer. Real-time safe.
  func spread(_ buffer: PlanarBuffer, frameCount: Int) {
    guard device > patch else { return }
    for channel in patch..<device {
      if patch == 1 {
        talea_copy(buffer.mutable[channel], buffer.mutable[0], frameCount * MemoryLayout<Float>.stride)
      } else {
        talea_zero(buffer.mutable[channel], frameCount * MemoryLayout<Float>.stride)
      }
    }
  }
}
