import Dataflow
import PatchLanguage

extension Explanation {
  /// The explanation for programs: rates in frames per second (a string `a/b` where not whole), latencies and delays in
  /// frames of the patch, memory in bytes, cost in nanoseconds per frame.
  public var json: JSONValue {
    .object([
      "title": title.map { .string($0) },
      "sampleRate": .integer(sampleRate),
      "block": .integer(block),
      "actors": .array(actors.map(json)),
      "loops": .array(loops.map(json)),
      "tokens": .array(tokens.map(json)),
      "alignments": .array(alignments.map(json)),
      "schedule": .string(schedule),
      "memory": .object([
        "bytes": .integer(arenaBytes + delayLineBytes + actorBytes), "buffers": .integer(arenaBytes),
        "buffersUnshared": .integer(privateBytes), "delayLines": .integer(delayLineBytes), "actors": .integer(actorBytes),
      ]),
      "paths": .array(paths.map(json)),
      "hasMorePaths": .bool(hasMorePaths),
      "output": .object([
        "channels": .integer(outputChannels), "sampleRate": number(outputSampleRate), "latency": .integer(outputLatency),
      ]),
      "tail": .object([
        "frames": .integer(tail.frames), "rings": .bool(tail.rings), "longestEcho": .integer(tail.longestEcho),
      ]),
      "nanosecondsPerFrame": nanosecondsPerFrame.map { .double($0) },
      "threads": threads.isEmpty
        ? nil
        : .array(
          threads.map { thread in
            .object([
              "actors": .array(thread.actors.map { .string($0) }), "share": thread.share.map { .double($0) },
            ])
          }), "predictedGain": threads.isEmpty ? nil : .double(predictedGain),
    ])
  }

  private func json(_ actor: Actor) -> JSONValue {
    .object([
      "address": .string(actor.address), "effect": .string(actor.effect),
      "inputChannels": .array(actor.inputChannels.map { .integer($0) }),
      "outputChannels": .array(actor.outputChannels.map { .integer($0) }), "inputSampleRate": number(actor.inputRate),
      "sampleRate": number(actor.rate), "repetitions": .integer(actor.repetitions), "latency": number(actor.latency),
      "seed": actor.seed.map { .integer($0) }, "nanosecondsPerFrame": actor.nanosecondsPerFrame.map { .double($0) },
    ])
  }

  private func json(_ loop: Loop) -> JSONValue {
    .object([
      "actors": .array(loop.actors.map { .string($0) }), "tokens": .array(loop.tokens.map(json)),
      "block": .integer(loop.block), "sampleRate": number(loop.rate), "framewise": .bool(loop.runsByFrame),
      "leads": loop.leads.isEmpty
        ? nil : .array(loop.leads.map { .object(["actor": .string($0.actor), "frames": .integer($0.frames)]) }),
    ])
  }

  private func json(_ edge: Edge) -> JSONValue {
    .object([
      "from": .string(edge.from), "to": .string(edge.to), "frames": .integer(edge.frames), "sampleRate": number(edge.rate),
      "roundedFromSeconds": edge.roundedFrom.map { .double($0) },
    ])
  }

  private func json(_ path: Path) -> JSONValue {
    .object([
      "actors": .array(path.actors.map { .string($0) }), "latency": number(path.latency), "delay": number(path.delay),
    ])
  }

  private func number(_ value: Rational) -> JSONValue { value.isInteger ? .integer(value.numerator) : .string(value.description) }
}
