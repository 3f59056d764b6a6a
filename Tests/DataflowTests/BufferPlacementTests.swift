import Testing

@testable import Dataflow

@Suite("buffer placement") struct BufferPlacementTests {
  @Test func aChainNeedsRoomForTwoBuffers() {
    let lifetimes = (0..<10_000).map { Lifetime($0...($0 + 1), byteCount: 2_048) }
    let placement = placeBuffers(lifetimes)
    #expect(placement.arenaSize == 4_096 && placement.lowerBound == 4_096)
  }

  @Test(arguments: 0..<200) func buffersThatLiveTogetherNeverOverlap(seed: Int) {
    let lifetimes = randomLifetimes(seed: seed)
    let placement = placeBuffers(lifetimes)
    for (a, first) in lifetimes.enumerated() {
      #expect(placement.offsets[a] % first.alignment == 0 && placement.offsets[a] >= 0)
      #expect(placement.offsets[a] + first.byteCount <= placement.arenaSize || first.byteCount == 0)
      for (b, second) in lifetimes.enumerated() where b > a && first.steps.overlaps(second.steps) {
        let apart =
          placement.offsets[a] + first.byteCount <= placement.offsets[b]
          || placement.offsets[b] + second.byteCount <= placement.offsets[a]
        #expect(apart || first.byteCount == 0 || second.byteCount == 0)
      }
    }
    #expect(placement.arenaSize >= placement.lowerBound)
    #expect(placement == placeBuffers(lifetimes))
  }

  @Test func nothingNeedsNothing() {
    #expect(placeBuffers([]).arenaSize == 0)
    #expect(placeBuffers([Lifetime(3...4, byteCount: 0)]).arenaSize == 0)
  }

  @Test func inPlaceFiringNeedsRoomForOneBuffer() {
    let lifetimes = (0..<8).map { Lifetime($0...($0 + 1), byteCount: 64) }
    let merge = mergeInPlace(lifetimes, (0..<7).map { InPlaceCandidate(input: $0, output: $0 + 1) })
    #expect(merge.lifetimes == [Lifetime(0...8, byteCount: 64)])
    #expect(placeBuffers(merge.lifetimes).arenaSize == 64)
  }

  @Test func aBufferThatIsStillReadIsNotOverwritten() {
    // 0 is read again at step 5, long after 1 was written at step 1.
    let lifetimes = [Lifetime(0...5, byteCount: 64), Lifetime(1...2, byteCount: 64)]
    #expect(mergeInPlace(lifetimes, [InPlaceCandidate(input: 0, output: 1)]).description == "{0} {1}")
  }

  @Test func twoOutputsCannotTakeTheSameInput() {
    let lifetimes = [Lifetime(0...1, byteCount: 64), Lifetime(1...3, byteCount: 64), Lifetime(1...2, byteCount: 128)]
    let candidates = [InPlaceCandidate(input: 0, output: 2), InPlaceCandidate(input: 0, output: 1)]
    let merge = mergeInPlace(lifetimes, candidates)
    #expect(merge.description == "{0 2} {1}")
    #expect(merge.lifetimes[0] == Lifetime(0...2, byteCount: 128))
  }

  @Test(arguments: 0..<200) func mergedBuffersHoldOneThingAtATime(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let lifetimes = randomLifetimes(seed: seed, from: 1)
    let candidates = (0..<40).map { _ in
      InPlaceCandidate(
        input: .random(in: lifetimes.indices, using: &random), output: .random(in: lifetimes.indices, using: &random))
    }
    let merge = mergeInPlace(lifetimes, candidates)
    for (a, first) in lifetimes.enumerated() {
      for (b, second) in lifetimes.enumerated() where b > a && merge.mergedIndex[a] == merge.mergedIndex[b] {
        let (early, late) = first.steps.lowerBound < second.steps.lowerBound ? (first, second) : (second, first)
        #expect(early.steps.upperBound <= late.steps.lowerBound)
      }
      let whole = merge.lifetimes[merge.mergedIndex[a]]
      #expect(
        whole.byteCount >= first.byteCount && whole.steps.contains(first.steps.lowerBound)
          && whole.steps.contains(first.steps.upperBound))
    }
  }
}

private func randomLifetimes(seed: Int, from shortest: Int = 0) -> [Lifetime] {
  var random = SeededGenerator(seed: seed)
  return (0..<Int.random(in: 1...40, using: &random)).map { _ in
    let first = Int.random(in: 0...20, using: &random)
    let last = first + Int.random(in: shortest...8, using: &random)
    return Lifetime(
      first...last, byteCount: Int.random(in: 0...300, using: &random), alignment: [1, 16, 64].randomElement(using: &random)!)
  }
}
