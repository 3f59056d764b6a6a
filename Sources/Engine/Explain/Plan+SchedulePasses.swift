import Dataflow
import PatchLanguage

extension Plan {
  var scheduleTable: PassResult.Table {
    PassResult.Table(
      name: "schedule", caption: "of one block; loops with the frames of a turn", columns: ["notation"],
      rows: [[.string(scheduleText)]])
  }

  var loopTable: PassResult.Table {
    PassResult.Table(
      name: "loops", caption: "turns of so many ticks; ticks per frame of the patch",
      columns: ["actors", "ticks", "clock", "tokens"],
      rows: nest.loops.map { loop in
        [
          .array(loop.members.map { .string(network.nodes[$0].address) }), .integer(loop.step), exact(loop.clock),
          .array(loop.feedback.map { .string("\(network.name($0)): \(network.edges[$0].tokens)") }),
        ]
      })
  }

  var instructionTable: PassResult.Table {
    PassResult.Table(
      name: "instructions", caption: "of one block, in order; a loop repeats those before its end",
      columns: ["place", "instruction", "scope", "end"],
      rows: program.instructions.enumerated().map { place, instruction in
        switch instruction {
        case .fire(let node): [.integer(place), .string("fire \(network.nodes[node].address)"), .null, .null]
        case .loop(let scope, let end): [.integer(place), .string("loop"), .integer(scope), .integer(end)]
        }
      })
  }

  var scopeTable: PassResult.Table {
    PassResult.Table(
      name: "scopes", caption: "the block (0) and loops: ticks of a turn; ticks per frame of the patch; whether frame by frame",
      columns: ["scope", "around", "ticks", "clock", "nodes", "framewise"],
      rows: program.scopes.enumerated().map { index, scope in
        [
          .integer(index), scope.parent.map { .integer($0) } ?? .null, .integer(scope.step), exact(scope.clock),
          .integer(scope.members.count), scope.runsByFrame ? .bool(true) : .null,
        ]
      })
  }

  var departureTable: PassResult.Table {
    PassResult.Table(
      name: "departures", caption: "own latency, and that from the inputs to the output, in frames of the patch",
      columns: ["node", "latency", "departure"],
      rows: network.nodes.indices.map {
        [.string(network.nodes[$0].address), exact(network.nodes[$0].latency), exact(departures[$0])]
      })
  }

  var alignmentTable: PassResult.Table {
    PassResult.Table(
      name: "alignments", caption: "frames of the edge that it waits, so that paths meet in time",
      columns: ["from", "to", "frames"],
      rows: network.edges.filter { $0.compensation > 0 }.map { edge in
        [.string(network.nodes[edge.from].address), .string(network.nodes[edge.to].address), .integer(edge.compensation)]
      })
  }

  var threadTable: PassResult.Table {
    let units = program.units
    return PassResult.Table(
      name: "threads", caption: "in order; milestones are numbered in a block, the first one of thread 1 starts the others",
      columns: ["thread", "step"],
      rows: threads.schedules.enumerated().flatMap { thread, steps in
        steps.map { step in
          let text =
            switch step {
            case .run(let unit): runText(units[unit])
            case .reach(let milestone): "reach \(milestone)"
            case .await(let other, let milestone): "await \(milestone) of thread \(other + 1)"
            }
          return [.integer(thread + 1), .string(text)]
        }
      })
  }

  private func runText(_ unit: Range<Int>) -> String {
    switch program.instructions[unit.lowerBound] {
    case .fire(let node): "fire \(network.nodes[node].address)"
    case .loop(let scope, _): "loop \(scope)"
    }
  }

  var bufferTable: PassResult.Table {
    PassResult.Table(
      name: "buffers", caption: "place in the arena in floats, and the steps from first write to last read",
      columns: ["node", "port", "scope", "channels", "frames", "offset", "first", "last"],
      rows: buffers.map { buffer in
        [
          .string(network.nodes[buffer.node].address), .string("\(buffer.isLine ? "line into" : "out") \(buffer.port + 1)"),
          .integer(buffer.scope), .integer(buffer.channels), .integer(buffer.stride), .integer(buffer.offset),
          .integer(buffer.lifetime.lowerBound), .integer(buffer.lifetime.upperBound),
        ]
      })
  }

  var lineTable: PassResult.Table {
    PassResult.Table(
      name: "lines", caption: "rings of tokens and alignment, in frames of the edge",
      columns: ["from", "to", "channels", "delay", "capacity"],
      rows: lines.map { line in
        let edge = network.edges[line.edge]
        return [
          .string(network.nodes[edge.from].address), .string(network.nodes[edge.to].address), .integer(line.channels),
          .integer(line.delay), .integer(line.capacity),
        ]
      })
  }

  var arenaTable: PassResult.Table {
    PassResult.Table(
      name: "arena", caption: "in floats", columns: ["shared", "private"],
      rows: [[.integer(arenaFloats), .integer(privateFloats)]])
  }

  var firingTable: PassResult.Table {
    PassResult.Table(
      name: "firings", caption: "the most frames that an effect takes and gives in one", columns: ["actor", "in", "out"],
      rows: network.nodes.indices.compactMap { index in
        guard let context = contexts[index] else { return nil }
        return [
          .string(network.nodes[index].address), .integer(context.maximumInputFrameCount), .integer(context.maximumFrameCount),
        ]
      })
  }

  var outputTable: PassResult.Table {
    PassResult.Table(
      name: "output", caption: "frames per second; latency in frames of out, tail in frames of the patch",
      columns: ["channels", "rate", "latency", "tail", "rings"],
      rows: [
        [
          .integer(outputChannels), exact(outputSampleRate), .integer(outputLatency), .integer(tail.frames), .bool(tail.rings),
        ]
      ])
  }
}
