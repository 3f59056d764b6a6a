import PatchLanguage
import Signal
import Testing

@Suite("Resolving") struct ResolveTests {
  @Test func theDubEchoBecomesOneFlatGraph() throws {
    let graph = try resolved(
      """
      patch "Dub echo"

      control feedback = 45% in 0%..95%
      control tone     = 3.2kHz in 200Hz..12kHz log "Echo tone"

      trim  = gain -3dB
      bands = eq { highpass 80Hz; peak 2.5kHz +3dB q=1.4; highshelf 10kHz +2dB }
      damp  = lowpass $tone
      regen = gain $feedback
      plate = reverb decay=2.2s mix=25%

      in -> trim -> bands -> plate -> out
      bands -> [375ms] -> damp -> regen -> plate
      regen -> [375ms] -> damp
      """
    ).graph
    #expect(graph.title == "Dub echo")
    #expect(graph.controls[1].label == "Echo tone")
    #expect(graph.actors.map(\.address) == ["in", "trim", "bands", "damp", "regen", "plate", "out"])
    #expect(
      text(graph) == """
        control feedback = 45% in 0%..95%
        control tone = 3.2kHz in 200Hz..12kHz log
        trim = gain level=-3dB
        bands = eq 1.cutoff=80Hz 1.q=0.7071 2.frequency=2.5kHz 2.gain=3dB 2.q=1.4 3.frequency=10kHz 3.gain=2dB
        damp = lowpass cutoff=$tone q=0.7071 order=2
        regen = gain level=dB($feedback)
        plate = reverb decay=2.2s mix=25% predelay=0s seed=5
        in -> trim
        trim -> bands
        bands -> plate
        plate -> out
        bands -> [375ms] -> damp
        damp -> regen
        regen -> plate
        regen -> [375ms] -> damp
        """)
  }

  @Test func anEffectMayStandInAChainAndIsNamedInTheOrderOfTheText() throws {
    let graph = try resolved(
      """
      gain_2 = gain 1dB
      in -> gain -3dB -> gain -6dB -> gain_2 -> reverb -> out
      """
    ).graph
    #expect(graph.actors.map(\.address) == ["in", "gain_2", "gain", "gain_3", "reverb", "out"])
  }

  @Test func aDeclaredNameWinsOverAnEffect() throws {
    let graph = try resolved("gain = gain -3dB\nin -> gain -> out").graph
    #expect(text(graph) == "gain = gain level=-3dB\nin -> gain\ngain -> out")
  }

  @Test func edgesCarryPortsChannelsAndTokens() throws {
    let graph = try resolved(
      """
      split = crossover 200Hz
      squeezed = squash mode=rms
      sum = mix { low: 100%; -6dB }
      in:left -> split.low -> [64 samples] -> sum.low
      split.high -> [1.5ms, unaligned] -> squeezed -> sum.2
      in.key -> squeezed.sidechain
      in:right -> squeezed:2
      sum -> out
      """
    ).graph
    #expect(
      text(graph) == """
        split = crossover cutoff=200Hz
        squeezed = squash ratio=4 mode=rms
        sum = mix low.level|1.level=0dB 2.level=-6dB
        in:1 -> split
        split -> [64 samples] -> sum
        split.#1 -> [1.5ms, unaligned] -> squeezed
        squeezed -> sum.#1
        in.key -> squeezed.#1
        in:2 -> squeezed:2
        sum -> out
        """)
  }

  @Test func listItemsKeepTheirLabelsAndRowsTheirColumns() throws {
    let graph = try resolved(
      """
      let half = 50%
      bands = eq { low: highpass 80Hz; peak 1kHz -3dB }
      turned = matrix { half 1; right: -1 half }
      in -> bands -> turned -> out
      """
    ).graph
    #expect(
      text(graph).hasPrefix(
        """
        bands = eq low.cutoff|1.cutoff=80Hz low.q|1.q=0.7071 2.frequency=1kHz 2.gain=-3dB 2.q=0.7071
        turned = matrix 1.1=0.5 1.2=1 right.1|2.1=-1 right.2|2.2=0.5
        """))
    let items = graph.actors[1].configuration.items
    #expect(items.map(\.firstParameter) == [0, 2])
    #expect(items.map(\.parameterCount) == [2, 3])
    #expect(items.map(\.kind) == [0, 1])
  }

  @Test func seedsFollowThePlaceInTheTextUnlessWritten() throws {
    let graph = try resolved("a = noise\nb = noise\nc = noise seed=77\na -> out\nb -> out\nc -> out").graph
    #expect(graph.actors.dropLast().map { $0.configuration.integer("seed") } == [1, 2, 77])
  }

  @Test func whatNothingConnectsIsWarnedAboutAndLeftOut() throws {
    let result = try resolved("control idle = 3\nspare = reverb\nin -> gain 0dB -> out\nin -> gain 1dB")
    #expect(
      result.warnings.map(\.message) == [
        "nothing follows the control `idle`", "nothing connects `spare`, so it does not sound",
        "what leaves `gain_2` goes nowhere",
      ])
    #expect(result.graph.actors.map(\.address) == ["in", "gain", "gain_2", "out"])
  }
}
