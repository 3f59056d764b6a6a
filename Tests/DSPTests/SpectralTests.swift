import Dataflow
import Foundation
import Signal
import Testing

@testable import DSP

/// `stft`, `istft` and what stands between them.
@Suite("spectra") struct SpectralTests {
  /// Sound through `stft`, perhaps an actor on spectra, and `istft`, as an engine would run them.
  private struct Chain {
    let forward: KernelHarness
    let middle: KernelHarness?
    let back: KernelHarness

    init(
      _ size: Int, hop: Int = 0, window: String = "roothann", channels: Int = 1, _ type: EffectType? = nil,
      parameters: [String: Double] = [:], structural: [String: StructuralValue] = [:]
    ) throws {
      let settings: [String: StructuralValue] = ["size": .integer(size), "hop": .integer(hop), "window": .word(window)]
      let rate = Rational(48_000, hop == 0 ? size / 4 : hop)
      forward = try KernelHarness(STFT.self, channels: [channels], structural: settings)
      let wide = (size + 2) * channels
      middle = try type.map {
        try KernelHarness(
          $0, channels: [wide], parameters: parameters, structural: structural, sampleRate: rate, patchSampleRate: 48_000)
      }
      back = try KernelHarness(
        InverseSTFT.self, channels: [wide], structural: settings, sampleRate: rate, patchSampleRate: 48_000)
    }

    func run(_ input: [[Float]], cuts: Cuts = .blocks(512), changes: [ParameterChange] = []) -> [[Float]] {
      let frames = input[0].count
      var spectra = forward.run(input, cuts: cuts)
      if let middle { spectra = middle.run(spectra, frames: frames, cuts: cuts, changes: changes) }
      return back.run(spectra, frames: frames, cuts: cuts)
    }
  }

  @Test(arguments: [
    (64, 32, "roothann"), (256, 64, "roothann"), (2_048, 512, "roothann"), (2_048, 256, "hann"), (4_096, 1_024, "hann"),
    (512, 512, "rectangular"), (512, 128, "rectangular"), (1_024, 512, "roothann"),
  ])
  func theSoundComesBackAWindowLater(size: Int, hop: Int, window: String) throws {
    let input = [TestSignal.noise(20_000), TestSignal.noise(20_000, seed: 2)]
    for cuts: Cuts in [.blocks(512), .random(seed: 3)] {
      let output = try Chain(size, hop: hop, window: window, channels: 2).run(input, cuts: cuts)
      for channel in 0..<2 {
        var error = 0.0
        for n in size..<20_000 { error += pow(Double(output[channel][n] - input[channel][n - size]), 2) }
        #expect(10 * log10(error / Double(20_000 - size) * 3) < -120)
        // The first window reaches back before the beginning.
        #expect(output[channel][..<size].allSatisfy { abs($0) < 1e-5 })
      }
    }
  }

  @Test func windowsThatDoNotAddUpAreRefused() throws {
    for (size, hop, window) in [
      (2_048, 1_024, "hann"), (2_048, 1_500, "roothann"), (1_000, 250, "hann"), (512, 513, "rectangular"),
    ] {
      #expect(throws: EffectError.self) { try Chain(size, hop: hop, window: window) }
    }
    // Spectra of another size.
    #expect(throws: EffectError.self) {
      try KernelHarness(InverseSTFT.self, channels: [514], structural: ["size": .integer(1_024)])
    }
    #expect(throws: EffectError.self) { try KernelHarness(SpectralGate.self, channels: [2]) }
  }

  @Test func aSineAtFullScaleHasTheMagnitude1() throws {
    let harness = try KernelHarness(STFT.self, channels: [1], structural: ["size": .integer(1_024)])
    let spectra = harness.run([TestSignal.sine(9_600, frequency: 48_000.0 * 40 / 1_024)])
    let magnitude = (Double(spectra[40][20]) * Double(spectra[40][20]) + pow(Double(spectra[513 + 40][20]), 2)).squareRoot()
    #expect(abs(magnitude - 1) < 1e-4)
  }

  @Test(arguments: [64, 1_024, 8_192]) func theTransformIsTheDiscreteFourierTransform(size: Int) {
    let input = TestSignal.noise(size)
    let memory = MemoryMeter()
    let transform = SpectralTransform(size: size, memory: memory)
    var real = [Float](repeating: 0, count: size / 2 + 1), imaginary = real, back = [Float](repeating: 0, count: size)
    transform.forward(input, &real, &imaginary)
    var re = input.map(Double.init), im = [Double](repeating: 0, count: size)
    DiscreteTransform.forward(&re, &im)
    for k in 0...size / 2 { #expect(abs(Double(real[k]) - re[k]) < 1e-3 && abs(Double(imaginary[k]) - im[k]) < 1e-3) }
    transform.inverse(real, imaginary, &back)
    for n in 0..<size { #expect(abs(back[n] - input[n]) < 1e-5) }
  }

  // MARK: gate and noise

  @Test func theGatePassesWhatIsLoudAndLowersWhatIsQuietBeside() throws {
    let loud = TestSignal.sine(96_000, frequency: 1_000, amplitude: 0.1)
    let quiet = TestSignal.sine(96_000, frequency: 5_000, amplitude: 0.001)
    let output = try Chain(2_048, SpectralGate.self, parameters: ["threshold": -40, "range": -30])
      .run([zip(loud, quiet).map { $0 + $1 }])[0][48_000...]
    #expect(abs(20 * log10(SineFit(output, frequency: 1_000, sampleRate: 48_000).amplitude / 0.1)) < 0.1)
    let fit = SineFit(output, frequency: 5_000, sampleRate: 48_000)
    #expect(abs(20 * log10(fit.amplitude / 0.001) + 30) < 0.5)
  }

  private func denoise(_ reduction: Double) throws -> Chain {
    let profile = SoundSamples(path: "n.wav", sampleRate: 48_000, channels: [TestSignal.noise(96_000, seed: 77, amplitude: 0.02)])
    return try Chain(2_048, Denoise.self, parameters: ["reduction": reduction], structural: ["profile": .sound(profile)])
  }

  @Test(arguments: [6.0, 12, 20]) func learnedNoiseFallsByTheReduction(reduction: Double) throws {
    let noise = TestSignal.noise(144_000, seed: 5, amplitude: 0.02)
    let output = try denoise(reduction).run([noise])[0]
    let change = 20 * log10(Measure.rms(output[48_000...]) / Measure.rms(noise))
    #expect(abs(change + reduction) < 1, "\(change)")
  }

  @Test func aToneInTheNoiseKeepsItsLevelAndTheNoiseAroundItFalls() throws {
    let tone = TestSignal.sine(144_000, frequency: 1_007, amplitude: 0.2)
    let noise = TestSignal.noise(144_000, seed: 6, amplitude: 0.02)
    let input = zip(tone, noise).map { $0 + $1 }
    let output = try denoise(15).run([input])[0]
    let fit = SineFit(output[48_000...], frequency: 1_007, sampleRate: 48_000)
    #expect(abs(20 * log10(fit.amplitude / 0.2)) < 0.1)
    let before = SineFit(input[48_000...], frequency: 1_007, sampleRate: 48_000)
    #expect(before.residualDecibels - fit.residualDecibels > 12, "\(before) \(fit)")
  }

  @Test func profilesThatDoNotFitAreRefused() throws {
    for (rate, frames) in [(44_100, 96_000), (48_000, 1_000)] {
      let profile = SoundSamples(path: "n.wav", sampleRate: rate, channels: [TestSignal.noise(frames)])
      #expect(throws: EffectError.self) { try Chain(2_048, Denoise.self, structural: ["profile": .sound(profile)]) }
    }
  }

  // MARK: freeze and pitch

  @Test func aFrozenToneGoesOnAtItsFrequencyAndLevel() throws {
    let tone = TestSignal.sine(24_000, frequency: 441, amplitude: 0.3) + [Float](repeating: 0, count: 96_000)
    let output = try Chain(4_096, Freeze.self)
      .run([tone], changes: [ParameterChange(frame: 20_000, parameter: 0, value: 1)])[0]
    let fit = SineFit(output[60_000..<110_000], frequency: 441, sampleRate: 48_000)
    #expect(abs(20 * log10(fit.amplitude / 0.3)) < 0.2 && fit.residualDecibels < -30, "\(fit)")
  }

  @Test(arguments: [(440.0, 3.0), (440, -12), (440, 12), (1_234.5, 7), (250, -5), (3_000, 0.5)])
  func aSineArrivesAtItsNewPitch(frequency: Double, semitones: Double) throws {
    let output = try Chain(4_096, hop: 512, PitchShift.self, parameters: ["shift": semitones])
      .run([TestSignal.sine(144_000, frequency: frequency, amplitude: 0.5)])[0][48_000...]
    let wanted = frequency * pow(2, semitones / 12)
    // Within 0.1 Hz: two fits of a second each must not drift apart by more than a tenth of a turn.
    let first = SineFit(output[48_000..<96_000], frequency: wanted, sampleRate: 48_000)
    let second = SineFit(output[96_000..<144_000], frequency: wanted, sampleRate: 48_000, offset: 48_000)
    let drift = abs((second.phase - first.phase) / (2 * Double.pi))
    #expect(min(drift, 1 - drift) < 0.1, "\(drift)")
    #expect(abs(20 * log10(first.amplitude / 0.5)) < 0.3 && first.residualDecibels < -25, "\(first)")
  }

  @Test func noShiftKeepsTheSound() throws {
    let input = TestSignal.noise(48_000)
    let output = try Chain(2_048, PitchShift.self, parameters: ["shift": 0]).run([input])[0]
    for n in 4_096..<48_000 { #expect(abs(output[n] - input[n - 2_048]) < 1e-3) }
  }

  /// A vowel: harmonics of 120 Hz under an envelope with one formant at 900 Hz.
  @Test func formantsStayWhereTheyAreOnRequest() throws {
    let period = 400
    var pulses = [Float](repeating: 0, count: 144_000)
    for n in stride(from: 0, to: 144_000, by: period) { pulses[n] = 1 }
    let voice = try KernelHarness(Peak.self, channels: [1], parameters: ["frequency": 900, "gain": 24, "q": 3]).run([pulses])[0]
    func level(_ signal: ArraySlice<Float>, _ around: Double) -> Double {
      // Power within 150 Hz.
      stride(from: around - 150, through: around + 150, by: 2.5).reduce(0) {
        $0 + pow(Measure.magnitude(signal.prefix(19_200), at: $1, sampleRate: 48_000), 2)
      }
    }
    var formant: [String: Double] = [:]
    for word in ["keep", "move"] {
      let output = try Chain(2_048, hop: 256, PitchShift.self, parameters: ["shift": 7], structural: ["formants": .word(word)])
        .run([voice])[0][72_000...]
      formant[word] = 10 * log10(level(output, 900) / level(output, 900 * pow(2, 7.0 / 12)))
    }
    #expect(formant["keep"]! > 6 && formant["move"]! < -6, "\(formant)")
  }
}
