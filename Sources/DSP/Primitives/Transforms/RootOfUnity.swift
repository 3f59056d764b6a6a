import Signal

enum RootOfUnity {
  /// `exp(-2 pi i k / n)`, with the angle brought into an eighth of the circle first.
  static func value(_ k: Int, of n: Int) -> (cosine: Double, sine: Double) {
    // In eighths: 8 k = octant n + rest.
    let octant = (8 * (k % n)) / n
    let rest = 8 * (k % n) - octant * n
    let angle = { (eighths: Int) in Double(eighths) / Double(n) * (Double.pi / 4) }
    let (near, far) = (angle(rest), angle(n - rest))
    let (cosine, sine) =
      switch octant {
      case 0: (Math.cos(near), Math.sin(near))
      case 1: (Math.sin(far), Math.cos(far))
      case 2: (-Math.sin(near), Math.cos(near))
      case 3: (-Math.cos(far), Math.sin(far))
      case 4: (-Math.cos(near), -Math.sin(near))
      case 5: (-Math.sin(far), -Math.cos(far))
      case 6: (Math.sin(near), -Math.cos(near))
      default: (Math.cos(far), -Math.sin(far))
      }
    return (cosine, -sine)
  }
}
