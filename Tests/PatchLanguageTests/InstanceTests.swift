import PatchLanguage
import Signal
import Testing

@Suite("Instances and regions") struct InstanceTests {
  @Test func aDefinitionGivesEachInstanceActorsAndControlsOfItsOwn() throws {
    let graph = try resolved(
      """
      control dark = 2kHz in 200Hz..12kHz
      def voice(tone=1kHz, late=20ms) {
        soft = lowpass tone
        in -> soft -> [late] -> gain -3dB -> out
      }
      a = voice $dark
      in -> a -> out
      in -> voice late=30ms -> out
      """
    ).graph
    #expect(
      text(graph) == """
        control dark = 2kHz in 200Hz..12kHz
        control a.tone = $dark in 10Hz..90kHz log
        control voice.tone = 1kHz in 10Hz..90kHz log
        a.soft = lowpass cutoff=$a.tone q=0.7071 order=2
        a.gain = gain level=-3dB
        voice.soft = lowpass cutoff=$voice.tone q=0.7071 order=2
        voice.gain = gain level=-3dB
        in -> a.soft
        a.soft -> [20ms] -> a.gain
        in -> voice.soft
        voice.soft -> [30ms] -> voice.gain
        a.gain -> out
        voice.gain -> out
        """)
  }

  @Test func aUsedFileBringsItsControlsAndItsFurtherInputs() throws {
    let files = [
      "rooms/plate.talea": """
      use "../parts/soft.talea" as soft
      control decay = 2s in 0.1s..20s log "Decay"
      control wet = 30%
      s = soft
      in -> s -> reverb decay=$decay mix=$wet -> out
      in.side -> [1ms] -> s
      """,
      "parts/soft.talea": "in -> lowpass 3kHz -> out",
    ]
    let graph = try resolved(
      """
      use "rooms/plate.talea" as plate
      p = plate decay=3s
      in -> p -> out
      in:right -> [64 samples] -> p.side
      """, files: files
    ).graph
    #expect(
      text(graph) == """
        control p.decay = 3s in 100ms..20s log
        control p.wet = 30% in 0%..100%
        p.s.lowpass = lowpass cutoff=3kHz q=0.7071 order=2
        p.reverb = reverb decay=$p.decay mix=$p.wet predelay=0s seed=2
        in -> p.s.lowpass
        in:2 -> [1ms + 64 samples] -> p.s.lowpass
        p.s.lowpass -> p.reverb
        p.reverb -> out
        """)
    #expect(graph.controls[0].label == "Decay")
    #expect(graph.sources.map(\.name) == ["patch.talea", "rooms/plate.talea", "parts/soft.talea"])
    #expect(graph.actors.first { $0.address == "p.reverb" }?.span?.source == 1)
  }

  @Test func sumsAtThePortsOfAnInstanceStayInTheOrderWritten() throws {
    let graph = try resolved(
      """
      def pass() { in -> out; in -> [1ms] -> out }
      a = gain 1dB
      b = gain 2dB
      p = pass
      in -> b
      in -> a
      b -> p
      a -> p
      p -> gain 0dB -> out
      """
    ).graph
    #expect(
      text(graph).hasSuffix(
        """
        b -> gain
        a -> gain
        b -> [1ms] -> gain
        a -> [1ms] -> gain
        gain -> out
        """))
  }

  @Test func channelsPassThePortsOfAnInstance() throws {
    let graph = try resolved(
      """
      def swap() { in:left -> out:right; in:right -> out:left }
      s = swap
      in -> s -> gain 0dB -> out
      """
    ).graph
    #expect(text(graph).hasSuffix("in:1 -> gain:2\nin:2 -> gain:1\ngain -> out"))
  }

  @Test func aSignalMayDriveTheParameterOfAnInstance() throws {
    let graph = try resolved(
      """
      def inner(f=2kHz) { in -> lowpass f -> out }
      def voice(tone=1kHz) {
        i = inner tone
        in -> i -> lowpass tone -> out
      }
      v = voice
      sweep = lfo 1Hz from=100Hz to=1kHz
      in -> v -> out
      sweep -> v.tone
      """
    ).graph
    #expect(
      text(graph) == """
        v.i.lowpass = lowpass cutoff=signal q=0.7071 order=2
        v.lowpass = lowpass cutoff=signal q=0.7071 order=2
        sweep = lfo rate=1Hz from=100Hz shape=sine to=1kHz scale=log
        in -> v.i.lowpass
        v.i.lowpass -> v.lowpass
        v.lowpass -> out
        sweep -> v.i.lowpass.cutoff
        sweep -> v.lowpass.cutoff
        """)
  }

  @Test func aRegionIsResampledAtItsEnds() throws {
    let graph = try resolved("in -> oversample 4x { drive 12dB } -> out").graph
    #expect(
      text(graph) == """
        oversample.upsample = upsample factor=4
        oversample.drive = drive amount=12dB
        oversample.downsample = downsample factor=4
        oversample.upsample -> oversample.drive
        oversample.drive -> oversample.downsample
        in -> oversample.upsample
        oversample.downsample -> out
        """)
  }

  @Test func regionsNestSeeTheNamesAroundThemAndMayHaveNoInput() throws {
    let graph = try resolved(
      """
      control hot = 12dB in 0dB..24dB
      let twice = 2
      hiss = oversample 2x { noise -20dB }
      dirt = oversample twice {
        upsample = gain 1dB
        in -> upsample -> oversample 2x { drive $hot -> lowpass 9kHz } -> out
        in.side -> upsample
      }
      in -> dirt -> out
      hiss -> dirt.side
      """
    ).graph
    #expect(
      text(graph) == """
        control hot = 12dB in 0dB..24dB
        hiss.noise = noise level=-20dB seed=1
        hiss.downsample = downsample factor=2
        dirt.upsample_2 = upsample factor=2
        dirt.upsample_2.side = upsample factor=2
        dirt.upsample = gain level=1dB
        dirt.oversample.upsample = upsample factor=2
        dirt.oversample.drive = drive amount=$hot
        dirt.oversample.lowpass = lowpass cutoff=9kHz q=0.7071 order=2
        dirt.oversample.downsample = downsample factor=2
        dirt.downsample = downsample factor=2
        hiss.noise -> hiss.downsample
        dirt.oversample.upsample -> dirt.oversample.drive
        dirt.oversample.drive -> dirt.oversample.lowpass
        dirt.oversample.lowpass -> dirt.oversample.downsample
        dirt.upsample_2 -> dirt.upsample
        dirt.upsample -> dirt.oversample.upsample
        dirt.upsample_2.side -> dirt.upsample
        dirt.oversample.downsample -> dirt.downsample
        in -> dirt.upsample_2
        dirt.downsample -> out
        hiss.downsample -> dirt.upsample_2.side
        """)
  }

  @Test func definitionsThatMultiplyWithoutEndAreStopped() {
    var lines = ["def d0() { in -> gain 0dB -> out }"]
    for level in 1...40 { lines.append("def d\(level)() { in -> d\(level - 1) -> d\(level - 1) -> out }") }
    #expect(
      told(lines.joined(separator: "\n") + "\nin -> d40 -> out") == ["a patch holds at most 65536 actors, its instances included"]
    )
  }
}
