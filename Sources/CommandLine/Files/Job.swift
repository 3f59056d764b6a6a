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
  /// What level the output is brought to; nil to leave it.
  var target: LevelTarget?
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
    let passes = target == nil ? 1 : 2
    var prepared = try prepare()
    if target != nil { try checkReadableTwice(prepared.inputs) }
    let (writer, taps) = try openOutputs(prepared.plan, prepared.inputs)
    var gain: LevelGain?
    if let target {
      let meter = MeasuringSink(prepared.plan)
      _ = try render(prepared, to: meter, taps: taps.map { _ in NoSink() }, pass: 0, of: passes, onStart, progress)
      gain = try target.gain(for: meter.finished(), of: name)
      prepared = try prepare()
    }
    let sink: any FrameSink = SoundFileSink(writer)
    let rendering = try render(
      prepared, to: gain.map { GainSink(sink, factor: $0.factor, channels: prepared.plan.outputChannels) } ?? sink,
      taps: taps.map(SoundFileSink.init), pass: passes - 1, of: passes, onStart, progress)

    // The main output comes last: where anything fails before, it does not appear.
    let tapFiles = try taps.map { try $0.finish() }
    let file = try writer.finish()
    return JobReport(
      plan: prepared.plan, rendering: rendering, file: file, format: writer.format, taps: tapFiles,
      inputs: Array(prepared.inputs.values), gain: gain, options: options)
  }

  /// What a pass plays: its inputs at their start, and the plan for them.
  private struct Prepared {
    var inputs: [String: OpenInput]
    var plan: Plan
    var timed: (graph: Graph, changes: [Automation.Change])?
  }

  private func prepare() throws -> Prepared {
    let inputs = try openInputs()
    try checkPaths()
    let compileOptions = compileOptions(inputs)
    let timed = try changes?.resolved(in: graph, sampleRate: compileOptions.sampleRate)
    let plan = try compileOffline(
      timed?.graph ?? graph, catalog: .standard, options: compileOptions, block: options.block.frames)
    return Prepared(inputs: inputs, plan: plan, timed: timed)
  }

  /// Plays once. Of several passes each gets its share of the progress.
  private func render(
    _ prepared: Prepared, to sink: any FrameSink, taps: [any FrameSink], pass: Int, of passes: Int,
    _ onStart: (_ total: Int?, _ sampleRate: Int) -> Void, _ progress: @escaping (Int) -> Void
  ) throws -> RenderReport {
    let plan = prepared.plan
    let renderer = OfflineRenderer(
      Executor(plan), sources: plan.inputs.map { prepared.inputs[$0.address]!.source }, sink: sink)
    renderer.tail = tail(plan)
    renderer.keepsLatency = options.keepLatency
    renderer.tapSinks = taps
    renderer.automation = prepared.timed.map { Automation($0.graph, changes: $0.changes) }
    renderer.durationFrames = inputFrameCount(prepared.inputs, plan)
    if renderer.durationFrames == nil, !readsMainInput {
      throw CommandError.wrong(
        "the patch does not read `in`, and a pipe does not say how long to play; use talea render OUT --duration TIME")
    }
    if pass == 0 { onStart(renderer.durationFrames.map { $0 * passes }, plan.options.sampleRate) }
    let done = pass * (renderer.durationFrames ?? 0)
    var nextReport = 0
    renderer.progress = { frames in
      guard frames >= nextReport else { return }
      nextReport = frames + 1 << 14
      progress(done + frames)
    }
    return try renderer.run()
  }

  /// A level is measured before it is set, so everything is played twice.
  private func checkReadableTwice(_ inputs: [String: OpenInput]) throws {
    for input in inputs.values where input.frameCount == nil || isSpecialFile(input.path) {
      throw CommandError.wrong(
        "\(input.path) can be read only once, and a level is measured before it is set; put the sound into a file first")
    }
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
      case nil where changes != nil || target != nil: .standard
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
