import CRealtime
import Signal

/// The value between two frames of the past, by Lagrange interpolation through the frames around it.
///
/// Sixteen frames where the delay leaves room for them on its near side, fewer below 8 frames: `2 floor(delay)`, two below
/// two frames. A delay of whole frames gives the frame itself, so crossing one never jumps. Centred Lagrange interpolation
/// never amplifies a frequency, so it cannot make a feedback loop unstable.
///
/// Source: T. I. Laakso et al., "Splitting the unit delay", IEEE Signal Processing Magazine 13(1), 1996; barycentric form
/// after J.-P. Berrut and L. N. Trefethen, SIAM Review 46(3), 2004.
struct FractionalRead: BitwiseCopyable {
  /// Frames on each side at most.
  static var reach: Int { @_transparent @_noAllocation @_noLocks get { 8 } }

  /// Whole frames of the delay.
  let whole: Int
  private let fraction: Float
  /// Weights of the eight frames on the far side, oldest first, and of the eight on the near one; one over their sum.
  private let far: SIMD8<Float>
  private let near: SIMD8<Float>
  private let scale: Float

  var isWhole: Bool { @_transparent @_noAllocation @_noLocks get { fraction == 0 } }

  /// - Parameter delay: in frames, 0 or more.
  @inline(__always) @_noAllocation @_noLocks
  init(_ delay: Double) {
    let floor = talea_floor(delay)
    let rest = Float(delay - floor)
    // A rest just below 1 may round up to it.
    whole = Int(floor) + (rest == 1 ? 1 : 0)
    fraction = rest == 1 ? 0 : rest
    guard whole > 1, fraction != 0 else {
      far = SIMD8()
      near = SIMD8()
      scale = 1
      return
    }
    let weights = Self.weights(whole)
    far = weights.lowHalf / (SIMD8(8, 7, 6, 5, 4, 3, 2, 1) - fraction)
    near = weights.highHalf / (SIMD8(0, -1, -2, -3, -4, -5, -6, -7) - fraction)
    scale = 1 / talea_total(far + near)
  }

  /// - Parameter newest: where the frame of delay 0 lies; the 16 frames from `newest - whole - 8` on are readable.
  @inline(__always) @_noAllocation @_noLocks
  func callAsFunction(_ newest: UnsafePointer<Float>) -> Float {
    let frame = newest - whole
    guard fraction != 0 else { return frame[0] }
    guard whole > 1 else { return frame[0].addingProduct(fraction, frame[-1] - frame[0]) }
    return scale * talea_total((far * load(frame - 8, 8)).addingProduct(near, load(frame, 8)))
  }

  /// Binomial coefficients with alternating signs: the barycentric weights of equally spaced frames.
  @inline(__always) @_noAllocation @_noLocks
  private static func weights(_ whole: Int) -> SIMD16<Float> {
    whole < reach
      ? nearWeights(whole)
      : SIMD16(-1, 15, -105, 455, -1365, 3003, -5005, 6435, -6435, 5005, -3003, 1365, -455, 105, -15, 1)
  }

  /// Below eight frames: of fewer frames, the others 0.
  @inline(never) @_noAllocation @_noLocks
  private static func nearWeights(_ whole: Int) -> SIMD16<Float> {
    switch whole {
    case 2: SIMD16(0, 0, 0, 0, 0, 0, -1, 3, -3, 1, 0, 0, 0, 0, 0, 0)
    case 3: SIMD16(0, 0, 0, 0, 0, -1, 5, -10, 10, -5, 1, 0, 0, 0, 0, 0)
    case 4: SIMD16(0, 0, 0, 0, -1, 7, -21, 35, -35, 21, -7, 1, 0, 0, 0, 0)
    case 5: SIMD16(0, 0, 0, -1, 9, -36, 84, -126, 126, -84, 36, -9, 1, 0, 0, 0)
    case 6: SIMD16(0, 0, -1, 11, -55, 165, -330, 462, -462, 330, -165, 55, -11, 1, 0, 0)
    default: SIMD16(0, -1, 13, -78, 286, -715, 1287, -1716, 1716, -1287, 715, -286, 78, -13, 1, 0)
    }
  }
}
