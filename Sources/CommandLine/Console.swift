import Glibc
import Synchronization
import Talea

/// Standard error: messages, and on a terminal the progress bars below them.
///
/// Any thread may write; a message is never cut by another's, and bars always stand under the last one.
final class Console: Sendable {
  static let shared = Console()

  /// Whether a person sees it at once.
  let isTerminal: Bool
  /// Whether that person wants colours (no-color.org).
  let hasColor: Bool

  private struct State {
    var bars: [(id: Int, bar: ProgressBar)] = []
    /// What stands below the bars, whole lines that fit the screen.
    var footer: [String] = []
    var drawnLines = 0
    var lastDrawing: UInt64 = 0
  }
  private let state = Mutex(State())

  /// Ten drawings a second are smooth enough to read.
  private static let drawingInterval: UInt64 = 100_000_000

  private init() {
    let terminal = getenv("TERM").map { String(cString: $0) }
    isTerminal = isatty(STDERR_FILENO) == 1 && terminal != "dumb"
    hasColor = isTerminal && getenv("NO_COLOR") == nil
  }

  /// Prints a text that ends with a newline.
  func write(_ text: String) {
    state.withLock { state in
      guard state.drawnLines > 0 else { return Self.put(text) }
      let bars = Self.drawing(of: state)
      Self.put(Self.erasing(state.drawnLines) + text + bars.text)
      state.drawnLines = bars.lines
    }
  }

  /// Shows lines below all messages, in place of those shown before. Each must be shorter than the screen is wide.
  func show(_ lines: [String]) {
    state.withLock { state in
      guard isTerminal, !(state.footer.isEmpty && lines.isEmpty) else { return }
      let hidesCursor = state.footer.isEmpty && !lines.isEmpty, showsCursor = !state.footer.isEmpty && lines.isEmpty
      state.footer = lines
      let drawing = Self.drawing(of: state)
      // Written over line by line: clearing first would flicker.
      let up = state.drawnLines == 0 ? "" : "\u{1B}[\(state.drawnLines)F"
      let text = drawing.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { $0 + "\u{1B}[K\n" }
      Self.put((hidesCursor ? "\u{1B}[?25l" : "") + up + text.joined() + "\u{1B}[J" + (showsCursor ? "\u{1B}[?25h" : ""))
      state.drawnLines = drawing.lines
    }
  }

  /// Adds a bar. Bars stand in the order of their numbers.
  func addBar(_ bar: ProgressBar, id: Int) {
    state.withLock { state in
      let place = state.bars.firstIndex { $0.id > id } ?? state.bars.count
      state.bars.insert((id, bar), at: place)
    }
  }

  func update(_ id: Int, frames: Int) {
    state.withLock { state in
      guard let place = state.bars.firstIndex(where: { $0.id == id }) else { return }
      let now = Processor.nanoseconds
      state.bars[place].bar.move(to: frames, at: now)
      // What is done at once needs no bar.
      guard now - state.lastDrawing >= Self.drawingInterval, state.bars[place].bar.hasShown(at: now) else { return }
      state.lastDrawing = now
      let bars = Self.drawing(of: state)
      Self.put(Self.erasing(state.drawnLines) + bars.text)
      state.drawnLines = bars.lines
    }
  }

  func removeBar(_ id: Int) {
    state.withLock { state in
      state.bars.removeAll { $0.id == id }
      guard state.drawnLines > 0 else { return }
      let bars = Self.drawing(of: state)
      Self.put(Self.erasing(state.drawnLines) + bars.text)
      state.drawnLines = bars.lines
    }
  }

  /// Moves up to the first bar and clears from there to the end of the screen.
  private static func erasing(_ lines: Int) -> String { lines == 0 ? "" : "\u{1B}[\(lines)F\u{1B}[J" }

  private static func drawing(of state: State) -> (text: String, lines: Int) {
    let bars = state.bars.map(\.bar)
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let columns = isKnown ? Int(size.ws_col) : 80
    // More bars than rows could not be erased any more.
    let shown = bars.prefix(isKnown ? max(1, Int(size.ws_row) - 1) : 8)
    let lines = shown.map { $0.line(columns: columns) } + state.footer
    return (lines.map { $0 + "\n" }.joined(), lines.count)
  }

  /// Standard error may be gone or full; there is nobody left to tell.
  private static func put(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(STDERR_FILENO, bytes.baseAddress! + done, bytes.count - done)
        if count < 0 && errno != EINTR { return }
        done += max(count, 0)
      }
    }
  }
}
