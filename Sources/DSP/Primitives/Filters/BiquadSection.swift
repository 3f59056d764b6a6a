import Signal

/// One section for two channels, in registers: coefficients and memory. See `BiquadGroup` for the order of operations.
struct BiquadSection: BitwiseCopyable {
  var b0: SIMD2<Double>
  var b1: SIMD2<Double>
  var b2: SIMD2<Double>
  var a1: SIMD2<Double>
  var a2: SIMD2<Double>
  var x1: SIMD2<Double>
  var y1: SIMD2<Double>
  var rest: SIMD2<Double>

  @_transparent @_noAllocation @_noLocks
  mutating func step(_ x: SIMD2<Double>) {
    let y = rest.addingProduct(b0, x).addingProduct(a1, y1)
    rest = (b2 * x1).addingProduct(b1, x).addingProduct(a2, y1)
    x1 = x
    y1 = y
  }
}

extension BiquadSection {
  /// The same coefficients for both channels, and silence before.
  @_noAllocation @_noLocks
  init(_ c: BiquadCoefficients) {
    self.init(
      b0: SIMD2(repeating: c.b0), b1: SIMD2(repeating: c.b1), b2: SIMD2(repeating: c.b2), a1: SIMD2(repeating: -c.a1),
      a2: SIMD2(repeating: -c.a2), x1: SIMD2(), y1: SIMD2(), rest: SIMD2())
  }

  @_noAllocation @_noLocks
  mutating func clearMemory() {
    x1 = SIMD2()
    y1 = SIMD2()
    rest = SIMD2()
  }
}

/// Where a section lies inside a `BiquadGroup`: its lower or its upper half.
struct BiquadSlot: BitwiseCopyable {
  private let base: UnsafeMutablePointer<SIMD2<Double>>

  @_transparent @_noAllocation @_noLocks
  init(_ groups: UnsafeMutablePointer<BiquadGroup>, _ index: Int) {
    base = UnsafeMutableRawPointer(groups + index / 2).assumingMemoryBound(to: SIMD2<Double>.self) + index % 2
  }

  /// The same as single numbers.
  var numbers: UnsafeMutablePointer<Double> { UnsafeMutableRawPointer(base).assumingMemoryBound(to: Double.self) }

  /// The whole section, as a copy.
  @_transparent @_noAllocation @_noLocks
  func load() -> BiquadSection {
    BiquadSection(
      b0: base[0], b1: base[2], b2: base[4], a1: base[6], a2: base[8], x1: base[10], y1: base[12], rest: base[14])
  }

  /// One frame through the section where it lies.
  @_transparent @_noAllocation @_noLocks
  func step(_ x: SIMD2<Double>) -> SIMD2<Double> {
    var section = load()
    section.step(x)
    storeMemory(of: section)
    return section.y1
  }

  /// Writes the memory of `section` back, not its coefficients.
  @_transparent @_noAllocation @_noLocks
  func storeMemory(of section: BiquadSection) {
    base[10] = section.x1
    base[12] = section.y1
    base[14] = section.rest
  }

  @_noAllocation @_noLocks
  func store(_ c: BiquadCoefficients) {
    base[0] = SIMD2(repeating: c.b0)
    base[2] = SIMD2(repeating: c.b1)
    base[4] = SIMD2(repeating: c.b2)
    base[6] = SIMD2(repeating: -c.a1)
    base[8] = SIMD2(repeating: -c.a2)
  }

  @_noAllocation @_noLocks
  func clearMemory() {
    base[10] = SIMD2()
    base[12] = SIMD2()
    base[14] = SIMD2()
  }
}

/// One to three sections, one after the other within a frame, over interleaved pairs of channels. The recursion of a section
/// takes as long as the arithmetic of two to three, so up to three cost little more than one.
enum BiquadChain {
  @_noAllocation @_noLocks
  static func run(_ slot: BiquadSlot, _ frames: UnsafeMutablePointer<SIMD2<Double>>, _ frameCount: Int) {
    var s = slot.load()
    for n in 0..<frameCount {
      s.step(frames[n])
      frames[n] = s.y1
    }
    slot.storeMemory(of: s)
  }

  @_noAllocation @_noLocks
  static func run(_ slots: (BiquadSlot, BiquadSlot), _ frames: UnsafeMutablePointer<SIMD2<Double>>, _ frameCount: Int) {
    var s0 = slots.0.load(), s1 = slots.1.load()
    for n in 0..<frameCount {
      s0.step(frames[n])
      s1.step(s0.y1)
      frames[n] = s1.y1
    }
    slots.0.storeMemory(of: s0)
    slots.1.storeMemory(of: s1)
  }

  @_noAllocation @_noLocks
  static func run(
    _ slots: (BiquadSlot, BiquadSlot, BiquadSlot), _ frames: UnsafeMutablePointer<SIMD2<Double>>, _ frameCount: Int
  ) {
    var s0 = slots.0.load(), s1 = slots.1.load(), s2 = slots.2.load()
    for n in 0..<frameCount {
      s0.step(frames[n])
      s1.step(s0.y1)
      s2.step(s1.y1)
      frames[n] = s2.y1
    }
    slots.0.storeMemory(of: s0)
    slots.1.storeMemory(of: s1)
    slots.2.storeMemory(of: s2)
  }

  /// One section whose coefficients move: `target - (frames left) * step` at each frame.
  @_noAllocation @_noLocks
  static func run(
    _ slot: BiquadSlot, from target: BiquadCoefficients, _ step: BiquadCoefficients, remaining: Int,
    _ frames: UnsafeMutablePointer<SIMD2<Double>>, _ frameCount: Int
  ) {
    var s = slot.load()
    for n in 0..<frameCount {
      let left = Double(n - remaining)
      s.b0 = SIMD2(repeating: target.b0.addingProduct(step.b0, left))
      s.b1 = SIMD2(repeating: target.b1.addingProduct(step.b1, left))
      s.b2 = SIMD2(repeating: target.b2.addingProduct(step.b2, left))
      s.a1 = SIMD2(repeating: -target.a1.addingProduct(step.a1, left))
      s.a2 = SIMD2(repeating: -target.a2.addingProduct(step.a2, left))
      s.step(frames[n])
      frames[n] = s.y1
    }
    slot.storeMemory(of: s)
  }
}
