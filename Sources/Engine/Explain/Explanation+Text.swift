import Dataflow

extension Explanation: CustomStringConvertible {
  /// The explanation as lines for people.
  public var description: String {
    let sections = [header, actorTable, loopLines, tokenLines, pathLines, memoryLines, costLines, threadLines]
    return sections.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private var header: String {
    var lines = title.map { ["\($0)"] } ?? []
    lines.append(
      "\(hertz(Rational(sampleRate))), blocks of up to \(block) frames; out: \(channels(outputChannels)) at \(hertz(outputSampleRate))"
    )
    return lines.joined(separator: "\n")
  }

  private var actorTable: String {
    let head = ["actor", "effect", "channels", "rate", "firings", "latency"]
    let rows = actors.map { actor in
      [
        actor.address, actor.effect + (actor.seed.map { " seed=\($0)" } ?? ""), channelText(actor),
        actor.inputRate == actor.rate ? hertz(actor.rate) : "\(hertz(actor.inputRate)) -> \(hertz(actor.rate))",
        "\(actor.repetitions)", actor.latency == 0 ? "" : frames(actor.latency),
      ]
    }
    return alignedTable([head] + rows)
  }

  private var loopLines: String {
    let lines = loops.map { loop in
      "loop of \(loop.actors.joined(separator: ", ")): "
        + loop.tokens.map { "\($0.frames) \($0.frames == 1 ? "token" : "tokens") on \($0.from) -> \($0.to)" }.joined(
          separator: ", ")
        + "; runs " + (loop.runsByFrame ? "frame by frame" : "\(loop.block) frames at a time")
        + (loop.rate == Rational(sampleRate) ? "" : " at \(hertz(loop.rate))")
        + (loop.leads.isEmpty
          ? "" : ", as " + loop.leads.map { "\($0.actor) runs \($0.frames)" }.joined(separator: " and ") + " ahead")
    }
    return (lines + ["schedule: \(schedule)"]).joined(separator: "\n")
  }

  private var tokenLines: String {
    var lines = tokens.map { edge in
      "\(edge.from) -> [\(edge.frames) \(edge.frames == 1 ? "sample" : "samples")] -> \(edge.to): "
        + "\(milliseconds(Rational(edge.frames) / edge.rate * Rational(sampleRate)))"
        + (edge.roundedFrom.map { ", rounded from \($0 * 1_000) ms" } ?? "")
    }
    lines += alignments.map { "\($0.from) -> \($0.to) waits \($0.frames) frames, so that paths meet in time" }
    return lines.joined(separator: "\n")
  }

  private var pathLines: String {
    var lines = paths.map { path in
      "path \(path.actors.joined(separator: " -> ")): latency \(frames(path.latency)), delay \(frames(path.delay))"
    }
    if hasMorePaths { lines.append("more paths than these") }
    lines.append(
      "latency at out: \(outputLatency) frames" + (outputLatency > 0 ? " (removed from files)" : "")
        + "; tail: \(tail.rings ? "rings until it is silent, at least " : "")\(milliseconds(Rational(tail.frames)))")
    return lines.joined(separator: "\n")
  }

  private var memoryLines: String {
    "memory: \(bytes(arenaBytes + delayLineBytes + actorBytes)): buffers \(bytes(arenaBytes)) "
      + "(\(bytes(privateBytes)) without sharing), delay lines \(bytes(delayLineBytes)), actors \(bytes(actorBytes))"
  }

  private var costLines: String {
    guard let cost = nanosecondsPerFrame else { return "" }
    let share = cost * Double(sampleRate) / 1e7
    let dearest = actors.filter { ($0.nanosecondsPerFrame ?? 0) > 0 }
      .sorted { $0.nanosecondsPerFrame! > $1.nanosecondsPerFrame! }.prefix(3)
    return "cost on this machine: \(decimal(cost, 1)) ns per frame, \(decimal(share, 2)) % of one core; dearest: "
      + dearest.map { "\($0.address) \(decimal($0.nanosecondsPerFrame!, 1)) ns" }.joined(separator: ", ")
  }

  private var threadLines: String {
    let lines = threads.enumerated().map { index, thread in
      "thread \(index + 1)" + (thread.share.map { " (\(decimal(100 * $0, 0)) % of the work)" } ?? "")
        + ": \(thread.actors.joined(separator: ", "))"
    }
    return lines.isEmpty
      ? "" : (lines + ["foreseen: \(decimal(predictedGain, 2)) times as fast as one thread"]).joined(separator: "\n")
  }

  private func channelText(_ actor: Actor) -> String {
    let inputs = actor.inputChannels.map(String.init).joined(separator: "+")
    let outputs = actor.outputChannels.map(String.init).joined(separator: "+")
    if inputs.isEmpty || outputs.isEmpty || inputs == outputs { return inputs.isEmpty ? outputs : inputs }
    return "\(inputs) -> \(outputs)"
  }

  private func channels(_ count: Int) -> String { count == 1 ? "1 channel" : "\(count) channels" }

  private func frames(_ count: Rational) -> String {
    let text = count.isInteger ? "\(count.numerator)" : decimal(count.doubleValue, 2)
    return count == 0 ? "0" : "\(text) frames (\(milliseconds(count)))"
  }

  /// - Parameter count: frames of the patch.
  private func milliseconds(_ count: Rational) -> String {
    "\(decimal(count.doubleValue / Double(sampleRate) * 1_000, 2)) ms"
  }

  private func bytes(_ count: Int) -> String {
    switch count {
    case ..<1_024: "\(count) B"
    case ..<(1_024 * 1_024): "\(decimal(Double(count) / 1_024, 1)) KiB"
    default: "\(decimal(Double(count) / 1_048_576, 1)) MiB"
    }
  }
}

/// A number with a fixed count of decimals, rounded half away from zero.
public func decimal(_ value: Double, _ places: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = (value.magnitude * scale).rounded()
  guard scaled < 1e15 else { return "\(value)" }
  let digits = String(Int(scaled))
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  let sign = value < 0 && scaled > 0 ? "-" : ""
  return places == 0 ? sign + padded : sign + padded.dropLast(places) + "." + padded.suffix(places)
}
