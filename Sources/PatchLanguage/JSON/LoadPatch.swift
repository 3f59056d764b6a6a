/// Reads a patch in whichever form it is written: JSON starts with a brace, which no statement does.
///
/// - Parameter index: the place that `source` will have among the sources that spans point into.
public func parse(_ source: Source, index: Int = 0) -> ParsedPatch {
  let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
  let isJSON = source.bytes.first { !blanks.contains($0) } == UInt8(ascii: "{")
  guard isJSON else { return parseText(source, index: index) }
  var parsed = parseJSON(source, index: index)
  if !source.name.hasSuffix(".json"), !parsed.diagnostics.isEmpty {
    parsed.diagnostics[0].notes.append("a patch that starts with `{` is read as JSON")
  }
  return parsed
}

/// Reads a patch's file, in either form, without looking up a name in it.
///
/// - Throws: every mistake in its spelling at once, or why the file cannot be read.
public func loadPatch(_ path: String, loader: some SourceLoader = DiskLoader()) throws(PatchFailure) -> Patch {
  let source: Source
  do {
    source = try loader.load(path)
  } catch {
    throw PatchFailure([Diagnostic(.error, "\(quoted(path)) cannot be read: \(error.reason)", at: nil)], sources: [])
  }
  return try parse(source).get()
}
