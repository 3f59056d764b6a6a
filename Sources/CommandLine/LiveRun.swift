import ArgumentParser
import Glibc
import Talea

/// A patch played in real time between two ends, from the opening to the figures at the end.
struct LiveRun {
  var graph: Graph
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
    if !options.explain { ends.sink = output.file.map { files.sink($0) } }
    let session = try LiveSession(graph, catalog: .standard, settings, ends: ends)
    let console = LiveLog(session, form: options.log)
    console.opened(input: input, output: output)
    if options.explain { return }
    console.granted(try session.start())
    let limit = options.duration.map { $0.frames(at: session.plan.options.sampleRate) } ?? .max
    while !session.isOver, session.statistics.frames < limit {
      if signals.wait(milliseconds: 20) != nil { break }
      console.tell(session.takeEvents())
    }
    let endedByItself = session.isOver
    session.stop()
    console.tell(session.takeEvents())
    console.finished()
    let failures = session.fileFailures
    if failures.isEmpty { console.wrote(try files.finish()) } else { files.abort() }
    for failure in failures { Console.shared.write("error: \(failure)\n") }
    let hasGivenUp = endedByItself && !session.hasFinished
    if hasGivenUp || !failures.isEmpty { throw ExitCode(ExitStatus.failed) }
  }
}

extension Graph {
  var readsInput: Bool { actors.contains { if case .input = $0.kind { true } else { false } } }
}
