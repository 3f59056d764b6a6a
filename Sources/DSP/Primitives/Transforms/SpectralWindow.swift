import Signal

/// Windows for frames that overlap, and whether frames at a hop can be put together again.
///
/// With analysis window a and synthesis window s, frames `hop` apart add up to the sound where the sum of `a s` over all frames
/// is 1 at every place of a hop. For the root of a periodic Hann window on both sides, or a Hann window on one, it is so at every hop
/// that divides half the window.
///
/// Source: D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", IEEE Trans. ASSP 32(2), 1984.
enum SpectralWindow: String, CaseIterable {
  /// The root of a Hann window, before and after: for changes that may not leak to where the window ends.
  case roothann
  /// A Hann window before and after, for hops of a quarter or less.
  case hann
  /// None before, none after: frames side by side or overlapping evenly.
  case rectangular

  /// At the middle of nothing: periodic, so that the windows of a hop add up.
  func values(_ size: Int) -> [Double] {
    (0..<size).map { n in
      let hann = 0.5 - 0.5 * Math.cosPi(2 * Double(n) / Double(size))
      return switch self {
      case .roothann: hann.squareRoot()
      case .hann: hann
      case .rectangular: 1
      }
    }
  }

  /// The least and the largest sum of `a s` over the places of a hop.
  func overlap(size: Int, hop: Int) -> ClosedRange<Double> {
    let squares = values(size).map { $0 * $0 }
    let sums = (0..<hop).map { place in stride(from: place, to: size, by: hop).reduce(0) { $0 + squares[$1] } }
    return sums.min()!...sums.max()!
  }

  /// Whether frames add up to the sound, but for a constant factor.
  func reconstructs(size: Int, hop: Int) -> Bool {
    guard hop <= size else { return false }
    let sums = overlap(size: size, hop: hop)
    return sums.lowerBound > 0 && sums.upperBound / sums.lowerBound - 1 < 1e-6
  }

  /// The window after, so that the sum of both is 1.
  func synthesis(_ size: Int, hop: Int) -> [Double] {
    let scale = 1 / overlap(size: size, hop: hop).upperBound
    return values(size).map { $0 * scale }
  }
}
