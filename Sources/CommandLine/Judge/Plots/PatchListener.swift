import Talea

/// A patch that sounds are played through, heard at `out` or at nodes of it.
struct PatchListener {
  /// One channel of what was heard, the latency removed.
  struct Channel {
    var name: String
    /// Frames per second: a node may run at a rate of its own.
    var sampleRate: Double
    var samples: [Float]
  }

  private let plan: Plan
  private let nodes: [String]

  /// - Parameters:
  ///   - nodes: addresses as `--tap` takes them, `node` or `node.port`; none for `out`.
  ///   - channels: of `in`.
  /// - Throws: `PatchFailure`; `CommandError` where the patch does not play its input, or more than that.
  init(_ graph: Graph, nodes: [String], sampleRate: Int, channels: Int) throws {
    guard graph.actors.contains(where: { $0.address == "in" }) else {
      throw CommandError.wrong("the patch does not read `in`, so it has no response to it")
    }
    let further = graph.actors.filter { if case .input = $0.kind { $0.address != "in" } else { false } }
    if let side = further.first {
      throw CommandError.wrong("the patch reads `\(side.address)` too; a response is that to `in` alone")
    }
    let options = CompileOptions(
      sampleRate: sampleRate, inputChannels: ["in": channels],
      taps: nodes.map { CompileOptions.Tap(naming: $0, in: graph) })
    plan = try compileOffline(graph, catalog: .standard, options: options, block: nil)
    // Pictures begin at 20 Hz.
    let rates = nodes.isEmpty ? [("out", plan.outputSampleRate)] : Array(zip(nodes, plan.taps.map(\.sampleRate)))
    if let (name, rate) = rates.first(where: { $0.1.doubleValue < 100 }) {
      throw CommandError.wrong(
        "`\(name)` runs at \(plain(rate.doubleValue)) Hz, and pictures show what is above 20 Hz; listen to a node that runs faster"
      )
    }
    self.nodes = nodes
  }

  /// Plays one sound into every channel of `in`, from a patch at rest.
  func play(_ sound: [Float], tail: TailOptions) throws -> [Channel] {
    let source = SampleSource(Array(repeating: sound, count: plan.inputs[0].channels))
    let sink = SampleSink(channelCount: plan.outputChannels)
    let taps = plan.taps.map { SampleSink(channelCount: $0.channels) }
    let renderer = OfflineRenderer(Executor(plan), sources: [source], sink: sink)
    renderer.tail = tail
    renderer.tapSinks = taps
    _ = try renderer.run()
    guard !nodes.isEmpty else {
      return sink.channels.enumerated().map {
        Channel(name: "channel \($0 + 1)", sampleRate: plan.outputSampleRate.doubleValue, samples: $1)
      }
    }
    return zip(nodes, zip(plan.taps, taps)).flatMap { node, tap in
      tap.1.channels.enumerated().map {
        Channel(
          name: tap.0.channels == 1 ? node : "\(node), channel \($0 + 1)", sampleRate: tap.0.sampleRate.doubleValue, samples: $1)
      }
    }
  }
}
