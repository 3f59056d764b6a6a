import PatchLanguage
import Signal
import Testing

@Suite("Values with units") struct ValueTests {
  /// The value of the first parameter of the actor in `in -> … -> out`.
  private func value(_ effect: String, with statements: String = "") throws -> Double {
    let graph = try resolved("\(statements)\nin -> \(effect) -> out").graph
    guard case .value(let value) = graph.actors[1].parameters[0].driver else { throw Told("not a number") }
    return value
  }

  @Test(arguments: [
    ("2.5kHz", 2500.0), ("(1 / 2ms)", 500), ("(3 * 100Hz + 0.2kHz)", 500), ("(1kHz / 4)", 250), ("(50% * 1kHz)", 500),
    ("((2s * 100Hz) * 1Hz)", 200), ("(1kHz / 1kHz * 30Hz)", 30),
  ])
  func frequenciesFollowTheirAlgebra(written: String, hertz: Double) throws {
    #expect(try value("lowpass \(written)") == hertz)
  }

  @Test(arguments: [
    ("375ms", 0.375), ("(60s / 96)", 0.625), ("(1 / 4Hz)", 0.25), ("(1min / 120 - 0.1s)", 0.4), ("1500us", 0.0015),
  ])
  func timesFollowTheirAlgebra(written: String, seconds: Double) throws {
    #expect(try value("delay \(written)") == seconds)
  }

  @Test(arguments: [
    ("-3dB", -3.0), ("100%", 0.0), ("0%", -Double.infinity), ("(6dB - 9dB)", -3.0), ("(-6dB * 0.5)", -3.0), ("(2 * 3dB)", 6.0),
    ("(-(3dB))", -3.0),
  ])
  func levelsTakeDecibelsAndPercentages(written: String, decibels: Double) throws {
    #expect(try value("gain \(written)") == decibels)
  }

  @Test func percentagesAreTheNearestNumbersToTheirFractions() throws {
    let graph = try resolved("in -> reverb mix=35% -> reverb mix=0.35 -> out").graph
    for actor in graph.actors[1...2] {
      guard case .value(let value) = actor.parameters[1].driver else { throw Told("not a number") }
      #expect(value == 0.35)
    }
  }

  @Test func ratiosAndFactorsArePlainNumbers() throws {
    #expect(try value("squash 4:1 rms") == 4)
    #expect(try value("squash 4x rms") == 4)
  }

  @Test func constantsMayStandInAnyOrder() throws {
    #expect(try value("delay dotted", with: "let dotted = beat * 1.5\nlet beat = 60s / tempo\nlet tempo = 90") == 1)
  }

  @Test func controlsMayStandInExpressions() throws {
    let graph = try resolved(
      """
      control amount = 40% in 0%..100%
      control tempo = 120 in 60..200
      let beat = 60s / $tempo
      in -> delay beat feedback=($amount / 2) -> gain $amount -> gain ($amount * -12dB) -> out
      """
    ).graph
    let expressions = graph.actors.flatMap(\.parameters).compactMap {
      if case .expression(let expression) = $0.driver { expression } else { nil }
    }
    let levels = expressions.map { $0.value([0.5, 100]) }
    #expect(levels.count == 4)
    #expect(levels[0] == 0.6)
    #expect(levels[1] == 0.25)
    #expect(levels[2] == Math.decibels(amplitude: 0.5))
    #expect(levels[3] == -6)
    #expect(expressions[2].value([0, 100]) == -.infinity)
  }

  @Test func aControlWithoutARangeTakesThatOfWhatFollowsIt() throws {
    let graph = try resolved(
      """
      control tone = 2kHz
      control wet = 50%
      control loud = 50%
      control free = 3
      in -> lowpass $tone q=($free / 2) -> reverb mix=$wet predelay=($wet * 1ms) -> gain $loud -> out
      """
    ).graph
    #expect(graph.controls[0].range == 10...90_000)
    #expect(graph.controls[0].scale == .log)
    #expect(graph.controls[1].range == 0...1)
    #expect(graph.controls[2].range == 0...Math.amplitude(decibels: 60))
    #expect(graph.controls[3].range == nil)
  }

  @Test func controlsMayFollowControls() throws {
    let graph = try resolved(
      "control half = ($whole / 2)\ncontrol whole = 80% in 0%..100%\nin -> reverb mix=$half -> out"
    ).graph
    #expect(graph.controls.map(\.address) == ["whole", "half"])
    #expect(graph.controls[1].value == 0.4)
    #expect(graph.controls[1].expression == .divide(.control(0), .constant(2)))
  }

  @Test func samplesCountFramesWhereATimeIsWanted() throws {
    let graph = try resolved("let n = 3 * 16 samples\nin -> delay n -> [1 sample] -> delay (n / 2 + 0.5 samples) -> out").graph
    let drivers = graph.actors.compactMap(\.parameters.first).map { parameter in
      if case .samples(let count) = parameter.driver { count } else { 0.0 }
    }
    #expect(drivers == [48, 24.5])
  }

  @Test func valuesReadAsAPatchWouldSpellThem() {
    #expect(Quantity.frequency.text(3_200) == "3.2kHz")
    #expect(Quantity.frequency.text(999.5) == "999.5Hz")
    #expect(Quantity.time.text(0.375) == "375ms")
    #expect(Quantity.time.text(0.000_02) == "20us")
    #expect(Quantity.time.text(90) == "90s")
    #expect(Quantity.ratio.text(0.35) == "35%")
    #expect(Quantity.level.text(-3.25) == "-3.25dB")
    #expect(Quantity.number.text(1.0 / 3) == "0.333333")
    #expect(Quantity.number.text(-0.000_25) == "-0.00025")
    #expect(Quantity.number.text(1_234_567) == "1234567")
    #expect(Quantity.level.text(-.infinity...60) == "at most 60dB")
    #expect(Quantity.frequency.text(20...20_000) == "20Hz..20kHz")
  }
}
