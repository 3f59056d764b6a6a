import Glibc

/// What a shell makes of a chain without quotes: in `--chain gain -3dB -> reverb` the `>` sends standard output to a
/// file named `reverb`, and `gain`, `-3dB` and `-` arrive as separate arguments.
enum QuotingHint {
  /// The hint for a command line that was refused; nil where nothing points to a chain without quotes.
  ///
  /// An empty file that the shell has just made for standard output is removed: nobody asked for it.
  static func text(for arguments: [String]) -> String? {
    guard looksUnquoted(arguments) else { return nil }
    var hint = "hint: a chain goes in quotes, or the shell takes its `->` for a redirection: --chain 'gain -3dB -> reverb'\n"
    if let (path, removed) = misdirectedOutput() {
      let name = fileName(path)
      hint +=
        removed
        ? "hint: the empty file `\(name)` that the shell made for it was removed\n"
        : "hint: the shell sent the output to the file `\(name)`, which is empty now\n"
    }
    return hint
  }

  /// Whether words follow the chain's first one that only a chain has.
  static func looksUnquoted(_ arguments: [String]) -> Bool {
    guard let option = arguments.firstIndex(where: { $0 == "--chain" || $0.hasPrefix("--chain=") }) else { return false }
    let first = option + (arguments[option] == "--chain" ? 1 : 0)
    guard first < arguments.count, !arguments[first].contains("->") else { return false }
    let rest = arguments[(first + 1)...].prefix { !$0.hasPrefix("--") }
    return rest.contains { word in
      word == "-" || word.first == "-" && word.dropFirst().first?.isNumber == true || isAmount(word)
        || word.contains("=") && !word.contains("/") && word.first?.isLetter == true
    }
  }

  /// `50%`, `3kHz`, `+2dB`
  private static func isAmount(_ word: String) -> Bool {
    guard let (_, unit) = numberAndUnit(word), !unit.isEmpty else { return false }
    return unit.allSatisfy { $0.isLetter || $0 == "%" } && unit.count <= 7
  }

  /// The regular file behind standard output if it is empty; removed if it was made a moment ago.
  private static func misdirectedOutput() -> (path: String, removed: Bool)? {
    var status = stat()
    guard fstat(STDOUT_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == 0, status.st_nlink == 1
    else { return nil }
    let path = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      let length = readlink("/proc/self/fd/1", buffer.baseAddress!, buffer.count)
      return String(decoding: UnsafeRawBufferPointer(buffer).prefix(max(0, length)), as: UTF8.self)
    }
    guard path.hasPrefix("/") else { return nil }
    // All three times of a file are equal when it is made; emptying one that was there leaves its last access as it was.
    let (access, change) = (status.st_atim, status.st_mtim)
    let isNew = access.tv_sec == change.tv_sec && access.tv_nsec == change.tv_nsec && time(nil) - access.tv_sec <= 2
    return (path, isNew && unlink(path) == 0)
  }
}
