import CRealtime
import Engine

/// Which channels of the devices are those of `in` and `out`: their memory is that of the devices' channels, so that nothing
/// is copied. One channel of `out` goes to all of the device, unless told where; what is left over of the device is silent.
final class ChannelRouting {
  /// The channels of the capture device or file.
  let captured: PlanarBuffer
  /// The channels of the playback device or file.
  let played: PlanarBuffer
  /// Of the patch.
  let inputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  let inputCount: Int
  let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  let outputCount: Int
  private let spreads: Bool

  /// - Parameter inputMap: nil where all channels are taken in their order.
  init(captured: Int, inputMap: [Int]?, played: Int, outputs outputCount: Int, outputMap: [Int]?, frames: Int) {
    self.captured = PlanarBuffer(channels: captured, frames: frames)
    self.played = PlanarBuffer(channels: played, frames: frames)
    let inputMap = inputMap ?? Array(0..<captured), outputMap = outputMap ?? Array(0..<outputCount)
    inputCount = inputMap.count
    self.outputCount = outputCount
    spreads = outputCount == 1 && outputMap == [0]
    inputs = .allocate(capacity: max(1, inputMap.count))
    outputs = .allocate(capacity: max(1, outputCount))
    for (channel, place) in inputMap.enumerated() { (inputs + channel).initialize(to: self.captured.mutable[place]) }
    for (channel, place) in outputMap.enumerated() { (outputs + channel).initialize(to: self.played.mutable[place]) }
  }

  deinit {
    inputs.deallocate()
    outputs.deallocate()
  }

  var constantInputs: UnsafePointer<UnsafePointer<Float>> {
    UnsafeRawPointer(inputs).assumingMemoryBound(to: UnsafePointer<Float>.self)
  }
  var constantOutputs: UnsafePointer<UnsafePointer<Float>> {
    UnsafeRawPointer(outputs).assumingMemoryBound(to: UnsafePointer<Float>.self)
  }

  /// Gives the one channel of `out` to all of the device. Channels that belong to none of the patch are never written and
  /// stay silent. Real-time safe.
  func spread(frameCount: Int) {
    guard spreads else { return }
    for channel in 1..<max(1, played.channels) {
      talea_copy(played.mutable[channel], outputs[0], frameCount * MemoryLayout<Float>.stride)
    }
  }
}
