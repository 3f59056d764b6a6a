import ArgumentParser
import Glibc
import Talea

/// A patch played in real time between two ends, from the opening to the figures at the end.
struct LiveRun {
  var graph: Graph
  /// The file of the patch, or the text of one that is no file, and the values that were given on the command line.
  var path: String?
  var chain: String?
  var givenValues: [String] = []
  var input: LiveEnd
  var output: LiveEnd
  var options: LiveOptions

  func run() throws {
    if input == .nowhere, output == .nowhere {
      throw CommandError.wrong("sound comes from nowhere and goes nowhere; give -i or -o")
    }
    // Ends come to the loop below as values, not to a handler; threads started later inherit this.
    let signals = SignalSet([SIGINT, SIGTERM, SIGHUP])
    signals.block()
    let files = LiveFiles(force: options.force)
    var settings = try options.settings()
    (settings.captureDevice, settings.playbackDevice) = (input.device, output.device)
    var ends = LiveEnds()
    ends.source = try input.file.map { try files.source($0, rate: &settings.sampleRate) }
    let recording = options.explain ? nil : try options.record.map { try Recording($0) }
    if !options.explain { ends.sink = output.file.map { files.sink($0) } }
    if let recording {
      ends.inputRecorder = files.sink(recording.inputPath, encoding: "f32")
      ends.outputRecorder = files.sink(recording.outputPath, encoding: "f32")
    }
    let session = try LiveSession(graph, catalog: .standard, settings, ends: ends)
    let console = LiveLog(session, form: options.log)
    console.opened(input: input, output: output)
    if options.explain { return }
    try recording?.describe(session, graph: graph, chain: chain, settings: givenValues)
    let patches = LivePatches(session, path: path, settings: givenValues, isWatching: options.watch)
    let desk = ControlDesk(session, patches)
    let server = try controlServer(desk, console)
    let midi = try midiKnobs(session, console)
    console.granted(try session.start())
    var view = options.view && options.log == .text ? LiveView(session, desk, input: input, output: output) : nil
    defer { Console.shared.show([]) }
    let manager = ServiceManager()
    let limit = options.duration.map { $0.frames(at: session.plan.options.sampleRate) } ?? .max
    func handOut(_ events: [LiveEvent]) {
      var changes: [Int32: LiveChange] = [:]
      for event in events where event.kind == .changed { changes[event.value] = session.takeChange(event.value) }
      console.tell(events)
      manager?.tell(events)
      do {
        try recording?.note(events, changes, settings: patches.settings)
      } catch {
        Console.shared.write("warning: the recording is not whole\n" + errorText(error, color: Console.shared.hasColor).text)
      }
      desk.incidents = console.incidents
      server?.tell(events)
    }
    while !session.isOver, session.statistics.frames < limit, view?.isQuitting != true {
      if let server { server.serve(milliseconds: 10) }
      if signals.wait(milliseconds: server == nil ? 10 : 0) != nil { break }
      handOut(session.takeEvents())
      midi?.step()
      view?.step()
      for outcome in patches.step() {
        console.tell(outcome)
        if case .failed(let number, let text) = outcome { server?.refuse(number, text) }
      }
    }
    Console.shared.show([])
    let endedByItself = session.isOver
    manager?.stopping()
    session.stop()
    handOut(session.takeEvents())
    console.finished()
    let failures = session.fileFailures
    if failures.isEmpty { console.wrote(try files.finish()) } else { files.abort() }
    for failure in failures { Console.shared.write("error: \(failure)\n") }
    if session.isStuck {
      console.stuck()
      view = nil
      // Handlers of the library that hangs would hang as well.
      _exit(ExitStatus.failed)
    }
    let hasGivenUp = endedByItself && !session.hasFinished
    if hasGivenUp || !failures.isEmpty { throw ExitCode(ExitStatus.failed) }
  }
}

extension LiveRun {
  /// - Throws: `CommandError` where MIDI was asked for and there is none.
  private func midiKnobs(_ session: LiveSession, _ console: LiveLog) throws -> MIDIKnobs? {
    guard let port = options.midi ?? (options.midiLearn ? "open" : nil) else { return nil }
    do {
      return try MIDIKnobs(session, port: port, learns: options.midiLearn, console)
    } catch {
      throw CommandError.failed("\(error)")
    }
  }

  /// The socket that was asked for, or the usual one; where another session has that, this one has none.
  private func controlServer(_ desk: ControlDesk, _ console: LiveLog) throws -> ControlServer? {
    if options.socket == "none" { return nil }
    if let path = options.socket { return try ControlServer(path: path, desk: desk) }
    guard let path = defaultSocketPath() else { return nil }
    do {
      return try ControlServer(path: path, desk: desk)
    } catch let error as CommandError {
      Console.shared.write("note: no control socket: \(error.message)\n")
      return nil
    }
  }
}

extension Graph {
  var readsInput: Bool { actors.contains { if case .input = $0.kind { true } else { false } } }
}
