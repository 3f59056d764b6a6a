import Talea

/// One rendering: what goes in, through which patch, and where it goes.
struct Job: Sendable {
  enum Origin: Sendable {
    /// The main input.
    case file(InputSelection)
    /// Nothing comes in: the patch makes sound by itself.
    case generated(duration: TimeValue, sampleRate: Int, channels: Int)
  }

  var graph: Graph
  var origin: Origin
  /// Further inputs by name (`side` for `in.side`).
  var sideInputs: [String: InputSelection] = [:]
  var output: String
  /// Where the output has no header: its encoding.
  var rawOutput: RawFormat?
  var outputRate: Int?
  var changes: TimedChanges?
  var options: RenderingOptions

  /// What the output is called in messages.
  var outputName: String { output == "-" ? "standard output" : output }
  /// What is shown while it runs.
  var name: String {
    if case .file(let selection) = origin { selection.path == "-" ? "standard input" : selection.path } else { outputName }
  }

  /// Whether what comes in is heard by the patch, and not only says how long and how it plays.
  private var readsMainInput: Bool { graph.actors.contains { $0.address == "in" } }

  /// Renders.
  ///
  /// - Parameter progress: called now and then with the frames done.
  /// - Returns: what there is to say about it, as lines.
  /// - Throws: `SoundFileError`, `PatchFailure`, `CommandError`; no file is left then.
  func run(onStart: (_ total: Int?, _ sampleRate: Int) -> Void, progress: @escaping (Int) -> Void) throws -> JobReport {
    let inputs = try openInputs()
    try checkPaths()
    let compileOptions = compileOptions(inputs)
    let timed = try changes?.resolved(in: graph, sampleRate: compileOptions.sampleRate)
    let plan = try compileOffline(
      timed?.graph ?? graph, catalog: .standard, options: compileOptions, block: options.block.frames)
    let executor = Executor(plan)
    let (writer, taps) = try openOutputs(plan, inputs)

    let renderer = OfflineRenderer(
      executor, sources: plan.inputs.map { inputs[$0.address]!.source }, sink: SoundFileSink(writer))
    let rate = plan.options.sampleRate
    renderer.tail = tail(plan)
    renderer.keepsLatency = options.keepLatency
    renderer.tapSinks = taps.map(SoundFileSink.init)
    renderer.automation = timed.map { Automation($0.graph, changes: $0.changes) }
    renderer.durationFrames = inputFrameCount(inputs, plan)
    if renderer.durationFrames == nil, !readsMainInput {
      throw CommandError.wrong(
        "the patch does not read `in`, and a pipe does not say how long to play; use talea render OUT --duration TIME")
    }
    onStart(renderer.durationFrames, rate)
    var nextReport = 0
    renderer.progress = { frames in
      guard frames >= nextReport else { return }
      nextReport = frames + 1 << 14
      progress(frames)
    }
    let rendering = try renderer.run()

    // The main output comes last: where anything fails before, it does not appear.
    let tapFiles = try taps.map { try $0.finish() }
    let file = try writer.finish()
    return JobReport(
      plan: plan, rendering: rendering, file: file, format: writer.format, taps: tapFiles, inputs: Array(inputs.values),
      options: options)
  }

  /// Frames of the patch that are played before its tail; nil where only the end of a pipe tells.
  private func inputFrameCount(_ inputs: [String: OpenInput], _ plan: Plan) -> Int? {
    switch origin {
    case .file: inputs["in"]?.frameCount
    case .generated(let duration, _, _): duration.frames(at: plan.options.sampleRate)
    }
  }

  private func tail(_ plan: Plan) -> TailOptions {
    let rate = plan.options.sampleRate
    return TailOptions(length: options.tail.length(at: rate), limitSeconds: options.tailLimit.seconds(at: rate))
  }

  // MARK: Inputs

  private func openInputs() throws -> [String: OpenInput] {
    guard case .file(let selection) = origin else { return [:] }
    var main = try selection.open()
    if !readsMainInput {
      main.notes.append("note: the patch does not read `in`; it plays as long as \(main.path)\n")
    }
    var inputs = ["in": main]
    for (name, selection) in sideInputs.sorted(by: { $0.key < $1.key }) {
      let side = try selection.open()
      guard side.format.sampleRate == main.format.sampleRate else {
        throw CommandError.wrong(
          "\(side.path) has \(side.format.sampleRate) Hz and \(main.path) \(main.format.sampleRate) Hz; the inputs of a patch "
            + "run at one rate: convert one first with talea process \(side.path) OUT --chain 'in -> out' "
            + "--rate \(main.format.sampleRate)")
      }
      inputs["in." + name] = side
    }
    return inputs
  }

  private func compileOptions(_ inputs: [String: OpenInput]) -> CompileOptions {
    var compileOptions = CompileOptions(
      outputSampleRate: outputRate, taps: options.taps.map { $0.tap(in: graph) })
    compileOptions.threads = options.sharing.threads
    switch origin {
    case .file:
      compileOptions.sampleRate = inputs["in"]!.format.sampleRate
      for (address, input) in inputs {
        let name = address == "in" ? "in" : String(address.dropFirst("in.".count))
        compileOptions.inputChannels[name] = input.format.channelCount
      }
    case .generated(_, let sampleRate, let channels):
      compileOptions.sampleRate = sampleRate
      compileOptions.outputChannels = channels
    }
    return compileOptions
  }

  // MARK: Outputs

  /// Refuses to write over what is read, unless forced, and to write two things to one place.
  private func checkPaths() throws {
    var inputPaths = sideInputs.values.map(\.path)
    if case .file(let selection) = origin { inputPaths.append(selection.path) }
    let outputs = [output] + options.taps.map(\.path)
    for (index, path) in outputs.enumerated() {
      if !options.force, path != "-", inputPaths.contains(where: { SameFile.areSame($0, path) }) {
        throw CommandError.wrong("\(path) is an input and an output; --force replaces it")
      }
      if outputs[..<index].contains(where: { $0 == path && path != "/dev/null" || SameFile.areSame($0, path) }) {
        throw CommandError.wrong(
          "\(path == "-" ? "standard output" : path) would be written twice; give the tap a file of its own")
      }
    }
  }

  private func openOutputs(_ plan: Plan, _ inputs: [String: OpenInput]) throws -> (AudioFileWriter, [AudioFileWriter]) {
    let main = inputs["in"]?.format
    var format = try outputFormat(
      path: output, source: main, sampleRate: plan.outputSampleRate.rounded, channels: plan.outputChannels)
    if let rawOutput, options.encoding == nil { format.byteOrder = rawOutput.byteOrder }
    let maximumFrameCount = inputFrameCount(inputs, plan).map {
      plan.maximumOutputFrames(inputFrames: $0, tail: tail(plan))
    }
    var writing = AudioFileWriter.Options(force: options.force, maximumFrameCount: maximumFrameCount)
    writing.dither =
      switch options.dither {
      case nil where changes != nil: .standard
      case nil: .fitting(plan, from: inputs.values.map(\.format), to: format)
      case .some(.none): .none
      case .tpdf: .standard
      }
    let writer = try AudioFileWriter(path: output, format: format, options: writing)
    let taps = try zip(options.taps, plan.taps).map { tap, facts in
      let format = try AudioFileFormat.output(
        path: tap.path, sampleRate: facts.sampleRate.rounded, channelCount: facts.channels)
      return try AudioFileWriter(path: tap.path, format: format, options: AudioFileWriter.Options(force: options.force))
    }
    return (writer, taps)
  }

  private func outputFormat(
    path: String, source: AudioFileFormat?, sampleRate: Int, channels: Int
  ) throws -> AudioFileFormat {
    // A device or FIFO says nothing by its name: it gets what a pipe gets.
    let name = isSpecialFile(path) && !path.split(separator: "/").last!.dropFirst().contains(".") ? "-" : path
    return try AudioFileFormat.output(
      path: name, container: options.format ?? rawOutput.map { _ in "raw" },
      encoding: options.encoding ?? rawOutput?.encoding.rawValue, source: source, sampleRate: sampleRate, channelCount: channels)
  }
}
