import Foundation
import Signal
import Testing

@testable import DSP

@Suite("Fourier transform") struct FourierTests {
  /// Transforms seeded noise and gives the error of all numbers against sums in double precision, in dB.
  private func error<V: TransformVector>(_: V.Type, count: Int) -> Double {
    let memory = MemoryMeter()
    let transform = ComplexTransform<V>(count: count, memory: memory)
    let planes = OwnedBuffer<V>(count: 4 * transform.vectorCount, memory: memory)
    let work = OwnedBuffer<V>(count: transform.workCount, memory: memory)
    let numbers = UnsafeMutableRawPointer(planes.base).assumingMemoryBound(to: V.Scalar.self)
    let input = TestSignal.noise(2 * count, seed: UInt64(count))
    for (n, x) in input.enumerated() { numbers[n] = V.Scalar(x) }
    let result = planes.base + 2 * transform.vectorCount
    transform.run(
      ComplexPlanes(planes.base, planes.base + transform.vectorCount),
      .init(real: result, imaginary: result + transform.vectorCount), work: work.base)
    let roots = (0..<count).map { (cos(2 * .pi * Double($0) / Double(count)), sin(2 * .pi * Double($0) / Double(count))) }
    var (difference, power) = (0.0, 0.0)
    // All of the numbers of short transforms; of long ones as many, an odd step apart.
    for k in stride(from: 0, to: count, by: max(1, count / 512) | 1) {
      var (real, imaginary) = (0.0, 0.0)
      for n in 0..<count {
        let (c, s) = roots[n * k % count], x = Double(input[n]), y = Double(input[count + n])
        real += x * c + y * s
        imaginary += y * c - x * s
      }
      difference += pow(real - Double(numbers[2 * count + k]), 2) + pow(imaginary - Double(numbers[3 * count + k]), 2)
      power += real * real + imaginary * imaginary
    }
    return 10 * log10(difference / power)
  }

  /// Each of the log2 n halvings adds errors that know nothing of each other: what they are all together, in dB.
  ///
  /// Source: J. C. Schatzman, "Accuracy of the discrete Fourier transform and the fast Fourier transform", SIAM J. Sci. Comput.
  /// 17(5), 1996: the root mean square error of a good transform grows with the root of log n.
  private func bound(_ count: Int) -> Double {
    20 * log10(0x1p-24) + 10 * log10(0.45 * Double(count.trailingZeroBitCount))
  }

  @Test(arguments: (6...15).map { 1 << $0 }) func errorsInSinglePrecisionGrowWithTheRootOfTheHalvings(count: Int) {
    let error = error(SIMD8<Float>.self, count: count)
    #expect(error < bound(count), "\(error)")
  }

  @Test(arguments: (4...15).map { 1 << $0 }) func doublePrecisionIsRightTo280Decibels(count: Int) {
    #expect(error(SIMD4<Double>.self, count: count) < -280)
  }

  /// The same of a real transform, and of what comes back, in dB.
  private func realErrors<V: TransformVector>(_: V.Type, count: Int) -> (forward: Double, inverse: Double) {
    let memory = MemoryMeter()
    let transform = RealTransform<V>(count: count, memory: memory)
    let frame = OwnedBuffer<V>(count: count / V.lanes, memory: memory)
    let work = OwnedBuffer<V>(count: transform.workCount, memory: memory)
    let samples = UnsafeMutableRawPointer(frame.base).assumingMemoryBound(to: V.Scalar.self)
    let input = TestSignal.noise(count, seed: UInt64(count))
    for (n, x) in input.enumerated() { samples[n] = V.Scalar(x) }
    let bins = count / 2 + 1
    var real = [V.Scalar](repeating: 0, count: bins), imaginary = real
    transform.forward(frame.base, &real, &imaginary, work: work.base)
    let roots = (0..<count).map { (cos(2 * .pi * Double($0) / Double(count)), sin(2 * .pi * Double($0) / Double(count))) }
    var (difference, power) = (0.0, 0.0)
    for k in Set(Array(stride(from: 0, to: bins, by: max(1, count / 1_024) | 1)) + [1, count / 4, count / 2 - 1, count / 2]) {
      var (re, im) = (0.0, 0.0)
      for n in 0..<count {
        let (c, s) = roots[n * k % count], x = Double(input[n])
        re += x * c
        im -= x * s
      }
      difference += pow(re - Double(real[k]), 2) + pow(im - Double(imaginary[k]), 2)
      power += re * re + im * im
    }
    // What the first and the last number have for imaginary parts does not count.
    (imaginary[0], imaginary[bins - 1]) = (3, 5)
    transform.inverse(&real, &imaginary, frame.base, work: work.base)
    var (error, sum) = (0.0, 0.0)
    for n in 0..<count {
      error += pow(Double(samples[n]) / Double(count / 2) - Double(input[n]), 2)
      sum += pow(Double(input[n]), 2)
    }
    return (10 * log10(difference / power), 10 * log10(error / sum))
  }

  @Test(arguments: (6...15).map { 1 << $0 }) func realNumbersInSinglePrecisionHaveNoLargerErrors(count: Int) {
    let errors = realErrors(SIMD8<Float>.self, count: count)
    // Back and forth: both errors.
    #expect(errors.forward < bound(count) && errors.inverse < bound(count) + 3, "\(errors)")
  }

  @Test(arguments: (5...15).map { 1 << $0 }) func realNumbersInDoublePrecisionAreRightTo280Decibels(count: Int) {
    let errors = realErrors(SIMD4<Double>.self, count: count)
    #expect(errors.forward < -280 && errors.inverse < -280, "\(errors)")
  }
}
