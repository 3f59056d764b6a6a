import CLimits
import Measuring

/// What this machine can do at most, measured in the run that compares with it.
struct Limits {
  /// Multiply-adds per nanosecond: in the widest vectors of single precision, twelve sums at a time. Doubles are half as many.
  let multiplyAdds: Double
  /// Bytes read per nanosecond from 16 KiB.
  let readBytes: Double
  /// Nanoseconds from one multiply-add to the next that needs its result. Every other figure is put in relation to it when
  /// two runs are compared: it follows the clock of the processor.
  let latency: Double

  static func measure(rounds: Int) -> Limits {
    var adds: [Double] = [], reads: [Double] = [], latencies: [Double] = []
    for _ in 0..<rounds {
      adds.append(has_wide_vectors() ? max(throughput(), wideThroughput()) : throughput())
      reads.append(reading())
      latencies.append(chain())
    }
    return Limits(multiplyAdds: middle(adds), readBytes: middle(reads), latency: middle(latencies))
  }

  private static func throughput() -> Double {
    let turns = 20_000
    // From memory and back to it: of vectors made of one number, or asked for a lane, the optimiser makes other code.
    let memory = UnsafeMutablePointer<SIMD8<Float>>.allocate(capacity: 14)
    memory.initialize(repeating: SIMD8(repeating: opaque(0.999)), count: 14)
    defer { memory.deallocate() }
    let x = memory[12], y = memory[13]
    var a = memory[0], b = memory[1], c = memory[2], d = memory[3], e = memory[4], f = memory[5]
    var g = memory[6], h = memory[7], i = memory[8], j = memory[9], k = memory[10], l = memory[11]
    let began = processorTime()
    for _ in 0..<turns {
      a = y.addingProduct(a, x)
      b = y.addingProduct(b, x)
      c = y.addingProduct(c, x)
      d = y.addingProduct(d, x)
      e = y.addingProduct(e, x)
      f = y.addingProduct(f, x)
      g = y.addingProduct(g, x)
      h = y.addingProduct(h, x)
      i = y.addingProduct(i, x)
      j = y.addingProduct(j, x)
      k = y.addingProduct(k, x)
      l = y.addingProduct(l, x)
    }
    let time = processorTime() - began
    (memory[0], memory[1], memory[2], memory[3], memory[4], memory[5]) = (a, b, c, d, e, f)
    (memory[6], memory[7], memory[8], memory[9], memory[10], memory[11]) = (g, h, i, j, k, l)
    keep(UnsafeMutableRawPointer(memory).load(as: Float.self))
    return Double(turns * 12 * 8) / time
  }

  private static func wideThroughput() -> Double {
    let turns = 20_000
    let began = processorTime()
    keep(wide_multiply_adds(turns, opaque(0.999)))
    return Double(turns * 12 * 16) / (processorTime() - began)
  }

  private static func reading() -> Double {
    let vectors = 512
    let memory = UnsafeMutablePointer<SIMD8<Float>>.allocate(capacity: vectors)
    memory.initialize(repeating: SIMD8(repeating: opaque(1)), count: vectors)
    defer { memory.deallocate() }
    let turns = 400
    var a = SIMD8<UInt32>(), b = a, c = a, d = a
    let began = processorTime()
    for turn in 0..<turns {
      var n = 0
      while n < vectors {
        a ^= unsafeBitCast(memory[n], to: SIMD8<UInt32>.self)
        b |= unsafeBitCast(memory[n + 1], to: SIMD8<UInt32>.self)
        c &+= unsafeBitCast(memory[n + 2], to: SIMD8<UInt32>.self)
        d ^= unsafeBitCast(memory[n + 3], to: SIMD8<UInt32>.self)
        n += 4
      }
      memory[turn % vectors] = unsafeBitCast(a, to: SIMD8<Float>.self)
    }
    let time = processorTime() - began
    keep(Float((a &+ b &+ c &+ d).wrappedSum()))
    return Double(turns * vectors * 32) / time
  }

  private static func chain() -> Double {
    let turns = 50_000
    let x = opaque(0.999), y = opaque(1e-3)
    var a = y
    let began = processorTime()
    for _ in 0..<turns { a = y.addingProduct(a, x) }
    let time = processorTime() - began
    keep(a)
    return time / Double(turns)
  }
}

/// A number that the optimiser cannot know.
@inline(never)
private func opaque(_ x: Float) -> Float { x }

nonisolated(unsafe) private var kept: Float = 0

/// Uses a result, so that its computation stays.
@inline(never)
private func keep(_ x: Float) { kept = x }

/// The median.
func middle(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}
