import CRealtime
import Signal

/// Transforms of frames of real samples and back, in single precision, with memory of their own.
///
/// A spectrum of `size` samples has `size / 2 + 1` numbers; their real and imaginary parts stand in two arrays.
struct SpectralTransform: ~Copyable {
  let size: Int
  private let transform: RealTransform<SIMD8<Float>>
  private let vectors: OwnedBuffer<SIMD8<Float>>
  private let work: OwnedBuffer<SIMD8<Float>>

  /// - Parameter size: a power of two, at least 64.
  init(size: Int, memory: MemoryMeter) {
    self.size = size
    transform = RealTransform(count: size, memory: memory)
    vectors = OwnedBuffer(count: size / 8, memory: memory)
    work = OwnedBuffer(count: transform.workCount, memory: memory)
  }

  /// What `forward` transforms and `inverse` gives.
  var frame: UnsafeMutablePointer<Float> {
    @_transparent get { UnsafeMutableRawPointer(vectors.base).assumingMemoryBound(to: Float.self) }
  }

  /// The spectrum of `size` samples. Nothing is scaled.
  func forward(_ samples: UnsafePointer<Float>, _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>) {
    talea_copy(frame, samples, size * MemoryLayout<Float>.stride)
    forward(real, imaginary)
  }

  /// The samples of a spectrum, the inverse of `forward`; the imaginary parts of the first and the last number do not count.
  func inverse(_ real: UnsafePointer<Float>, _ imaginary: UnsafePointer<Float>, _ samples: UnsafeMutablePointer<Float>) {
    inverse(real, imaginary)
    talea_scale(samples, frame, 2 / Float(size), size)
  }

  /// The spectrum of `frame`. Nothing is scaled.
  func forward(_ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>) {
    transform.forward(vectors.base, real, imaginary, work: work.base)
  }

  /// Leaves in `frame` the samples of a spectrum, times `size / 2`.
  func inverse(_ real: UnsafePointer<Float>, _ imaginary: UnsafePointer<Float>) {
    transform.inverse(real, imaginary, vectors.base, work: work.base)
  }
}
