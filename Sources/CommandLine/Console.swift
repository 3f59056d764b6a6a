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
    /// How many columns each line that stands on the screen takes.
    var drawn: [Int] = []
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
      guard !state.drawn.isEmpty else { return Self.put(text) }
      let bars = Self.drawing(of: state)
      Self.put(Self.erasing(state.drawn) + text + bars.text)
      state.drawn = bars.widths
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
      let up = Self.moving(above: state.drawn)
      let text = drawing.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { $0 + "\u{1B}[K\n" }
      Self.put((hidesCursor ? "\u{1B}[?25l" : "") + up + text.joined() + "\u{1B}[J" + (showsCursor ? "\u{1B}[?25h" : ""))
      state.drawn = drawing.widths
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
      Self.put(Self.erasing(state.drawn) + bars.text)
      state.drawn = bars.widths
    }
  }

  func removeBar(_ id: Int) {
    state.withLock { state in
      state.bars.removeAll { $0.id == id }
      guard !state.drawn.isEmpty else { return }
      let bars = Self.drawing(of: state)
      Self.put(Self.erasing(state.drawn) + bars.text)
      state.drawn = bars.widths
    }
  }

  /// Moves up to the first line that was drawn. Where the terminal has been made narrower since, it has broken lines that no
  /// longer fit into several.
  private static func moving(above widths: [Int]) -> String {
    let columns = size.columns
    let rows = widths.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
    return rows == 0 ? "" : "\u{1B}[\(rows)F"
  }

  /// The same, and clears from there to the end of the screen.
  private static func erasing(_ widths: [Int]) -> String { widths.isEmpty ? "" : moving(above: widths) + "\u{1B}[J" }

  /// Of the terminal at this moment; `rows` is nil where it does not say.
  private static var size: (columns: Int, rows: Int?) {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? (Int(size.ws_col), Int(size.ws_row)) : (80, nil)
  }

  /// The columns that a line takes, without what only sets colours.
  private static func width(_ line: String) -> Int {
    var (count, isControl) = (0, false)
    for character in line {
      if isControl {
        isControl = !character.isLetter
      } else if character == "\u{1B}" {
        isControl = true
      } else {
        count += 1
      }
    }
    return count
  }

  private static func drawing(of state: State) -> (text: String, widths: [Int]) {
    let bars = state.bars.map(\.bar)
    let (columns, rows) = size
    // More bars than rows could not be erased any more.
    let shown = bars.prefix(rows.map { max(1, $0 - 1) } ?? 8)
    let lines = shown.map { $0.line(columns: columns) } + state.footer
    return (lines.map { $0 + "\n" }.joined(), lines.map(width))
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
