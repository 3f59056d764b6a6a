import PatchLanguage
import Signal
import Testing

@Suite("Bands of a region") struct BandTests {
  @Test func eachChainRunsInItsBandAndTheSumLeaves() throws {
    let graph = try resolved("in -> multiband 120Hz 2kHz { drive 6dB -> lowpass 3kHz; in -> out; gain -3dB } -> gain 1dB -> out")
      .graph
    #expect(
      text(graph) == """
        multiband = crossover3 lower=120Hz upper=2kHz
        multiband.low.drive = drive amount=6dB
        multiband.low.lowpass = lowpass cutoff=3kHz q=0.7071 order=2
        multiband.high.gain = gain level=-3dB
        gain = gain level=1dB
        multiband -> multiband.low.drive
        multiband.low.drive -> multiband.low.lowpass
        multiband.#2 -> multiband.high.gain
        in -> multiband
        multiband.low.lowpass -> gain
        multiband.#1 -> gain
        multiband.high.gain -> gain
        gain -> out
        """)
  }

  @Test func edgesFollowControlsAndBodiesHoldConstantsAndDefinitions() throws {
    let graph = try resolved(
      """
      control split = 2kHz in 500Hz..8kHz log
      bands = multiband lower=$split upper=9kHz {
        let amount = 9dB
        def hot() { in -> drive amount -> out }
        hot
        noise -60dB
        multiband 12kHz { gain 1dB; hot -> gain 2dB }
      }
      in -> bands -> out
      """
    ).graph
    #expect(
      text(graph).split(separator: "\n").filter { $0.contains(" = ") }.joined(separator: "\n") == """
        control split = 2kHz in 500Hz..8kHz log
        bands = crossover3 lower=$split upper=9kHz
        bands.low.hot.drive = drive amount=9dB
        bands.mid.noise = noise level=-60dB seed=3
        bands.high.multiband = crossover cutoff=12kHz
        bands.high.multiband.low.gain = gain level=1dB
        bands.high.multiband.high.hot.drive = drive amount=9dB
        bands.high.multiband.high.gain = gain level=2dB
        """)
  }

  @Test func anEdgeHasItsWrittenValueAndNoSignalBesides() {
    let patch = """
      bands = multiband 1kHz { in -> out; in -> out }
      sweep = lfo 1Hz from=500Hz to=2kHz
      in -> bands -> out
      sweep -> bands.cutoff
      """
    #expect(told(patch) == ["`cutoff` has a value already, and a parameter has one driver"])
  }
}
