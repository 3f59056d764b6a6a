import DSP
import Dataflow
import Engine
import PatchLanguage
import Signal
import Testing

@Suite("loops") struct LoopTests {
  @Test func aLoopOfFiveTokensRepeatsEveryFiveFramesForEveryBlock() throws {
    let gain = Gain.spec
    func g(_ name: String, _ db: Double) -> Graph.Actor {
      Graph.Actor(
        address: name, kind: .effect(Gain.self),
        parameters: [Graph.Parameter(name: "level", spec: gain.parameters[0], driver: .value(db))])
    }
    let graph = Graph(
      actors: [
        Graph.Actor(address: "in", kind: .input), g("a", 0), g("b", -6.020599913279624),
        Graph.Actor(address: "out", kind: .output),
      ],
      edges: [
        Graph.Edge(from: 0, to: 1), Graph.Edge(from: 1, to: 2, tokens: .frames(5)), Graph.Edge(from: 2, to: 1),
        Graph.Edge(from: 1, to: 3),
      ])
    for block in [1, 7, 64] {
      let plan = try compile(graph, catalog: Catalog.standard, options: CompileOptions(maximumFrameCount: block))
      let executor = Executor(plan)
      let input = PlanarBuffer(channels: 2, frames: block), output = PlanarBuffer(channels: 2, frames: block)
      var result: [Float] = []
      var first = true
      while result.count < 16 {
        input.clear()
        if first { input.mutable[0][0] = 1; first = false }
        executor.process(inputs: input.constant, outputs: output.mutable, frameCount: block)
        for n in 0..<block { result.append(output.mutable[0][n]) }
      }
      #expect(Array(result.prefix(16)) == [1, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.25, 0, 0, 0, 0, 0.125])
    }
  }
}
