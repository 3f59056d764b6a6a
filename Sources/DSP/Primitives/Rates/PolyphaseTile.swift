import CRealtime
import Signal

/// Where an output frame meets the input: its phase, and the newest input frame of its window.
struct FramePlace: BitwiseCopyable {
  private(set) var phase: Int
  private(set) var newest: Int
  private var fraction: Int
  private let outputStep: Int
  private let stride: Int
  private let wholeStep: Int
  private let fractionStep: Int

  /// - Parameter stride: frames that `advance` goes on by; 1 or a divisor of `outputStep`.
  @_noAllocation @_noLocks
  init(_ frame: Int, _ outputStep: Int, _ inputStep: Int, stride: Int) {
    phase = frame % outputStep
    newest = frame / outputStep * inputStep + phase * inputStep / outputStep
    fraction = phase * inputStep % outputStep
    self.outputStep = outputStep
    self.stride = stride
    wholeStep = stride * inputStep / outputStep
    fractionStep = stride * inputStep % outputStep
  }

  @_transparent @_noAllocation @_noLocks
  mutating func advance() {
    phase &+= stride
    if phase == outputStep { phase = 0 }
    newest &+= wholeStep
    fraction &+= fractionStep
    if fraction >= outputStep {
      fraction &-= outputStep
      newest &+= 1
    }
  }
}

/// Four output frames that are computed together: the phase of each (its row of coefficients), and how far its window lies after the first one's.
struct Tile: BitwiseCopyable {
  let newest0: Int
  var phase0: Int, phase1: Int, phase2: Int, phase3: Int
  var offset1 = 0, offset2 = 0, offset3 = 0

  /// Four frames that follow each other and share a window.
  @_transparent @_noAllocation @_noLocks
  init(_ first: FramePlace) {
    newest0 = first.newest
    phase0 = first.phase
    (phase1, phase2, phase3) = (phase0 &+ 1, phase0 &+ 2, phase0 &+ 3)
  }

  @_transparent @_noAllocation @_noLocks
  mutating func set(_ index: Int, _ place: FramePlace) {
    switch index {
    case 1: (phase1, offset1) = (place.phase, place.newest &- newest0)
    case 2: (phase2, offset2) = (place.phase, place.newest &- newest0)
    default: (phase3, offset3) = (place.phase, place.newest &- newest0)
    }
  }
}

/// What the frames of a tile have in common; each kind has a loop of its own.
enum TileKind {
  /// All read one window.
  case sharedFour
  case sharedThree
  /// All have the same coefficients, each its own window.
  case oneRow
  case separate
}

/// Sums of taps in single precision: one vector for each of four output frames and two channels.
struct TapSums {
  var x0 = SIMD8<Float>(), x1 = SIMD8<Float>(), x2 = SIMD8<Float>(), x3 = SIMD8<Float>()
  var y0 = SIMD8<Float>(), y1 = SIMD8<Float>(), y2 = SIMD8<Float>(), y3 = SIMD8<Float>()

  @inline(__always) @_noAllocation @_noLocks
  init() {}

  /// Adds `count` taps.
  ///
  /// - Parameters:
  ///   - table: rows of `rowLength` coefficients; a row's taps start at `start`.
  ///   - x, y: the input frame of that tap in the first window, of two channels.
  @inline(__always) @_noAllocation @_noLocks
  mutating func add(
    _ table: UnsafePointer<Float>, rowLength: Int, start: Int, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int,
    _ tile: Tile, _ kind: TileKind
  ) {
    let a = table + tile.phase0 &* rowLength + start, b = table + tile.phase1 &* rowLength + start
    let c = table + tile.phase2 &* rowLength + start, d = table + tile.phase3 &* rowLength + start
    switch kind {
    case .sharedFour: add(a, b, c, d, x, x, x, x, y, y, y, y, count, true)
    case .sharedThree: add(a, b, c, c, x, x, x, x, y, y, y, y, count, false)
    case .oneRow:
      add(
        a, a, a, a, x, x + tile.offset1, x + tile.offset2, x + tile.offset3, y, y + tile.offset1, y + tile.offset2,
        y + tile.offset3, count, true)
    case .separate:
      add(
        a, b, c, d, x, x + tile.offset1, x + tile.offset2, x + tile.offset3, y, y + tile.offset1, y + tile.offset2,
        y + tile.offset3, count, true)
    }
  }

  /// Equal arguments become one load: transparency makes a different loop of each call.
  @_transparent @_noAllocation @_noLocks
  private mutating func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>, _ d: UnsafePointer<Float>,
    _ xa: UnsafePointer<Float>, _ xb: UnsafePointer<Float>, _ xc: UnsafePointer<Float>, _ xd: UnsafePointer<Float>,
    _ ya: UnsafePointer<Float>, _ yb: UnsafePointer<Float>, _ yc: UnsafePointer<Float>, _ yd: UnsafePointer<Float>,
    _ count: Int, _ hasFourth: Bool
  ) {
    var tap = 0
    while tap < count {
      let ka = load(a + tap), kb = load(b + tap), kc = load(c + tap)
      x0.addProduct(ka, load(xa + tap))
      y0.addProduct(ka, load(ya + tap))
      x1.addProduct(kb, load(xb + tap))
      y1.addProduct(kb, load(yb + tap))
      x2.addProduct(kc, load(xc + tap))
      y2.addProduct(kc, load(yc + tap))
      if hasFourth {
        let kd = load(d + tap)
        x3.addProduct(kd, load(xd + tap))
        y3.addProduct(kd, load(yd + tap))
      }
      tap &+= 8
    }
  }

  /// The finished frames, one lane each, of both channels.
  @inline(__always) @_noAllocation @_noLocks
  func frames() -> (SIMD4<Float>, SIMD4<Float>) { (totals(x0, x1, x2, x3), totals(y0, y1, y2, y3)) }

  @inline(__always) @_noAllocation @_noLocks
  private func totals(_ a: SIMD8<Float>, _ b: SIMD8<Float>, _ c: SIMD8<Float>, _ d: SIMD8<Float>) -> SIMD4<Float> {
    let a = a.lowHalf + a.highHalf, b = b.lowHalf + b.highHalf, c = c.lowHalf + c.highHalf, d = d.lowHalf + d.highHalf
    let ab = SIMD4(a[0], a[1], b[0], b[1]) + SIMD4(a[2], a[3], b[2], b[3])
    let cd = SIMD4(c[0], c[1], d[0], d[1]) + SIMD4(c[2], c[3], d[2], d[3])
    return SIMD4(ab[0], ab[2], cd[0], cd[2]) + SIMD4(ab[1], ab[3], cd[1], cd[3])
  }

  @_transparent @_noAllocation @_noLocks
  private func load(_ address: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(address).loadUnaligned(as: SIMD8<Float>.self)
  }
}

/// The same sums in double precision, continued from the single ones.
struct PreciseTapSums {
  var x0, x1, x2, x3, y0, y1, y2, y3: SIMD4<Double>

  @inline(__always) @_noAllocation @_noLocks
  init(_ sums: TapSums) {
    (x0, x1, x2, x3) = (Self.folded(sums.x0), Self.folded(sums.x1), Self.folded(sums.x2), Self.folded(sums.x3))
    (y0, y1, y2, y3) = (Self.folded(sums.y0), Self.folded(sums.y1), Self.folded(sums.y2), Self.folded(sums.y3))
  }

  /// Adds `count` taps.
  ///
  /// - Parameters:
  ///   - table: rows of `rowLength` coefficients; a row's taps start at `start`.
  ///   - x, y: the input frame of that tap in the first window, of two channels.
  @inline(__always) @_noAllocation @_noLocks
  mutating func add(
    _ table: UnsafePointer<Double>, rowLength: Int, start: Int, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>,
    _ count: Int,
    _ tile: Tile, _ kind: TileKind
  ) {
    let a = table + tile.phase0 &* rowLength + start, b = table + tile.phase1 &* rowLength + start
    let c = table + tile.phase2 &* rowLength + start, d = table + tile.phase3 &* rowLength + start
    switch kind {
    case .sharedFour: add(a, b, c, d, x, x, x, x, y, y, y, y, count, true)
    case .sharedThree: add(a, b, c, c, x, x, x, x, y, y, y, y, count, false)
    case .oneRow:
      add(
        a, a, a, a, x, x + tile.offset1, x + tile.offset2, x + tile.offset3, y, y + tile.offset1, y + tile.offset2,
        y + tile.offset3, count, true)
    case .separate:
      add(
        a, b, c, d, x, x + tile.offset1, x + tile.offset2, x + tile.offset3, y, y + tile.offset1, y + tile.offset2,
        y + tile.offset3, count, true)
    }
  }

  /// Equal arguments become one load: transparency makes a different loop of each call.
  @_transparent @_noAllocation @_noLocks
  private mutating func add(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>, _ d: UnsafePointer<Double>,
    _ xa: UnsafePointer<Float>, _ xb: UnsafePointer<Float>, _ xc: UnsafePointer<Float>, _ xd: UnsafePointer<Float>,
    _ ya: UnsafePointer<Float>, _ yb: UnsafePointer<Float>, _ yc: UnsafePointer<Float>, _ yd: UnsafePointer<Float>,
    _ count: Int, _ hasFourth: Bool
  ) {
    var tap = 0
    while tap < count {
      let ka = load(a + tap), kb = load(b + tap), kc = load(c + tap)
      x0.addProduct(ka, load(xa + tap))
      y0.addProduct(ka, load(ya + tap))
      x1.addProduct(kb, load(xb + tap))
      y1.addProduct(kb, load(yb + tap))
      x2.addProduct(kc, load(xc + tap))
      y2.addProduct(kc, load(yc + tap))
      if hasFourth {
        let kd = load(d + tap)
        x3.addProduct(kd, load(xd + tap))
        y3.addProduct(kd, load(yd + tap))
      }
      tap &+= 4
    }
  }

  /// The finished frames, one lane each, of both channels.
  @inline(__always) @_noAllocation @_noLocks
  func frames() -> (SIMD4<Float>, SIMD4<Float>) { (totals(x0, x1, x2, x3), totals(y0, y1, y2, y3)) }

  /// The sums over the lanes of four vectors.
  @inline(__always) @_noAllocation @_noLocks
  private func totals(_ a: SIMD4<Double>, _ b: SIMD4<Double>, _ c: SIMD4<Double>, _ d: SIMD4<Double>) -> SIMD4<Float> {
    let ab = SIMD4(a[0], b[0], a[2], b[2]) + SIMD4(a[1], b[1], a[3], b[3])
    let cd = SIMD4(c[0], d[0], c[2], d[2]) + SIMD4(c[1], d[1], c[3], d[3])
    return talea_narrow(SIMD4(ab[0], ab[1], cd[0], cd[1]) + SIMD4(ab[2], ab[3], cd[2], cd[3]))
  }

  @_transparent @_noAllocation @_noLocks
  private func load(_ address: UnsafePointer<Double>) -> SIMD4<Double> {
    UnsafeRawPointer(address).loadUnaligned(as: SIMD4<Double>.self)
  }

  @_transparent @_noAllocation @_noLocks
  private func load(_ address: UnsafePointer<Float>) -> SIMD4<Double> {
    talea_widen(UnsafeRawPointer(address).loadUnaligned(as: SIMD4<Float>.self))
  }

  @_transparent @_noAllocation @_noLocks
  private static func folded(_ x: SIMD8<Float>) -> SIMD4<Double> { talea_widen(x.lowHalf) + talea_widen(x.highHalf) }
}
