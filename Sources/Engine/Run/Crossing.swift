import CRealtime

/// How one thread tells the others how far it is, and waits for them. Milestones are numbered from 1 within a block; what
/// the threads share counts them on from block to block.
struct Crossing {
  /// One per thread.
  var milestones: UnsafeMutablePointer<talea_milestone>
  /// How many of them each thread passes in a block.
  var perBlock: UnsafePointer<Int>
  var thread: Int

  func reach(_ milestone: Int, in block: Int) { talea_milestone_reach(milestones + thread, count(thread, milestone, block)) }

  func await(_ thread: Int, _ milestone: Int, in block: Int) {
    talea_milestone_await(milestones + thread, count(thread, milestone, block))
  }

  private func count(_ thread: Int, _ milestone: Int, _ block: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: block &* perBlock[thread] &+ milestone)
  }
}
