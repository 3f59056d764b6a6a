import Dataflow

/// What a renderer reads from: a file, or anything that gives planar frames.
public protocol FrameSource: AnyObject {
  var channelCount: Int { get }
  /// Fills up to `frameCount` frames of each channel. Fewer than asked for means the end.
  func read(_ channels: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int) throws -> Int
}

/// What a renderer writes to.
public protocol FrameSink: AnyObject {
  func write(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) throws
}

/// How a rendering ends.
public struct TailOptions: Sendable, Hashable {
  public enum Length: Sendable, Hashable {
    /// Declared tails in full; ringing parts until they have stayed under -100 dBFS.
    case automatic
    case none
    case seconds(Double)
  }

  public var length: Length
  /// A ringing tail is faded out here.
  public var limitSeconds: Double

  public init(length: Length = .automatic, limitSeconds: Double = 60) {
    self.length = length
    self.limitSeconds = limitSeconds
  }
}

/// What came of a rendering.
public struct RenderReport: Sendable {
  /// Frames of the main input, at the patch's rate.
  public var inputFrames = 0
  /// Frames written at `out`.
  public var outputFrames = 0
  /// Of these, what follows the end of the input.
  public var tailFrames = 0
  /// Whether the tail was faded out at its limit.
  public var isTailCut = false
  /// The largest absolute sample written.
  public var peak: Float = 0
  /// The first non-finite sample, and how often actors were silenced.
  public var fault: Executor.Fault?
}

/// Renders a plan from sources to a sink, as fast as it goes, in constant memory.
///
/// Latency is removed from the front unless `keepsLatency`. The output has as many frames as the input (times the
/// output's rate over the patch's, rounded up) plus the tail.
public final class OfflineRenderer {
  public let executor: Executor
  public var tail = TailOptions()
  public var keepsLatency = false
  /// Where there is no input: how many frames of the patch to render.
  public var durationFrames: Int?
  public var automation: Automation?
  /// Called after each block with the frames of the patch done so far; throwing ends the rendering.
  public var progress: ((Int) throws -> Void)?
  /// The source whose end is the end of the input; the others are padded with silence or cut. By default that of `in`.
  public var leader: Int
  /// A sink for each of the plan's taps.
  public var tapSinks: [any FrameSink] = []

  /// -100 dBFS.
  static let silence: Float = 1e-5

  private let sources: [any FrameSource]
  private let sink: any FrameSink
  private let blockFrames: Int
  private var report = RenderReport()
  /// What parameters had been when the tail was last computed.
  private var reached: ReachedValues = []

  /// - Parameter sources: one for each of `plan.inputs`, with its channels.
  public init(_ executor: Executor, sources: [any FrameSource], sink: any FrameSink) {
    precondition(sources.count == executor.plan.inputs.count, "a rendering needs a source for each input of the plan")
    self.executor = executor
    self.sources = sources
    self.sink = sink
    blockFrames = executor.plan.options.maximumFrameCount
    leader = executor.plan.inputs.firstIndex { $0.address == "in" } ?? 0
  }

  public func run() throws -> RenderReport {
    let plan = executor.plan
    let inputs = PlanarBuffer(channels: plan.inputs.map(\.channels).reduce(0, +), frames: blockFrames)
    let outputRate = plan.outputSampleRate / Rational(plan.options.sampleRate)
    let outputs = PlanarBuffer(
      channels: plan.outputChannels, frames: (Rational(blockFrames) * outputRate).ceiling + 1)
    var writer = TailWriter(sink: sink, plan: plan, tail: tail, keepsLatency: keepsLatency)
    var taps = tapWriters(outputRate)
    var inputEnd: Int? = sources.isEmpty ? (durationFrames ?? 0) : nil
    if let inputEnd { executor.stopGenerators(at: inputEnd) }
    if inputEnd == 0 { endInput(at: 0, &writer) }
    var isEnded = Array(repeating: false, count: sources.count)

    // A tap behind a longer latency than that of `out` gets its last frames after it.
    while !writer.isDone || taps.contains(where: { $0.lacksFrames(outputFrames: writer.written) }) {
      var count = blockFrames
      if inputEnd == nil {
        count = try read(inputs, &isEnded)
        if isEnded[leader] {
          inputEnd = executor.position + count
          executor.stopGenerators(at: inputEnd!)
        }
      } else {
        inputs.clear()
        count = stretch(from: executor.position, inputEnd: inputEnd!)
      }
      // Where the input ends with a block, the next one is empty.
      if count > 0 {
        automation?.schedule(until: executor.position + count, on: executor)
        let written = executor.process(inputs: inputs.constant, outputs: outputs.mutable, frameCount: count)
        try writer.write(outputs, frameCount: written)
        for index in taps.indices { try taps[index].write(executor.tapFrames(index), outputFrames: writer.written) }
      }
      if let inputEnd, executor.position >= inputEnd { followTail(inputEnd, &writer) }
      try progress?(min(executor.position, inputEnd ?? executor.position))
    }
    report.inputFrames = inputEnd ?? 0
    report.outputFrames = writer.written
    report.tailFrames = writer.written - (writer.inputFrames ?? 0)
    report.isTailCut = writer.isCut
    report.peak = writer.peak
    report.fault = executor.fault
    return report
  }

  /// Reads one block of every source and silence after its end. Returns the frames of the leader.
  private func read(_ buffer: PlanarBuffer, _ isEnded: inout [Bool]) throws -> Int {
    var first = 0
    var count = 0
    for (index, source) in sources.enumerated() {
      let frames = isEnded[index] ? 0 : try source.read(UnsafePointer(buffer.mutable + first), frameCount: blockFrames)
      if index == leader { count = frames }
      let next = first + executor.plan.inputs[index].channels
      if frames < blockFrames {
        isEnded[index] = true
        buffer.clear(first..<next, from: frames)
      }
      first = next
    }
    // Past the end of the leader the others are cut: one length, whatever the block.
    if count < blockFrames {
      buffer.clear(0..<buffer.channels, from: count)
    }
    return count
  }

  // MARK: The tail

  /// Whether parameters may move after the input's end, and the tail with them.
  private var tailCanMove: Bool { tail.length == .automatic && (automation != nil || executor.plan.hasDrivenParameters) }

  /// Frames of the next block without input. It ends with the input, where the tail is decided by what the parameters have
  /// been until then; and while they may still move, at each control tick. So no block size moves the end.
  private func stretch(from position: Int, inputEnd: Int) -> Int {
    if position < inputEnd { return min(blockFrames, inputEnd - position) }
    return tailCanMove ? min(blockFrames, controlPeriod - position % controlPeriod) : blockFrames
  }

  private func followTail(_ inputEnd: Int, _ writer: inout TailWriter) {
    if executor.position == inputEnd {
      endInput(at: inputEnd, &writer)
    } else if tailCanMove, executor.position % controlPeriod == 0, executor.reachedValues != reached {
      reached = executor.reachedValues
      writer.setTail(executor.plan.tail(reaching: reached))
    }
  }

  private func endInput(at frame: Int, _ writer: inout TailWriter) {
    reached = executor.reachedValues
    writer.inputEnds(at: frame, executor.plan.tail(reaching: reached))
  }

  private func tapWriters(_ outputRate: Rational) -> [TapWriter] {
    let plan = executor.plan
    precondition(tapSinks.count == plan.tapSources.count, "a rendering needs a sink for each tap of the plan")
    return zip(tapSinks, plan.tapSources).map { sink, source in
      let node = plan.network.nodes[source.node]
      return TapWriter(
        sink: sink, channels: node.outputChannels[source.port],
        skipping: keepsLatency ? 0 : (plan.departures[source.node] * node.rate).rounded, rate: node.rate / outputRate)
    }
  }
}
