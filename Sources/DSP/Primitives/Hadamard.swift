import Signal

/// Multiplies sixteen lines by the Hadamard matrix of order 16, frame by frame: each output is a sum of all inputs with
/// signs of its own. Its length is four times that of the input; who needs an orthogonal matrix divides by 4.
@inline(__always) @_noAllocation @_noLocks
func mixHadamard(_ lines: UnsafeMutablePointer<SIMD8<Float>>) {
  // Two stages of butterflies at a time: four vectors fit the registers together.
  for first in 0..<4 { butterflies(lines + 4 * first, 1) }
  for first in 0..<4 { butterflies(lines + first, 4) }
}

@_transparent @_noAllocation @_noLocks
private func butterflies(_ lines: UnsafeMutablePointer<SIMD8<Float>>, _ step: Int) {
  let a = lines[0], b = lines[step], c = lines[2 * step], d = lines[3 * step]
  let ab = a + b, ba = a - b, cd = c + d, dc = c - d
  lines[0] = ab + cd
  lines[step] = ba + dc
  lines[2 * step] = ab - cd
  lines[3 * step] = ba - dc
}
