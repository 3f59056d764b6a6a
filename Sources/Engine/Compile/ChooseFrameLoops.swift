import Dataflow
import Signal

/// A loop whose turns are at most this many frames runs frame by frame where all its effects have a step for one frame:
/// firing a block costs more than that many single steps do.
let longestFrameTurn = 8

/// Marks the loops that run frame by frame, the loops inside them included: in turns of one frame every token order is
/// still met, and a frame of the whole body costs no more than its arithmetic. That takes one rate throughout. A loop of
/// one token has no other choice; one of a few tokens takes it where the effects have a step for a single frame.
func chooseFrameLoops(_ program: inout Program, _ network: Network) {
  for scope in program.scopes.indices.dropFirst() {
    let loop = program.scopes[scope]
    guard let parent = loop.parent, !program.scopes[parent].runsByFrame else {
      program.scopes[scope].runsByFrame = true
      continue
    }
    program.scopes[scope].runsByFrame =
      loop.step <= longestFrameTurn
      && loop.members.allSatisfy { member in
        let node = network.nodes[member]
        guard node.rate == loop.clock, node.inputRate == loop.clock else { return false }
        switch node.operation {
        case .sum: return true
        case .effect(let type): return loop.step == 1 || type.hasFrameStep
        case .input, .output, .sampler: return false
        }
      }
  }
}
