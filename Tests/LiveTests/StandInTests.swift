import Engine
import Testing

@testable import Live

@Suite("files in place of devices") struct StandInTests {
  @Test func aRingGivesWhatItTookAroundItsEndAndRefusesWhatDoesNotFit() {
    let ring = FrameRing(channels: 2, capacity: 10)
    let source = PlanarBuffer(channels: 2, frames: 7), target = PlanarBuffer(channels: 2, frames: 7)
    var next = 0, expected = 0
    for _ in 0..<20 {
      for n in 0..<7 { (source.mutable[0][n], source.mutable[1][n]) = (Float(next + n), -Float(next + n)) }
      #expect(ring.write(source.constant, frameCount: 7))
      next += 7
      #expect(!ring.write(source.constant, frameCount: 4))
      #expect(ring.read(into: UnsafePointer(target.mutable), frameCount: 5) == 5)
      #expect(ring.read(into: UnsafePointer(target.mutable), frameCount: 7) == 2)
      expected += 5
      for n in 0..<2 { #expect(target.mutable[0][n] == Float(expected + n) && target.mutable[1][n] == -Float(expected + n)) }
      expected += 2
    }
    #expect(ring.count == 0)
  }

  /// A disk that takes nothing: the first frames find room, the others are lost, and told with their place and number.
  @Test func framesThatADiskCannotTakeAreToldWithTheirPlace() {
    final class Sink: FrameSink {
      func write(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) throws {}
    }
    let drain = FrameDrain(Sink(), channels: 1, sampleRate: 100, blockFrames: 64)
    let block = PlanarBuffer(channels: 1, frames: 64)
    var kept = 0
    while drain.lostFrames == 0 {
      #expect(drain.write(block.constant, frameCount: 64) == nil)
      kept += 64
    }
    kept -= 64
    #expect(kept == 800 / 64 * 64)
    for _ in 0..<3 { #expect(drain.write(block.constant, frameCount: 64) == nil) }
    // What is small enough fits again: the end of what was lost.
    #expect(drain.write(block.constant, frameCount: 1) == FrameGap(position: kept, count: 256))
    #expect(drain.write(block.constant, frameCount: 64) == nil)
    #expect(drain.takeGap() == FrameGap(position: kept + 257, count: 64))
    #expect(drain.takeGap() == nil && drain.lostFrames == 320)
  }

  @Test func commandsArriveInTheirOrderAndAllOfThemOrNone() {
    let ring = CommandRing()
    for round in 0..<5 {
      let group = (0..<3_000).map { LiveCommand.parameter(actor: $0, parameter: 0, value: 0, rampFrames: -1) }
      #expect(ring.write(group + [.end(group: Int32(round))]))
      #expect(ring.write(group))
      #expect(!ring.write(group))
      var actors: [Int] = [], ends: [Int32] = []
      while let command = ring.next() {
        switch command {
        case .parameter(let actor, _, _, _): actors.append(actor)
        case .end(let group): ends.append(group)
        case .mute, .passBy, .exchange, .profile, .endRemainders: Issue.record("a command from nowhere")
        }
      }
      #expect(actors == Array(0..<3_000) + Array(0..<3_000))
      #expect(ends == [Int32(round)])
    }
  }

  @Test func theMuteTakes20MillisecondsEachWay() {
    var stage = OutputStage(limit: nil, fadeSeconds: 0, sampleRate: 48_000)
    func run(_ count: Int) -> [Float] {
      var samples = Array(repeating: Float(1), count: count)
      samples.withUnsafeMutableBufferPointer { buffer in
        var channel = buffer.baseAddress!
        withUnsafePointer(to: &channel) { stage.process($0, channelCount: 1, frameCount: count) }
      }
      return samples
    }
    #expect(run(10) == Array(repeating: 1, count: 10))
    stage.isMuted = true
    let down = run(1_000)
    #expect(down[479] == 0.5 && down[959] == 0 && down[999] == 0)
    stage.isMuted = false
    let up = run(1_000)
    #expect(up[479] == 0.5 && up[959] == 1 && up[999] == 1)
  }
}
