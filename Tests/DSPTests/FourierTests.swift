import Foundation
import Signal
import Testing

@testable import DSP

@Suite("Fourier transform") struct FourierTests {
  /// Transforms seeded noise and gives the error of all numbers against sums in double precision, in dB.
  private func error<V: TransformVector>(_: V.Type, count: Int) -> Double {
    let memory = MemoryMeter()
    let transform = ComplexTransform<V>(count: count, memory: memory)
    let planes = OwnedBuffer<V>(count: 8 * transform.vectorCount, memory: memory)
    let numbers = UnsafeMutableRawPointer(planes.base).assumingMemoryBound(to: V.Scalar.self)
    let input = TestSignal.noise(2 * count, seed: UInt64(count))
    for (n, x) in input.enumerated() { numbers[n] = V.Scalar(x) }
    let result = planes.base + 6 * transform.vectorCount
    transform.run(
      planes.base, planes.base + transform.vectorCount,
      .init(real: result, imaginary: result + transform.vectorCount), work: planes.base + 2 * transform.vectorCount)
    let roots = (0..<count).map { (cos(2 * .pi * Double($0) / Double(count)), sin(2 * .pi * Double($0) / Double(count))) }
    var (difference, power) = (0.0, 0.0)
    // All of the numbers of short transforms; of long ones as many, an odd step apart.
    for k in stride(from: 0, to: count, by: max(1, count / 128) | 1) {
      var (real, imaginary) = (0.0, 0.0)
      for n in 0..<count {
        let (c, s) = roots[n * k % count], x = Double(input[n]), y = Double(input[count + n])
        real += x * c + y * s
        imaginary += y * c - x * s
      }
      difference += pow(real - Double(numbers[6 * count + k]), 2) + pow(imaginary - Double(numbers[7 * count + k]), 2)
      power += real * real + imaginary * imaginary
    }
    return 10 * log10(difference / power)
  }

  @Test(arguments: (6...15).map { 1 << $0 }) func singlePrecisionIsRightTo138Decibels(count: Int) {
    #expect(error(SIMD8<Float>.self, count: count) < -138)
  }

  @Test(arguments: (4...15).map { 1 << $0 }) func doublePrecisionIsRightTo280Decibels(count: Int) {
    #expect(error(SIMD4<Double>.self, count: count) < -280)
  }
}
