import Dataflow

/// Graphs whose smallest private buffers are published; edges from an actor to itself are left out.
enum PublishedBuffers {
  struct Case: Sendable {
    var name: String
    var tokens: Int
    var graph: DataflowGraph
  }

  static let cases = [
    // Stuijk, Geilen and Basten, DAC 2006, the running example.
    Case(name: "three actors", tokens: 6, graph: KnownGraphs.threeActorChain),
    // CD to DAT; Stuijk, Geilen and Basten, DAC 2006.
    Case(
      name: "samplerate", tokens: 32,
      graph: KnownGraphs.graph(
        """
        a 1 -> 1 b
        b 2 -> 3 c
        c 2 -> 7 d
        d 8 -> 7 e
        e 5 -> 1 f
        """)),
    // SDF3 testbench, modem; as above.
    Case(
      name: "modem", tokens: 38,
      graph: KnownGraphs.graph(
        """
        fork1 1 -> 1 biq
        fork1 1 -> 1 bi
        biq 1 -> 1 add
        bi 1 -> 1 add
        add 1 -> 1 ac
        ac 2 -> 1 fork2
        fork2 1 -> 2 conj
        fork2 1 -> 2 mul1
        conj 2 -> 2 mul2
        mul1 2 -> 2 deci
        mul2 2 -> 2 eq 2
        in 1 -> 1 filt
        filt 1 -> 8 hil
        hil 2 -> 4 eq
        eq 2 -> 2 mul1
        deci 2 -> 2 mul2
        deci 2 -> 2 deco
        deco 1 -> 1 out
        deci 1 -> 1 fork1 1
        """)),
    // SDF3 testbench, satellite receiver; as above.
    Case(
      name: "satellite", tokens: 1_542,
      graph: KnownGraphs.graph(
        """
        a 1 -> 4 b
        b 1 -> 11 c
        c 1 -> 1 g
        c 10 -> 1 p
        d 1 -> 4 e
        e 1 -> 11 f
        f 1 -> 1 k
        f 10 -> 1 p
        g 1 -> 1 h
        h 11 -> 11 i
        i 10 -> 1 j
        k 1 -> 1 l
        l 11 -> 11 m
        m 10 -> 1 n
        p 1 -> 240 q
        p 1 -> 240 r
        q 240 -> 1 w
        r 240 -> 1 w
        n 1 -> 1 p
        n 1 -> 1 s
        s 1 -> 1 u
        j 1 -> 1 p
        j 1 -> 1 t
        t 1 -> 1 u
        u 1 -> 240 v
        v 240 -> 1 w
        """)),
    // The H.263 decoder of the same paper, 2,376 blocks.
    Case(
      name: "h263Decoder2376", tokens: 4_753,
      graph: KnownGraphs.graph(
        """
        a 2376 -> 1 b
        b 1 -> 1 c
        c 1 -> 2376 d
        """)),
    // The H.263 decoder of SDF3, 594 blocks.
    Case(
      name: "h263Decoder594", tokens: 1_189,
      graph: KnownGraphs.graph(
        """
        vld 594 -> 1 iq
        iq 1 -> 1 idct
        idct 1 -> 594 mc
        """)),
    // SDF3 testbench, H.263 encoder.
    Case(
      name: "h263Encoder", tokens: 299,
      graph: KnownGraphs.graph(
        """
        motion_compensation 1 -> 1 motion_estimation 1
        motion_estimation 99 -> 1 mb_encoding
        mb_encoding 1 -> 99 vlc
        mb_encoding 1 -> 1 mb_decoding
        mb_decoding 1 -> 99 motion_compensation
        """)),
    // SDF3 testbench, MP3 playback.
    Case(
      name: "mp3Playback", tokens: 1_980,
      graph: KnownGraphs.graph(
        """
        mp3 1152 -> 480 src
        src 441 -> 1 app
        app 1 -> 1 dac
        dac 1 -> 1 app 2
        """)),
    // CMSIS-Stream, Examples/example1: 64 bytes.
    Case(
      name: "cmsisExample1", tokens: 16,
      graph: KnownGraphs.graph(
        """
        source 5 -> 7 processing
        processing 5 -> 5 sink
        """)),
    // CMSIS-Stream, Examples/simple: 88 bytes.
    Case(
      name: "cmsisSimple", tokens: 22,
      graph: KnownGraphs.graph(
        """
        source 5 -> 7 processing
        processing 7 -> 5 sink
        """)),
    // CMSIS-Stream, Examples/cyclo: 88 bytes there, 80 by a demand-driven schedule.
    Case(
      name: "cmsisCyclic", tokens: 20,
      graph: KnownGraphs.graph(
        """
        source 3,2 -> 7 processing
        processing 7 -> 5 sink
        """)),
    // CMSIS-Stream, Examples/example2: 10,720 bytes.
    Case(
      name: "cmsisMFCC", tokens: 2_680,
      graph: KnownGraphs.graph(
        """
        src 320 -> 320 toMono 10
        toMono 160 -> 160 sa
        toMono 160 -> 160 sb
        sa 160 -> 160 add
        sb 160 -> 160 add
        add 160 -> 320 audioWin
        audioWin 640 -> 640 mfcc
        mfcc 10 -> 250 mfccWind
        mfccWind 500 -> 500 TFLite
        """)),
    // CMSIS-Stream, Examples/example3: 11,264 bytes.
    Case(
      name: "cmsisOverlapAdd", tokens: 2_816,
      graph: KnownGraphs.graph(
        """
        src 192 -> 128 audioWin
        audioWin 256 -> 256 window
        window 256 -> 256 toCmplx
        toCmplx 512 -> 512 cfft
        cfft 512 -> 512 icfft
        icfft 512 -> 512 toReal
        toReal 256 -> 256 audioOverlap
        audioOverlap 128 -> 192 sink
        """)),
  ]

  /// Graphs whose edges cannot all make do with what each needs by itself.
  static let jointlyInfeasible: [(name: String, graph: DataflowGraph)] = [
    // Ptolemy Classic, filterBankNonUniform; wiring after its description.
    (
      "filterBankNonUniform",
      KnownGraphs.graph(
        """
        Ramp 1 -> 1 Fork
        Fork 1 -> 3 FIR_h0
        Fork 1 -> 3 FIR_h1
        FIR_h0 2 -> 2 FIR_g0
        FIR_h1 1 -> 1 FIR_g1
        FIR_g0 3 -> 1 Add
        FIR_g1 3 -> 1 Add
        Add 1 -> 1 Gain
        Gain 1 -> 1 XMgraph
        Fork 1 -> 1 XMgraph
        """)
    ),
    // PREESM, Eg1_par.
    (
      "parallelLoops",
      KnownGraphs.graph(
        """
        E1_A 2 -> 3 E1_B 4
        E1_B 3 -> 2 E1_C 3
        E1_C 1 -> 1 E1_A
        E1_Z 3 -> 6 E1_C 7
        E1_C 2 -> 3 E1_D
        E1_D 3 -> 2 E1_E
        """)
    ),
    // PREESM, nestedStrongGraph.
    (
      "nestedLoops",
      KnownGraphs.graph(
        """
        Z 1 -> 1 A
        A 2 -> 3 B 3
        B 3 -> 2 C
        C 1 -> 1 D
        B 3 -> 2 A 6
        C 1 -> 1 A 3
        """)
    ),
    // PREESM, three_cycles.
    (
      "threeCycles",
      KnownGraphs.graph(
        """
        T_B 3 -> 2 T_C 3
        T_C 2 -> 3 T_D 4
        T_D 3 -> 2 T_A 3
        T_A 2 -> 3 T_B 2
        T_D 3 -> 3 T_B 4
        """)
    ),
    // sdfpy, longtransient.
    (
      "longTransient",
      KnownGraphs.graph(
        """
        a 6 -> 5 b 10
        b 5 -> 6 a 32
        b 2 -> 3 c 20000
        c 3 -> 2 b 40000
        c 7 -> 4 d 25
        d 4 -> 7 c 10
        """)
    ),
    // Kiter, simpler_benchmark.
    (
      "phases",
      KnownGraphs.graph(
        """
        A 3,5 -> 1,1,4 B
        B 6,2,1 -> 6 C
        C 2 -> 1,3 A 40
        A 3,5 -> 24 D 130
        D 36 -> 6 C 60
        """)
    ),
  ]
}
