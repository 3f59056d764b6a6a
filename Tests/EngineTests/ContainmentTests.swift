import Talea
import TestSupport
import Testing

@Suite("non-finite samples") struct ContainmentTests {
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func aNonFiniteInputSilencesUpToTheNextBorderAndNoFurther(value: Float) throws {
    var input = noise(channels: 1, frames: 4_000)
    input[0][1_500] = value
    for cuts in [[1], [64], [1_000], [4_000]] {
      let executor = Executor(try plan("in -> gain 0dB -> out", channels: 1, block: cuts[0]))
      let output = run(executor, input, cuts: cuts)[0]
      #expect(Array(output[..<1_500]) == Array(input[0][..<1_500]))
      #expect(output[1_500..<2_048].allSatisfy { $0 == 0 })
      #expect(Array(output[2_048...]) == Array(input[0][2_048...]))
      #expect(executor.fault == Executor.Fault(address: "in", position: 1_500, count: 1))
    }
  }

  @Test func anActorThatOverflowsIsNamedAndStartsAfresh() throws {
    var input = noise(channels: 1, frames: 4_000, level: 0.1)
    input[0][100] = 3e38
    let executor = Executor(try plan("in -> hot -> out\nhot = gain 20dB", channels: 1, block: 64))
    let output = run(executor, input, cuts: [64])[0]
    #expect(executor.fault?.address == "hot")
    #expect(output[100..<1_024].allSatisfy { $0 == 0 })
    #expect(output[1_024] == input[0][1_024] * 10)
  }
}
