import Testing

@testable import Dataflow

@Suite("rational") struct RationalTests {
  @Test func ratiosAreKeptInLowestTermsWithAPositiveDenominator() {
    #expect(Rational(6, -4).description == "-3/2")
    #expect(Rational(0, -7) == 0)
    #expect(Rational(147, 160) == Rational(44_100, 48_000))
  }

  @Test(arguments: 0..<50) func arithmeticObeysTheFieldLaws(seed: Int) {
    var random = SeededGenerator(seed: seed)
    func draw() -> Rational { Rational(.random(in: -60...60, using: &random), .random(in: 1...40, using: &random)) }
    let (a, b, c) = (draw(), draw(), draw())
    #expect((a + b) * c == a * c + b * c)
    #expect((a + b) - b == a)
    #expect(b == 0 || (a / b) * b == a)
    #expect((a < b) == (a.doubleValue < b.doubleValue))
    #expect(a.floor == Int((a.doubleValue).rounded(.down)) && a.ceiling == Int((a.doubleValue).rounded(.up)))
    let count = Int.random(in: -500...500, using: &random)
    #expect(a.ceiling(times: count) == (a * Rational(count)).ceiling)
  }

  @Test func whatDoesNotFitIsReportedAndNeverWraps() {
    let huge = Rational(.max), tiny = Rational(1, .max), least = Rational(.min)
    #expect(huge.multipliedReportingOverflow(by: 2) == nil)
    #expect(tiny.multipliedReportingOverflow(by: Rational(1, 2)) == nil)
    #expect(huge.multipliedReportingOverflow(by: tiny) == 1)
    #expect(huge.addingReportingOverflow(1) == nil)
    #expect(huge.addingReportingOverflow(-1) == Rational(.max - 1))
    #expect(huge.dividedReportingOverflow(by: 0) == nil)
    #expect(Rational(1).dividedReportingOverflow(by: least) == nil)
    #expect(least.multipliedReportingOverflow(by: -1) == nil)
    #expect(Rational(.max, 3).ceiling(times: 3) == .max)
    #expect(tiny < Rational(1, .max - 1) && least < huge)
  }

  @Test func commonMultiplesCoverBothAndNothingSmallerDoes() {
    #expect(leastCommonMultiple(Rational(1, 2), Rational(1, 3)) == 1)
    #expect(leastCommonMultiple(Rational(3, 2), Rational(147, 160)) == Rational(147, 2))
    #expect(leastCommonMultiple(12, 18) == 36)
    #expect(leastCommonMultipleReportingOverflow(.max, .max - 1) == nil)
    #expect(greatestCommonDivisor(-12, 18) == 6)
  }
}
