import Signal

/// The echoes of a box-shaped room, from mirror images of the source in its walls.
///
/// Source: J. B. Allen and D. A. Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65(4), 1979.
struct ImageSources {
  struct Image: Equatable {
    /// Metres from the listener.
    var distance: Double
    /// How far it stands to the right, -1...1: the sine of its angle.
    var side: Double
    /// Walls that it was mirrored in.
    var order: Int
  }

  /// Metres per second, in air of 20 degrees.
  static let speed = 343.2

  let images: [Image]
  let direct: Double

  /// - Parameters: metres; places are shares of the room's sides. x runs from left to right, y away from the listener, z up.
  init(
    room: (Double, Double, Double), source: (Double, Double, Double), listener: (Double, Double, Double), order: Int
  ) {
    func axis(_ size: Double, _ source: Double, _ listener: Double) -> [(offset: Double, order: Int)] {
      // Image m stands at m L + s for even m, and at m L + L - s for odd m.
      (-order...order).map { m in
        let place = m % 2 == 0 ? Double(m) * size + source * size : Double(m + 1) * size - source * size
        return (place - listener * size, abs(m))
      }
    }
    let x = axis(room.0, source.0, listener.0), y = axis(room.1, source.1, listener.1), z = axis(room.2, source.2, listener.2)
    var images: [Image] = []
    for (dx, mx) in x {
      for (dy, my) in y {
        for (dz, mz) in z where (1...order).contains(mx + my + mz) {
          let distance = (dx * dx + dy * dy + dz * dz).squareRoot()
          images.append(Image(distance: distance, side: dx / distance, order: mx + my + mz))
        }
      }
    }
    self.images = images.sorted { ($0.order, $0.distance, $0.side) < ($1.order, $1.distance, $1.side) }
    let direct = x[order].offset, depth = y[order].offset, height = z[order].offset
    self.direct = (direct * direct + depth * depth + height * height).squareRoot()
  }
}
