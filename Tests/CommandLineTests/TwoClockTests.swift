import Foundation
import Talea
import Testing

/// Capture and playback on simulated devices with clocks of their own.
@Suite("two clocks", .serialized) struct TwoClockTests {
  /// A device of 44,100 Hz besides one of 48,000 Hz is the same with another ratio.
  @Test(arguments: [(300, 48_000), (-200, 48_000), (120, 44_100)])
  func aToneKeepsItsPitchAndPurityAcrossTheBorder(_ clocks: (Int, Int)) throws {
    let (ppm, rate) = clocks
    let rig = Rig("rates [ 48000 ]", other: "rates [ \(rate) ] ppm \(ppm) source file")
    let frequency = 997.0
    let tone = (0..<rate * 16).map { Float(0.5 * sin(2 * .pi * frequency * Double($0) / Double(rate))) }
    try rig.scratch.makeSound("in.wav", [tone, tone], rate: rate)
    let run = rig.talea(
      ["live", "gain 0dB", "-i", "other", "-o", "rig", "--period", "480", "--periods", "4", "--duration", "13s"],
      captured: "in.wav")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("note: other and rig have clocks of their own"), "\(run.errors)")
    try #require(!run.errors.contains("incidents"), "\(run.errors)")
    let told = try #require(run.errors.firstMatch(of: /capture runs ([0-9.]+) ppm (faster|slower)/))
    #expect(abs(Double(told.1)! * (told.2 == "faster" ? 1 : -1) - Double(ppm)) < 30, "\(run.errors)")
    // The last two seconds before the fade: one sine, at the pitch that the faster clock gives it.
    let played = try rig.scratch.sound("played.wav").channels[0]
    let last = Array(played[(48_000 * 10)..<(48_000 * 12)])
    let fit = bestSine(last, near: frequency * (1 + Double(ppm) * 1e-6), sampleRate: 48_000)
    #expect(abs(fit.frequency / frequency - 1 - Double(ppm) * 1e-6) < 30e-6)
    #expect(abs(fit.amplitude - 0.5) < 0.001)
    #expect(fit.residual < 0.01, "\(fit)")
  }

  @Test func theLatencyAcrossTheBorderIsAboutWhatIsStated() throws {
    let rig = Rig("", other: "ppm 100 source file")
    try rig.scratch.makeSound("in.wav", impulse(96_000, at: 48_000))
    let run = rig.talea(
      ["live", "gain 0dB", "-i", "other", "-o", "rig", "--period", "480", "--periods", "4", "--duration", "3s"],
      captured: "in.wav")
    #expect(run.status == 0, "\(run.errors)")
    try #require(!run.errors.contains("incidents"), "\(run.errors)")
    let stated = try #require(run.errors.firstMatch(of: /latency: ([0-9]+) frames .*, about ([0-9]+) of the border/))
    let played = try rig.scratch.sound("played.wav").channels[0]
    let place = try #require(played.indices.max { played[$0].magnitude < played[$1].magnitude })
    // The two devices start one after the other, and positions count from the start of playback.
    #expect(abs(place - 48_000 - Int(stated.1)!) < 480, "\(place), \(run.errors)")
  }

  @Test func faultsOfEitherDeviceAreToldAndTheToneGoesOn() throws {
    let rig = Rig("", other: "ppm 100 source file")
    let tone = (0..<48_000 * 6).map { Float(0.5 * sin(2 * .pi * 997 * Double($0) / 48_000)) }
    try rig.scratch.makeSound("in.wav", [tone, tone])
    let run = rig.talea(
      ["live", "gain 0dB", "-i", "other", "-o", "rig", "--period", "480", "--periods", "4", "--duration", "4s"],
      faults: "c:xrun@0.6;p:xrun@1.2;c:err=EIO@1.8", captured: "in.wav")
    #expect(run.status == 0, "\(run.errors)")
    for text in ["capture: overrun, going on behind a gap", "playback: underrun, going on behind a gap", "capture: error 5"] {
      #expect(run.errors.contains(text), "\(run.errors)")
    }
    let played = try rig.scratch.sound("played.wav").channels[0]
    let last = played[(played.count - 24_000)..<(played.count - 8_000)]
    #expect(abs(last.max()! - 0.5) < 0.005)
  }
}

/// The sine that fits best, searched around a frequency; the residual is relative to it.
private func bestSine(_ signal: [Float], near frequency: Double, sampleRate: Double) -> (
  frequency: Double, amplitude: Double, residual: Double
) {
  func fit(_ frequency: Double) -> (amplitude: Double, residual: Double) {
    var (ss, cc, sc, xs, xc, xx) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for (n, x) in signal.enumerated() {
      let angle = 2 * .pi * frequency * Double(n) / sampleRate
      let (s, c) = (sin(angle), cos(angle))
      (ss, cc, sc) = (ss + s * s, cc + c * c, sc + s * c)
      (xs, xc, xx) = (xs + Double(x) * s, xc + Double(x) * c, xx + Double(x) * Double(x))
    }
    let determinant = ss * cc - sc * sc
    let (a, b) = ((xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant)
    let explained = a * xs + b * xc
    return ((a * a + b * b).squareRoot(), max(0, (xx - explained) / explained).squareRoot())
  }
  var (best, width) = (frequency, frequency * 100e-6)
  for _ in 0..<6 {
    best = (-5...5).map { best + Double($0) * width / 5 }.min { fit($0).residual < fit($1).residual }!
    width /= 4
  }
  let found = fit(best)
  return (best, found.amplitude, found.residual)
}
