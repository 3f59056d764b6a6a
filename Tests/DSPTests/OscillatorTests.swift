import Signal
import Testing

@testable import DSP

@Suite("oscillator") struct OscillatorTests {
  private func run(_ shape: String, _ frequency: Double, frames: Int = 48_000, sampleRate: Int = 48_000) throws -> [Float] {
    let harness = try KernelHarness(
      Oscillator.self, channels: [], parameters: ["frequency": frequency, "level": 0], structural: ["shape": .word(shape)],
      sampleRate: .init(sampleRate))
    return harness.run([], frames: frames)[0]
  }

  /// Amplitude at a frequency that has a whole number of turns in the signal.
  private func amplitude(_ signal: [Float], _ frequency: Double, sampleRate: Double = 48_000) -> Double {
    2 * Math.amplitude(decibels: Measure.gain(signal, at: frequency, sampleRate: sampleRate)) / Double(signal.count)
  }

  @Test func aSineIsASine() throws {
    let wave = try run("sine", 997, frames: 10_000)
    for n in wave.indices { #expect(abs(Double(wave[n]) - Math.sinPi(2 * 997 * Double(n) / 48_000)) < 1e-7) }
  }

  /// Fourier series of the ideal waves; harmonic k of a saw has 2 / (pi k), of a square 4 / (pi k) for odd k, of a
  /// triangle 8 / (pi k)^2 for odd k.
  @Test(arguments: ["saw", "square", "triangle"], [100.0, 997, 4_999])
  func harmonicsBelow20KilohertzAreRightWithinAHundredthOfADecibel(shape: String, frequency: Double) throws {
    let wave = try run(shape, frequency)
    for k in 1...Int(20_000 / frequency) where shape == "saw" || k % 2 == 1 {
      let order = Double(k)
      let wanted: Double =
        switch shape {
        case "saw": 2 / (.pi * order)
        case "square": 4 / (.pi * order)
        default: 8 / (.pi * .pi * order * order)
        }
      let measured = amplitude(wave, order * frequency)
      // A triangle's 199th harmonic lies 92 dB down: single precision leaves 0.01 dB above -80 dB.
      if wanted > 1e-4 { #expect(abs(Math.decibels(amplitude: measured / wanted)) < 0.01, "harmonic \(k)") }
    }
  }

  @Test(arguments: ["saw", "square", "triangle"], [997.0, 4_999, 9_973])
  func whatFoldsBelow20KilohertzIs90DecibelsUnderTheFundamental(shape: String, frequency: Double) throws {
    // One second: every fold of a whole frequency falls on a whole frequency.
    let wave = try run(shape, frequency)
    let fundamental = amplitude(wave, frequency)
    var worst = 0.0
    for k in 1..<400 {
      let folded = (Double(k) * frequency).truncatingRemainder(dividingBy: 48_000)
      let heard = min(folded, 48_000 - folded)
      let isHarmonic = Double(k) * frequency < 24_000
      if heard < 20_000 && heard > 0 && !isHarmonic { worst = max(worst, amplitude(wave, heard)) }
    }
    let decibels = Math.decibels(amplitude: worst / fundamental)
    #expect(decibels < -90, "\(decibels) dB")
  }

  @Test func stepsOvershootByNoMoreThan1Point5Decibels() throws {
    for (shape, frequency) in [("saw", 437.0), ("square", 437), ("square", 50), ("triangle", 437)] {
      let peak = Math.decibels(amplitude: Double(Measure.peak(try run(shape, frequency))))
      #expect(peak < 1.5 && peak > -0.5, "\(shape): \(peak) dB")
    }
  }

  @Test func aMoveOfTheFrequencyLeavesNoClick() throws {
    let harness = try KernelHarness(Oscillator.self, channels: [], parameters: ["frequency": 300, "level": 0])
    let wave = harness.run([], frames: 6_000, changes: [ParameterChange(frame: 1_000, parameter: 0, value: 900)])[0]
    for n in 2..<6_000 {
      // A sine's second difference is at most (2 pi f / fs)^2.
      #expect(abs(wave[n] - 2 * wave[n - 1] + wave[n - 2]) < 0.0145)
    }
  }
}
