import Testing

@testable import Live

@Suite("audio thread that hangs") struct HangWatchTests {
  private let second: UInt64 = 1_000_000_000

  @Test func isToldOnceAfterThePatienceAndWhenItReturns() {
    var watch = HangWatch(patience: 3 * second)
    var findings: [(UInt64, HangWatch.Finding)] = []
    for step in 0..<1_000 {
      let now = second + UInt64(step) * second / 100
      // Comes round until 1 s, hangs until 6 s, goes on.
      let heartbeat = step < 100 || step >= 600 ? step : 99
      if let finding = watch.look(heartbeat: heartbeat, at: now) { findings.append((now - second, finding)) }
    }
    #expect(findings.map(\.1) == [.hangs(3 * second), .returned(5 * second)], "\(findings)")
    #expect(findings.map(\.0).first.map { $0 / (second / 100) } == 399, "\(findings)")
  }

  /// SIGSTOP, or a machine that slept: nothing of the process ran.
  @Test func aProcessThatWasStoppedAsAWholeDoesNotHang() {
    var watch = HangWatch(patience: 3 * second)
    for minute in 0..<20 {
      #expect(watch.look(heartbeat: 7, at: UInt64(minute) * 60 * second) == nil)
    }
  }
}
