import CRealtime
import Signal

/// Transforms of frames of real samples and back, in single precision, with memory of their own.
///
/// A spectrum of `size` samples has `size / 2 + 1` numbers; their real and imaginary parts stand in two arrays.
struct SpectralTransform: ~Copyable {
  let size: Int
  private let transform: ComplexTransform<SIMD8<Float>>
  private let planes: OwnedBuffer<SIMD8<Float>>
  private let work: OwnedBuffer<SIMD8<Float>>

  /// - Parameter size: a power of two, at least 64.
  init(size: Int, memory: MemoryMeter) {
    self.size = size
    transform = ComplexTransform(count: size, memory: memory)
    planes = OwnedBuffer(count: 4 * (size / 8), memory: memory)
    work = OwnedBuffer(count: 4 * (size / 8), memory: memory)
  }

  private func plane(_ index: Int) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(planes.base + index * (size / 8)).assumingMemoryBound(to: Float.self)
  }

  /// The spectrum of `size` samples. Nothing is scaled.
  func forward(_ samples: UnsafePointer<Float>, _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>) {
    let count = size / 8, bytes = (size / 2 + 1) * MemoryLayout<Float>.stride
    talea_copy(plane(0), samples, size * MemoryLayout<Float>.stride)
    talea_zero(plane(1), size * MemoryLayout<Float>.stride)
    transform.run(
      planes.base, planes.base + count, .init(real: planes.base + 2 * count, imaginary: planes.base + 3 * count), work: work.base)
    talea_copy(real, plane(2), bytes)
    talea_copy(imaginary, plane(3), bytes)
  }

  /// The samples of a spectrum, the inverse of `forward`; the imaginary parts of the first and the last number do not count.
  func inverse(_ real: UnsafePointer<Float>, _ imaginary: UnsafePointer<Float>, _ samples: UnsafeMutablePointer<Float>) {
    let count = size / 8, half = size / 2
    // Both planes exchanged on the way in and out.
    let r = plane(1), i = plane(0)
    for k in 1..<half {
      r[k] = real[k]
      i[k] = imaginary[k]
      r[size - k] = real[k]
      i[size - k] = -imaginary[k]
    }
    r[0] = real[0]
    i[0] = 0
    r[half] = real[half]
    i[half] = 0
    transform.run(
      planes.base, planes.base + count, .init(real: planes.base + 2 * count, imaginary: planes.base + 3 * count), work: work.base)
    let scale = 1 / Float(size), result = plane(3)
    for n in 0..<size { samples[n] = result[n] * scale }
  }
}
