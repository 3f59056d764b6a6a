import CRealtime
import Signal

/// The bands of a graphic equalizer and the gains their filters need, so that together they meet the wanted gains.
///
/// A peak filter reaches over to its neighbours: at the lower one it has 30% of its gain in dB. What the filters add up to at
/// the centres is therefore not what the sliders say. The filters' own gains are found by iteration: the error in dB at every
/// centre, through the inverse of the table that says what 1 dB of each band does at each centre. A function of the wanted
/// gains alone.
///
/// Source: V. Välimäki and J. Liski, "Accurate cascade graphic equalizer", IEEE Signal Processing Letters 24(2), 2017; there
/// one step of a least-squares fit, here the exact solution at the centres.
struct GraphicBands: ~Copyable {
  let count: Int
  /// Bands up to the next whole vector, for the rows of the tables.
  private let stride: Int
  /// cos of each centre's angle.
  private let cosines: OwnedBuffer<Double>
  /// `((cos w - cos w0) / sin w)^2` at the lower neighbour: 0.3 of the gain in dB belongs there.
  private let edges: OwnedBuffer<Double>
  /// The same of row m's band at the centre of column k.
  private let distances: OwnedBuffer<Double>
  /// Inverse of the table of influences, by rows.
  private let inverse: OwnedBuffer<Double>
  /// The filters' own gains in dB, what they add up to, and squares of gain factors and bandwidths.
  private let gains: OwnedBuffer<Double>
  private let response: OwnedBuffer<Double>
  private let squares: OwnedBuffer<Double>
  private let widths: OwnedBuffer<Double>

  /// The part of a band's gain, in dB, that its lower neighbour has of it.
  private static var share: Double { @_transparent @_noAllocation @_noLocks get { 0.3 } }
  /// In dB: what is left at most where the gains are found.
  private static var tolerance: Double { @_transparent @_noAllocation @_noLocks get { 1e-5 } }
  private static var mostSteps: Int { @_transparent @_noAllocation @_noLocks get { 24 } }
  /// Bands from this share of the sample rate on have no room for their filter.
  static let highest = 0.48

  /// - Parameters:
  ///   - centres: in Hz, rising; those above `highest` are left out.
  ///   - ratio: of a centre to its lower neighbour.
  init(centres: [Double], ratio: Double, framesPerSecond: Double, memory: MemoryMeter) {
    let angles = centres.map { $0 / framesPerSecond }.filter { $0 < Self.highest }
    let count = angles.count, stride = (count + 3) / 4 * 4
    self.count = count
    self.stride = stride
    cosines = OwnedBuffer(count: count, memory: memory)
    edges = OwnedBuffer(count: count, memory: memory)
    distances = OwnedBuffer(count: count * stride, memory: memory)
    inverse = OwnedBuffer(count: count * count, memory: memory)
    gains = OwnedBuffer(count: count, memory: memory)
    response = OwnedBuffer(count: stride, memory: memory)
    squares = OwnedBuffer(count: count, memory: memory)
    widths = OwnedBuffer(count: count, memory: memory)
    for (m, angle) in angles.enumerated() {
      cosines[m] = Math.cosPi(2 * angle)
      edges[m] = Self.distance(angle, angle / ratio)
      for k in 0..<stride { distances[m * stride + k] = k < count ? Self.distance(angle, angles[k]) : 1 }
    }
    invertInfluences()
  }

  /// `((cos w - cos w0) / sin w)^2`, the difference as a product so that nothing cancels.
  private static func distance(_ centre: Double, _ angle: Double) -> Double {
    let ratio = 2 * Math.sinPi(angle + centre) * Math.sinPi(angle - centre) / Math.sinPi(2 * angle)
    return ratio * ratio
  }

  /// What 10 dB of each band alone give at each centre, as shares; inverted after Gauss and Jordan.
  private func invertInfluences() {
    let square = Math.amplitude(decibels: 20.0)
    var rows = (0..<count).map { k in
      (0..<count).map { m in
        let width = Self.width(10, square, edges[m]), d = distances[m * stride + k]
        return Math.decibels(amplitude: (d + square * width) / (d + width)) / 20
      } + (0..<count).map { $0 == k ? 1.0 : 0 }
    }
    for column in 0..<count {
      let pivot = (column..<count).max { rows[$0][column].magnitude < rows[$1][column].magnitude }!
      rows.swapAt(column, pivot)
      let scale = 1 / rows[column][column]
      for j in 0..<2 * count { rows[column][j] *= scale }
      for i in 0..<count where i != column && rows[i][column] != 0 {
        let factor = rows[i][column]
        for j in 0..<2 * count { rows[i][j] -= factor * rows[column][j] }
      }
    }
    for i in 0..<count { for j in 0..<count { inverse[i * count + j] = rows[i][count + j] } }
  }

  /// The square of the bandwidth for a gain: `edge (Gb^2 - 1) / (G^2 - Gb^2)` with `Gb` at the lower neighbour.
  @_noAllocation @_noLocks
  private static func width(_ decibels: Double, _ square: Double, _ edge: Double) -> Double {
    if decibels.magnitude < 1e-3 { return edge * share / (1 - share) }
    let neighbour = Math.amplitude(decibels: 2 * share * decibels)
    return edge * (neighbour - 1) / (square - neighbour)
  }

  /// Finds the filters' gains for wanted ones in dB.
  @_noAllocation @_noLocks
  func solve(_ wanted: UnsafePointer<Double>) {
    for m in 0..<count { gains[m] = 0 }
    for k in 0..<count { response[k] = 0 }
    for _ in 0..<Self.mostSteps {
      var worst = 0.0
      for k in 0..<count {
        response[k] = wanted[k] - response[k]
        worst = max(worst, response[k].magnitude)
      }
      if worst < Self.tolerance { break }
      for m in 0..<count {
        var sum = gains[m]
        for k in 0..<count { sum = sum.addingProduct(inverse[m * count + k], response[k]) }
        // Far outside what any filter of this kind can do, an iteration must still end at finite numbers.
        gains[m] = min(max(sum, -120), 120)
      }
      evaluate()
    }
  }

  /// `response` of `gains`, and the squares and widths that go with them.
  @_noAllocation @_noLocks
  private func evaluate() {
    for m in 0..<count {
      squares[m] = Math.amplitude(decibels: 2 * gains[m])
      widths[m] = Self.width(gains[m], squares[m], edges[m])
    }
    var k = 0
    while k < stride {
      var product = SIMD4<Double>(repeating: 1)
      for m in 0..<count {
        let d = UnsafeRawPointer(distances.base + m * stride + k).loadUnaligned(as: SIMD4<Double>.self)
        product *= (d + squares[m] * widths[m]) / (d + widths[m])
      }
      let decibels = 0.5 * Math.decibels(amplitude: product)
      UnsafeMutableRawPointer(response.base + k).storeBytes(of: decibels, as: SIMD4<Double>.self)
      k += 4
    }
  }

  /// The section of a band after `solve`.
  @_noAllocation @_noLocks
  func section(_ m: Int) -> BiquadCoefficients {
    let square = Math.amplitude(decibels: 2 * gains[m])
    let beta = talea_sqrt(Self.width(gains[m], square, edges[m])), upper = beta * talea_sqrt(square)
    return BiquadCoefficients(1 + upper, -2 * cosines[m], 1 - upper, over: 1 + beta, -2 * cosines[m], 1 - beta)
  }
}

/// Such bands on any number of channels, with gains that move.
struct GraphicKernel: ~Copyable {
  private let bands: GraphicBands
  private var cascade: BiquadCascade

  init(centres: [Double], ratio: Double, wanted: [Double], _ context: RenderContext) {
    bands = GraphicBands(centres: centres, ratio: ratio, framesPerSecond: context.framesPerSecond, memory: context.memory)
    cascade = BiquadCascade(
      stageCount: bands.count, channelCount: context.inputChannels[0], maximumFrameCount: context.maximumFrameCount,
      memory: context.memory)
    wanted.withUnsafeBufferPointer { bands.solve($0.baseAddress!) }
    for m in 0..<bands.count { cascade.set(m, bands.section(m)) }
  }

  static func tail(centres: [Double], ratio: Double, wanted: [Double], _ context: RenderContext) -> Tail {
    let bands = GraphicBands(centres: centres, ratio: ratio, framesPerSecond: context.framesPerSecond, memory: MemoryMeter())
    wanted.withUnsafeBufferPointer { bands.solve($0.baseAddress!) }
    // 280 dB of the slowest pole: 200, and what the neighbours may add to it. Where a band does nothing its poles are cancelled.
    let radii = (0..<bands.count).map { bands.section($0) }.filter { $0.b1 != $0.a1 || $0.b2 != $0.a2 }.map { section in
      let half = section.a1 / 2, rest = half * half - section.a2
      return rest < 0 ? talea_sqrt(section.a2) : half.magnitude + talea_sqrt(rest)
    }
    guard let slowest = radii.max() else { return .frames(2 * bands.count) }
    return .rings(bound: Int(-14 * Math.log(10) / Math.log(slowest)) + 1)
  }

  @_noAllocation @_noLocks
  mutating func retarget(_ wanted: UnsafePointer<Double>, over frames: Int) {
    bands.solve(wanted)
    for m in 0..<bands.count { cascade.retarget(m, bands.section(m), over: frames) }
  }

  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) { cascade.process(block) }

  @inline(__always) @_noAllocation @_noLocks
  mutating func processFrame(_ frame: AudioFrame) { cascade.processFrame(frame) }

  /// The sections, while none of them moves.
  var settled: SectionSeries? { @_noAllocation @_noLocks get { cascade.settled } }

  @_noAllocation @_noLocks
  mutating func reset() { cascade.reset() }
}
