/// Finds how much faster one clock runs than another, from a queue that is filled by the one and emptied by the other.
///
/// A proportional-integral loop with double pole: the integral learns the ratio of the clocks, the proportional part keeps the
/// queue at its target. It begins fast, so that the queue settles within seconds, and slows down by and by, so that what
/// the devices report unevenly does not reach the pitch. Real-time safe.
///
/// Source: F. Adriaensen, "Controlling adaptive resampling", Linux Audio Conference 2012.
struct DriftControl: Sendable, Hashable {
  /// How much faster frames come in than they nominally should, as a share: 3e-4 for 300 ppm.
  private(set) var drift = 0.0
  /// Frames that come in per second, nominally.
  private let rate: Double
  /// What the loop has learned of the clocks.
  private var learned = 0.0
  /// The error, smoothed.
  private var smoothed = 0.0
  /// Since the loop began anew.
  private var seconds = 0.0

  /// No crystal is that far off.
  static let limit = 5e-3
  /// The loop's bandwidth in radians per second, at the start and in the long run, and the time from one to the other.
  private static let bandwidth = (start: 1.2, end: 0.1)
  private static let settling = 4.0
  /// The smoothing of the error, as a multiple of the bandwidth.
  private static let smoothing = 8.0

  init(rate: Double) { self.rate = rate }

  /// Takes in how far the queue is from its target.
  ///
  /// - Parameters:
  ///   - error: frames too many.
  ///   - elapsed: seconds since the last call.
  mutating func update(error: Double, elapsed: Double) {
    let bandwidth = Self.bandwidth.end + (Self.bandwidth.start - Self.bandwidth.end) / (1 + square(seconds / Self.settling))
    seconds += elapsed
    smoothed += (error - smoothed) * min(1, Self.smoothing * bandwidth * elapsed)
    learned += bandwidth * bandwidth / rate * smoothed * elapsed
    learned = min(max(learned, -Self.limit), Self.limit)
    drift = min(max(learned + 2 * bandwidth / rate * smoothed, -Self.limit), Self.limit)
  }

  /// Begins anew with a queue at its target; what was learned of the clocks holds.
  mutating func restart() {
    (smoothed, seconds) = (0, 0)
    drift = learned
  }

  private func square(_ x: Double) -> Double { x * x }
}
