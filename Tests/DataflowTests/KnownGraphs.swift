import Dataflow

/// Graphs whose answers are published.
enum KnownGraphs {
  /// `A 2 -> 3 B, 4 tokens` per line; actors appear in the order of their first mention.
  static func graph(_ text: String) -> DataflowGraph {
    var graph = DataflowGraph()
    func actor(_ name: Substring) -> Int {
      graph.actors.firstIndex { $0.name == name } ?? graph.add(.init(String(name)))
    }
    func rate(_ text: Substring) -> PhasedRate { PhasedRate(text.split(separator: ",").map { Int($0)! }) }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      let tokens = words.count > 5 ? Int(words[5])! : 0
      let (from, to) = (actor(words[0]), actor(words[4]))
      graph.add(
        .init(
          "\(words[0])\(words[4])", from: from, to: to, produce: rate(words[1]), consume: rate(words[3]), initialTokens: tokens))
    }
    return graph
  }

  /// CD to DAT sample-rate conversion: Murthy, Bhattacharyya and Lee, Formal Methods in System Design 1997; SDF3 `samplerate`.
  static let cdToDat = graph(
    """
    A 1 -> 1 B
    B 2 -> 3 C
    C 2 -> 7 D
    D 8 -> 7 E
    E 5 -> 1 F
    """)

  /// The satellite receiver of Ritz, Willems and Meyr, ICASSP 1995; rates as in SDF3 `satellite`.
  static let satelliteReceiver = graph(
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
    """)

  /// Stuijk, Geilen and Basten, DAC 2006, the running example.
  static let threeActorChain = graph(
    """
    a 2 -> 3 b
    b 1 -> 2 c
    """)

  /// B. L. Evans, lecture notes EE382C, the loop that is consistent and the one that is not.
  static let contradictoryTriangle = graph(
    """
    A 2 -> 1 B
    B 1 -> 1 C
    A 1 -> 1 C
    """)
}
