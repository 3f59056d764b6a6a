import Signal

/// What turns a step or a corner that falls between two frames into a band-limited one: the integral of a lowpass filter's
/// response less the ideal step, and the integral of that.
///
/// The filter passes 0.417 of the sample rate (20 kHz of 48) and stops from where aliases would fold below that, by 84 dB.
/// Correcting the ideal wave around its edges is the method of E. Brandt, "Hard sync without aliasing", ICMC 2001, and
/// F. Esqueda et al., "Rounding corners with BLAMP", DAFx 2016; here without a minimum-phase filter, since a wave's edges
/// are known ahead. Real-time safe but for `init`.
struct BandLimitedEdge: ~Copyable {
  enum Kind { case step, corner }

  /// Frames on either side of an edge that it changes.
  static let reach = 16.0
  private static let nodesPerFrame = 64

  /// Values and slopes (per node) for times from -reach to 0; between nodes by cubic Hermite polynomials, within 1e-8.
  private let nodes: OwnedBuffer<SIMD2<Double>>
  private let isOdd: Bool

  init(_ kind: Kind, memory: MemoryMeter) {
    isOdd = kind == .step
    let count = Int(Self.reach) * Self.nodesPerFrame
    let filter = KaiserSinc(passband: 20.0 / 48, stopband: 28.0 / 48, halfWidth: Self.reach)
    let spacing = 1 / Double(Self.nodesPerFrame)
    nodes = OwnedBuffer(count: count + 2, memory: memory)
    var step = 0.0, corner = 0.0
    var steps: [Double] = [0], corners: [Double] = [0], responses: [Double] = [0]
    for node in 0..<count {
      let start = Double(node) * spacing - Self.reach
      // Simpson's rule on each half; the error of the whole is below 1e-11.
      let y = (0...4).map { filter.value(at: start + Double($0) * spacing / 4) }
      let middle = step + spacing / 12 * (y[0] + 4 * y[1] + y[2])
      let end = middle + spacing / 12 * (y[2] + 4 * y[3] + y[4])
      corner += spacing / 6 * (step + 4 * middle + end)
      step = end
      steps.append(step)
      corners.append(corner)
      responses.append(y[4])
    }
    // Half of the whole integral, which differs from 1 by the pass band's ripple.
    let scale = 0.5 / step
    for node in 0...count {
      nodes[node] =
        kind == .step
        ? scale * SIMD2(steps[node], responses[node] * spacing) : scale * SIMD2(corners[node], steps[node] * spacing)
    }
  }

  /// What the edges at whole numbers of turns add at `phase` turns of a wave that moves by `step` turns a frame, for an edge
  /// upwards by 1, or a corner that turns upwards by 1 per frame.
  @_noAllocation @_noLocks
  func correction(_ phase: Double, _ step: Double) -> Double {
    let width = Self.reach * step
    var sum = 0.0
    var edge = -Double(Int(width - phase))
    if edge < phase - width { edge += 1 }
    while edge < phase + width {
      sum += value((phase - edge) / step)
      edge += 1
    }
    return sum
  }

  /// `time` frames after the edge.
  @_noAllocation @_noLocks
  private func value(_ time: Double) -> Double {
    let position = (Self.reach - time.magnitude) * Double(Self.nodesPerFrame)
    guard position > 0 else { return 0 }
    let node = Int(position)
    let t = position - Double(node)
    let a = nodes[node], b = nodes[node + 1]
    let rise = b[0] - a[0]
    let quadratic = 3 * rise - 2 * a[1] - b[1], cubic = a[1] + b[1] - 2 * rise
    let result = a[0].addingProduct(t, a[1].addingProduct(t, quadratic.addingProduct(t, cubic)))
    return isOdd && time >= 0 ? -result : result
  }
}
