import CRealtime
import Signal

extension FrameLoop {
  /// Sums and gains of a frame loop that depend on none of each other within a frame, computed in vectors over nodes and
  /// channels: in each lane, the ports added in order, times a factor.
  ///
  /// A sum that only one gain hears is taken together with it. A sum alone has the factor 1, a gain alone one port.
  struct Mix {
    var portCount: Int
    /// Lanes of two neighbouring channels, and of one.
    var pairs: Lanes
    var singles: Lanes
    var nodes: UnsafeMutableBufferPointer<Node>

    struct Lanes {
      /// Places in the loop's cells: of each port of a lane, and of its output.
      var inputs: UnsafePointer<Int32>
      var outputs: UnsafePointer<Int32>
      var factors: UnsafeMutablePointer<Float>
      /// With some that lead from silence to nowhere, to fill the last vector.
      var count: Int
      /// Whether the outputs lie side by side, with cells that nobody reads behind them.
      var isDense: Bool
    }

    /// A sum, a gain, or both: places in the loop's steps, -1 where there is none.
    struct Node {
      var sum: Int
      var gain: Int
      /// Of its first lane.
      var factors: UnsafeMutablePointer<Float>
      var laneCount: Int

      func set(_ factor: Float) {
        for lane in 0..<laneCount { factors[lane] = factor }
      }
    }

    /// Computes all lanes. Returns whether everything is finite.
    @inline(__always)
    func run(_ cells: UnsafeMutablePointer<Float>) -> Bool {
      var isFinite = true
      if pairs.count > 0 {
        isFinite =
          pairs.isDense
          ? talea_mix_dense_pairs(
            cells, pairs.inputs, cells + Int(pairs.outputs.pointee), pairs.factors, portCount, pairs.count)
          : talea_mix_pairs(cells, pairs.inputs, pairs.outputs, pairs.factors, portCount, pairs.count)
      }
      if singles.count > 0 {
        let isSound =
          singles.isDense
          ? talea_mix_dense_singles(
            cells, singles.inputs, cells + Int(singles.outputs.pointee), singles.factors, portCount, singles.count)
          : talea_mix_singles(cells, singles.inputs, singles.outputs, singles.factors, portCount, singles.count)
        isFinite = isSound && isFinite
      }
      return isFinite
    }
  }

  /// Asks the mixed effects for their factors, which hold up to the next tick, or move from frame to frame.
  mutating func setFactors() {
    movingCount = 0
    for mix in mixes {
      for node in mix.nodes where node.gain >= 0 {
        let step = steps[node.gain], type = step.type.unsafelyUnwrapped, kernel = step.kernel.unsafelyUnwrapped
        if type.isFactorMoving(kernel) {
          moving[movingCount] = node
          movingCount += 1
        } else {
          node.set(type.nextFactor(kernel))
        }
      }
    }
  }

  /// The factors of the next frame, of those that move.
  @inline(__always)
  func moveFactors() {
    for index in 0..<movingCount {
      let step = steps[moving[index].gain]
      moving[index].set(step.type.unsafelyUnwrapped.nextFactor(step.kernel.unsafelyUnwrapped))
    }
  }
}
