import CRealtime
import Signal

/// The ways to fill vectors of four and eight doubles: with many stages of two channels, or with many channels. All compute the
/// same operations on the same numbers.
extension BiquadCascade {
  /// Below this, gathering the memory of stages costs more than it brings.
  private static var shortestAcross: Int { @_transparent @_noAllocation @_noLocks get { 16 } }

  /// Settled stages on four or eight channels at a time, where that beats pairs. Returns the first channel that is left.
  @_noAllocation @_noLocks
  func runAcross(_ block: AudioBlock, _ start: Int, _ frameCount: Int) -> Int {
    guard channelCount >= 4, frameCount >= Self.shortestAcross else { return 0 }
    var channel = 0
    if isWide, stageCount <= 2 * Int(talea_most_sections_across) {
      while channel + 8 <= channelCount {
        runAcross(block, start, frameCount, channel, lanes: 8)
        channel += 8
      }
    }
    if !isWide || stageCount <= 4 {
      while channel + 4 <= channelCount {
        runAcross(block, start, frameCount, channel, lanes: 4)
        channel += 4
      }
    }
    return channel
  }

  @_noAllocation @_noLocks
  private func runAcross(_ block: AudioBlock, _ start: Int, _ frameCount: Int, _ first: Int, lanes: Int) {
    let frames = UnsafeMutableRawPointer(scratch.base).assumingMemoryBound(to: Double.self)
    let room = 2 * scratch.count / lanes
    var done = 0
    while done < frameCount {
      let count = min(room, frameCount - done), offset = start + done
      for lane in stride(from: 0, to: lanes, by: 4) {
        let channel = first + lane
        talea_gather_four(
          block.input(channel) + offset, block.input(channel + 1) + offset, block.input(channel + 2) + offset,
          block.input(channel + 3) + offset, frames + lane, lanes, count)
      }
      let sections = places.base + first / 2 * stageCount
      var runs = (stageCount + Int(talea_most_sections_across) - 1) / Int(talea_most_sections_across)
      var stage = 0
      while runs > 0 {
        let stages = (stageCount - stage + runs - 1) / runs
        if lanes == 8 {
          talea_biquads_across_eight(sections + stage, stageCount, stages, frames, count)
        } else {
          talea_biquads_across_four(sections + stage, stageCount, stages, frames, count)
        }
        stage += stages
        runs -= 1
      }
      for lane in stride(from: 0, to: lanes, by: 4) {
        let channel = first + lane
        talea_spread_four(
          frames + lane, lanes, block.output(channel) + offset, block.output(channel + 1) + offset,
          block.output(channel + 2) + offset, block.output(channel + 3) + offset, count)
      }
      done += count
    }
  }
}
