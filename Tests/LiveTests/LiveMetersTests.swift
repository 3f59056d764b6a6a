import Testing

@testable import Live

@Suite("meters") struct LiveMetersTests {
  /// Writes blocks of one input and two outputs.
  private func play(_ meters: LiveMeters, _ blocks: Int, frames: Int, _ values: [Float]) {
    let buffers = values.map { value in
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: frames)
      buffer.initialize(repeating: value, count: frames)
      return UnsafePointer(buffer)
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    buffers.withUnsafeBufferPointer { pointers in
      for _ in 0..<blocks { meters.note(pointers.baseAddress!, pointers.baseAddress! + 1, frameCount: frames) }
    }
  }

  @Test(arguments: [1, 13, 64, 4_800, 60_000])
  func peaksStayForASecondAndMeansForThreeTenths(frames: Int) {
    let meters = LiveMeters(inputs: 1, outputs: 2, sampleRate: 48_000)
    play(meters, 96_000 / frames + 1, frames: frames, [0.5, -0.25, 0])
    var levels = meters.read()
    #expect(levels.inputs == [ChannelLevel(peak: 0.5, rms: 0.5)])
    #expect(levels.outputs == [ChannelLevel(peak: 0.25, rms: 0.25), ChannelLevel(peak: 0, rms: 0)])
    guard frames <= 4_800 else { return }
    // Half a second of silence: the mean is over, the peak is not.
    play(meters, 24_000 / frames + 1, frames: frames, [0, 0, 0])
    levels = meters.read()
    #expect(levels.inputs == [ChannelLevel(peak: 0.5, rms: 0)])
    play(meters, 48_000 / frames + 1, frames: frames, [0, 0, 0])
    #expect(meters.read().inputs == [ChannelLevel(peak: 0, rms: 0)])
  }

  @Test func whatIsNoNumberIsNotMeasured() {
    let meters = LiveMeters(inputs: 1, outputs: 2, sampleRate: 48_000)
    play(meters, 3, frames: 21, [.nan, .infinity, 3e38])
    play(meters, 3, frames: 21, [0.5, 0.5, -0.5])
    let levels = meters.read()
    for level in levels.inputs + levels.outputs {
      #expect(level.peak == 0.5 && abs(level.rms - 0.5 * Float(0.5).squareRoot()) < 1e-6)
    }
  }
}
