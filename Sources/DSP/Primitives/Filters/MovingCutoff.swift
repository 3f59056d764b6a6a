import CRealtime
import Signal

/// A cutoff that moves by its parameter, or with a signal in octaves as well: the tangent of half its angle for each frame.
/// It is held between 2^-40 and 0.49 of the sample rate.
struct MovingCutoff: BitwiseCopyable {
  /// Binary logarithm of the cutoff over the sample rate.
  private var octaves: LinearRamp
  /// For the value that holds.
  private var tangent: Double
  private let modulator: Int?
  private let framesPerSecond: Double

  /// - Parameters:
  ///   - frequency: in Hz.
  ///   - modulator: the input of a block whose samples are octaves; nil without one.
  @_noAllocation @_noLocks
  init(_ frequency: Double, modulator: Int?, framesPerSecond: Double) {
    octaves = LinearRamp(Math.log2(frequency / framesPerSecond))
    tangent = Self.tangents(SIMD4(repeating: octaves.target))[0]
    self.modulator = modulator
    self.framesPerSecond = framesPerSecond
  }

  @_noAllocation @_noLocks
  mutating func retarget(_ frequency: Double, over frames: Int) {
    octaves.retarget(Math.log2(frequency / framesPerSecond), over: frames)
    tangent = Self.tangents(SIMD4(repeating: octaves.target))[0]
  }

  /// Of the next `count` frames, at most four, which start at `frame` of the block.
  @inline(__always) @_noAllocation @_noLocks
  mutating func next(_ block: AudioBlock, _ frame: Int, _ count: Int) -> SIMD4<Double> {
    if let modulator {
      return Self.tangents(octaves.next(four: count) + talea_widen(load(four: block.input(modulator) + frame, count)))
    }
    return octaves.isMoving ? Self.tangents(octaves.next(four: count)) : SIMD4(repeating: tangent)
  }

  @_noAllocation @_noLocks
  private static func tangents(_ octaves: SIMD4<Double>) -> SIMD4<Double> {
    let turns = Math.exp2(octaves.replacing(with: -40, where: octaves .< -40))
    return Math.tan(Double.pi * turns.replacing(with: 0.49, where: turns .> 0.49))
  }

  @_noAllocation @_noLocks
  mutating func snap() { octaves.snap() }
}
