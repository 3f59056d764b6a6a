import Testing

@testable import Live

/// Two devices in simulated time: one fills a queue, one empties it, and both report where they are in pieces of their own.
private struct TwoClocks {
  /// Of the capture clock beyond the playback clock, as a share.
  var drift: Double
  /// Frames by which the devices' positions move.
  var captureGrain = 1, playbackGrain = 1
  /// Seconds by which a wake-up may be late.
  var lateness = 0.0
  var period = 64
  let rate = 48_000.0

  /// What the control did, once a period.
  struct Step {
    var seconds: Double
    /// Frames in the queue beyond the target, as they really are.
    var error: Double
    var drift: Double
  }

  func run(seconds: Double, _ body: (Step) -> Void) {
    var control = DriftControl(rate: rate)
    var random = UInt64(1)
    var consumed = 0.0, written = 0
    func grained(_ frames: Double, _ grain: Int) -> Double { (frames / Double(grain)).rounded(.down) * Double(grain) }
    var wake = 0
    while true {
      wake += 1
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let late = lateness * Double(random >> 40) / Double(1 << 24)
      let now = Double(wake * period) / rate + late
      if now > seconds { return }
      let captured = grained(now * rate * (1 + drift), captureGrain)
      let room = grained(now * rate, playbackGrain) - Double(written)
      control.update(error: captured - consumed - room, elapsed: Double(period) / rate)
      body(Step(seconds: now, error: now * rate * (1 + drift) - consumed - now * rate + Double(written), drift: control.drift))
      consumed += Double(period) * (1 + control.drift)
      written += period
    }
  }
}

@Suite("drift between two clocks") struct DriftControlTests {
  @Test(arguments: [300.0, -300, 40, 0]) func itSettlesWithin20SecondsAndStaysWithinAPeriodForAnHour(ppm: Double) {
    var worst = 0.0, worstSettled = 0.0, fastest = 0.0
    var before: Double?
    TwoClocks(drift: ppm * 1e-6).run(seconds: 3_600) { step in
      worst = max(worst, abs(step.error))
      guard step.seconds > 20 else { return }
      worstSettled = max(worstSettled, abs(step.drift - ppm * 1e-6))
      if let before { fastest = max(fastest, abs(step.drift - before) * 750) }
      before = step.drift
    }
    #expect(worst < 64)
    #expect(worstSettled < 10e-6)
    // A change of a thousandth of a semitone, 58 ppm, takes longer than a second.
    #expect(fastest < 58e-6)
  }

  /// Devices that report in steps of a period and wake-ups that are late by up to two milliseconds: the queue stays within a
  /// period of its mean, and the pitch within a fifth of a cent (116 ppm); the least that is heard is some five cents.
  @Test(arguments: [(1, 1), (48, 1), (64, 64), (480, 48)]) func whatDevicesReportUnevenlyDoesNotReachThePitch(grains: (Int, Int))
  {
    var drifts = (least: 1.0, most: -1.0), errors = (least: 1e9, most: -1e9)
    let clocks = TwoClocks(drift: 150e-6, captureGrain: grains.0, playbackGrain: grains.1, lateness: 2e-3)
    clocks.run(seconds: 600) { step in
      guard step.seconds > 20 else { return }
      drifts = (min(drifts.least, step.drift), max(drifts.most, step.drift))
      errors = (min(errors.least, step.error), max(errors.most, step.error))
    }
    #expect(drifts.most - drifts.least < 116e-6)
    #expect(errors.most - errors.least < 64)
  }

  @Test func whatWasLearnedOutlastsAnInterruption() {
    var control = DriftControl(rate: 48_000)
    for _ in 0..<100_000 { control.update(error: 10, elapsed: 64 / 48_000) }
    let learned = control.drift
    control.restart()
    #expect(control.drift > 0 && control.drift < learned)
    // Whatever happens, it stays within what clocks may differ by.
    for _ in 0..<1_000_000 { control.update(error: -1e9, elapsed: 64 / 48_000) }
    #expect(control.drift == -DriftControl.limit)
  }
}
