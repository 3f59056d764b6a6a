/// Two sections for two channels: coefficients and memory. Lanes 0 and 1 hold the channels of one section, lanes 2 and 3 those
/// of the next.
///
/// One frame is `y = b0 x + rest - a1 y1`, then `rest = b1 x + b2 x1 - a2 y1` for the next. The transposed form has every frame
/// wait for two multiply-adds of the one before; here it is one and a half. Every path computes in this order.
struct BiquadGroup: BitwiseCopyable {
  var b0 = SIMD4<Double>(repeating: 1)
  var b1 = SIMD4<Double>()
  var b2 = SIMD4<Double>()
  /// Negated, so that every product is added.
  var a1 = SIMD4<Double>()
  var a2 = SIMD4<Double>()
  /// The last input, the last output, and what the past adds to the next frame but for the last output.
  var x1 = SIMD4<Double>()
  var y1 = SIMD4<Double>()
  var rest = SIMD4<Double>()
}
