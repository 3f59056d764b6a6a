import DSP
import Engine
import PatchLanguage
import Signal
import SoundFiles

/// How a patch is played into a file or a buffer.
public struct RenderOptions: Sendable {
  /// How the sound ends after its input.
  public var tail = TailOptions()
  /// Whether the patch's latency stays at the front.
  public var keepsLatency = false
  /// The output's frames per second; nil for the input's.
  public var sampleRate: Int?
  /// Whether files may be replaced.
  public var replacesFiles = false
  /// Frames handed over per call; nil for what runs fastest. Changes the speed, never the result.
  public var blockFrames: Int?
  /// Threads that share the graph outside its loops. Changes the speed, never the result.
  public var threads = 1

  public init() {}
}

extension ResolvedPatch {
  /// Gives a control or a parameter another value: `try patch.set("plate.decay=3s")`.
  ///
  /// - Throws: `PatchFailure` where the patch has no such thing or does not take the value.
  public mutating func set(_ setting: String) throws(PatchFailure) {
    graph = graph.applying(try graph.setting(setting, name: "setting"))
  }
}

extension Talea {
  /// Plays a sound file through a patch into another one, which appears whole or not at all and keeps the input's encoding
  /// and metadata; its container is the one that its name says.
  ///
  /// - Throws: `SoundFileError`, or `PatchFailure` where the patch does not fit the file's rate or channels.
  @discardableResult
  public static func render(
    _ input: String, to output: String, through patch: ResolvedPatch, options: RenderOptions = RenderOptions()
  ) throws -> RenderReport {
    let reader = try AudioFileReader(path: input)
    let plan = try compile(
      patch.graph, channels: reader.format.channelCount, sampleRate: reader.format.sampleRate, options)
    let format = try AudioFileFormat.output(
      path: output, source: reader.format, sampleRate: plan.outputSampleRate.rounded, channelCount: plan.outputChannels)
    let dither = Dither.fitting(plan, from: [reader.format], to: format)
    let longest = reader.format.frameCount.map { plan.maximumOutputFrames(inputFrames: $0, tail: options.tail) }
    let writing = AudioFileWriter.Options(force: options.replacesFiles, dither: dither, maximumFrameCount: longest)
    let writer = try AudioFileWriter(path: output, format: format, options: writing)
    let report = try render(plan, from: SoundFileSource(reader), to: SoundFileSink(writer), options)
    _ = try writer.finish()
    return report
  }

  /// Plays samples through a patch.
  ///
  /// - Parameters:
  ///   - channels: one array of samples for each channel, all of one length.
  ///   - sampleRate: frames per second of the samples and of the patch.
  /// - Returns: the channels of `out`, with the tail.
  /// - Throws: `PatchFailure` where the patch does not fit the rate or the channels.
  public static func render(
    _ channels: [[Float]], sampleRate: Int, through patch: ResolvedPatch, options: RenderOptions = RenderOptions()
  ) throws -> [[Float]] {
    precondition(!channels.isEmpty && channels.allSatisfy { $0.count == channels[0].count }, "channels have one length")
    let plan = try compile(patch.graph, channels: channels.count, sampleRate: sampleRate, options)
    let sink = SampleSink(channelCount: plan.outputChannels)
    _ = try render(plan, from: SampleSource(channels), to: sink, options)
    return sink.channels
  }

  private static func compile(
    _ graph: Graph, channels: Int, sampleRate: Int, _ options: RenderOptions
  ) throws(PatchFailure) -> Plan {
    var settings = CompileOptions(
      sampleRate: sampleRate, inputChannels: ["in": channels], outputSampleRate: options.sampleRate)
    settings.threads = options.threads
    let plan = try compileOffline(graph, catalog: .standard, options: settings, block: options.blockFrames)
    guard plan.inputs.map(\.address) == ["in"] else {
      let message = "this patch reads \(plan.inputs.isEmpty ? "nothing" : "several inputs"); play it with an `OfflineRenderer`"
      throw PatchFailure([Diagnostic(.error, message, at: nil)], sources: graph.sources)
    }
    return plan
  }

  private static func render(
    _ plan: Plan, from source: any FrameSource, to sink: any FrameSink, _ options: RenderOptions
  ) throws -> RenderReport {
    let renderer = OfflineRenderer(Executor(plan), sources: [source], sink: sink)
    renderer.tail = options.tail
    renderer.keepsLatency = options.keepsLatency
    return try renderer.run()
  }
}
