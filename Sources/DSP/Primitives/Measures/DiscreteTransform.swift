import CRealtime
import Signal

/// The discrete Fourier transform of any sequence whose length is a power of two, in double precision and with memory of its own.
///
/// Not for an audio thread.
public enum DiscreteTransform {
  /// Replaces a complex sequence, whose length is a power of two, by its transform.
  public static func forward(_ real: inout [Double], _ imaginary: inout [Double]) {
    let size = real.count
    precondition(size > 1 && size & (size - 1) == 0 && imaginary.count == size, "the length is a power of two")
    guard size >= 16 else { return sum(&real, &imaginary) }
    let memory = MemoryMeter()
    let transform = ComplexTransform<SIMD4<Double>>(count: size, memory: memory)
    let vectors = transform.vectorCount, bytes = size * MemoryLayout<Double>.stride
    let planes = OwnedBuffer<SIMD4<Double>>(count: 2 * vectors, memory: memory)
    let work = OwnedBuffer<SIMD4<Double>>(count: transform.workCount, memory: memory)
    talea_copy(planes.base, real, bytes)
    talea_copy(planes.base + vectors, imaginary, bytes)
    transform.run(
      ComplexPlanes(planes.base, planes.base + vectors), .init(real: planes.base, imaginary: planes.base + vectors),
      work: work.base)
    talea_copy(&real, planes.base, bytes)
    talea_copy(&imaginary, planes.base + vectors, bytes)
  }

  /// Sequences that are shorter than a square of vectors: term by term.
  private static func sum(_ real: inout [Double], _ imaginary: inout [Double]) {
    let size = real.count, (x, y) = (real, imaginary)
    for k in 0..<size {
      (real[k], imaginary[k]) = (0, 0)
      for n in 0..<size {
        let root = RootOfUnity.value(n * k, of: size)
        real[k] += x[n] * root.cosine - y[n] * root.sine
        imaginary[k] += x[n] * root.sine + y[n] * root.cosine
      }
    }
  }
}
