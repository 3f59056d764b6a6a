import Talea

/// The file of `--automation`: one change on a line, as time, target and value, with blanks or commas between them.
///
///     # time   target       value
///     0s       feedback     20%
///     4s       feedback     60%   linear
///     1:30     plate.decay  5s
///
/// A change is a step, which moves as fast as the parameter smooths, unless `linear` follows: then the target glides in a
/// straight line of its unit from its line before (or from the start) and arrives at this time.
struct TimedChanges: Sendable {
  private struct Line: Sendable {
    var time: TimeValue
    var target: SourceSpan
    var value: SourceSpan
    var isLinear: Bool
  }

  private let source: Source
  private var lines: [Line] = []

  /// - Throws: `PatchFileError` where the file cannot be read, `PatchFailure` with every line that makes no sense.
  init(contentsOf path: String) throws {
    do { source = try DiskLoader().load(path) } catch { throw PatchFileError(path: path, reason: error.reason) }
    var mistakes: [Diagnostic] = []
    var start = 0
    for line in source.bytes.split(omittingEmptySubsequences: false, whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      defer { start += line.count + 1 }
      let fields = Self.fields(of: line, at: start)
      if fields.isEmpty { continue }
      do throws(Diagnostic.Failure) { lines.append(try Self.line(fields, source)) } catch { mistakes.append(error.diagnostic) }
    }
    if !mistakes.isEmpty { throw PatchFailure(mistakes, sources: [source]) }
  }

  /// The words of a line without its comment.
  private static func fields(of line: ArraySlice<UInt8>, at start: Int) -> [SourceSpan] {
    var fields: [SourceSpan] = []
    var begin: Int?
    for (offset, byte) in (line.prefix { $0 != UInt8(ascii: "#") } + [UInt8(ascii: " ")]).enumerated() {
      let separates = byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: ",")
      if !separates && begin == nil { begin = offset }
      if separates, let first = begin {
        fields.append(SourceSpan(source: 0, start: start + first, end: start + offset))
        begin = nil
      }
    }
    return fields
  }

  private static func line(_ fields: [SourceSpan], _ source: Source) throws(Diagnostic.Failure) -> Line {
    func text(_ span: SourceSpan) -> String { String(decoding: source.bytes[span.start..<span.end], as: UTF8.self) }
    guard fields.count == 3 || fields.count == 4 else {
      throw Diagnostic.Failure(
        Diagnostic(
          .error, "a line holds a time, a target and a value", at: fields[0].joined(with: fields.last!),
          notes: ["help: write it as in `1.5s feedback 60%` or `4s plate.decay 3s linear`"]))
    }
    guard let time = try? TimeValue(text(fields[0])) else {
      throw Diagnostic.Failure(
        Diagnostic(
          .error, "`\(text(fields[0]))` is not a time", at: fields[0],
          notes: ["help: write it as in `1.5s`, `250ms`, `2min`, `1:30` or `44100samples`"]))
    }
    let word = fields.count == 4 ? text(fields[3]) : "step"
    guard word == "linear" || word == "step" else {
      throw Diagnostic.Failure(
        Diagnostic(.error, "`\(word)` is neither `linear` nor `step`", at: fields[3]))
    }
    return Line(time: time, target: fields[1], value: fields[2], isLinear: word == "linear")
  }

  // MARK: For one patch and rate

  /// What the lines mean for a patch: the graph with what is set at its very start, and the changes after it.
  ///
  /// - Throws: `PatchFailure` with every target and value that the patch does not take.
  func resolved(in graph: Graph, sampleRate: Int) throws -> (graph: Graph, changes: [Automation.Change]) {
    var mistakes: [Diagnostic] = []
    var envelopes: [ChangeTarget: Envelope] = [:]
    var order: [ChangeTarget] = []
    for line in lines {
      do {
        let setting = try graph.setting(target: line.target, value: line.value, in: source)
        guard case .base(let value) = setting.value else {
          mistakes.append(
            Diagnostic(.error, "a time that moves is written in seconds", at: line.value, notes: ["help: write it in s or ms"]))
          continue
        }
        if envelopes[setting.target] == nil { order.append(setting.target) }
        envelopes[setting.target, default: Envelope(setting.target, in: graph)].points.append(
          Envelope.Point(frame: line.time.frames(at: sampleRate), value: value, isLinear: line.isLinear))
      } catch {
        mistakes += error.diagnostics
      }
    }
    if !mistakes.isEmpty { throw PatchFailure(mistakes, sources: [source]) }
    var graph = graph
    var changes: [Automation.Change] = []
    for target in order {
      var envelope = envelopes[target]!
      envelope.sort()
      for value in envelope.takeStart() { graph = graph.applying(Setting(target: target, value: .base(value))) }
      changes += envelope.changes(sampleRate: sampleRate)
    }
    return (graph, changes)
  }
}

extension Diagnostic {
  /// One diagnostic on its way to a list.
  fileprivate struct Failure: Error {
    var diagnostic: Diagnostic
    init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
  }
}
