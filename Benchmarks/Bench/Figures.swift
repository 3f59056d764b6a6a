import Foundation

/// A measured figure: the median of some rounds, and how far they lay apart.
struct Figure: Codable {
  var median: Double
  var least: Double
  var most: Double

  init(_ rounds: [Double]) {
    let sorted = rounds.sorted()
    (median, least, most) = (middle(rounds), sorted.first ?? 0, sorted.last ?? 0)
  }
}

/// What one run found, as `baseline.json` keeps it.
struct Figures: Codable {
  /// Nanoseconds of one dependent multiply-add: what the clock of the machine was.
  var latency: Double
  var kernels: [String: Figure] = [:]
  var patches: [String: Figure] = [:]
  var compileMilliseconds: [String: Figure] = [:]
  var startMilliseconds: Figure?

  static func read(_ path: String) throws -> Figures {
    try JSONDecoder().decode(Figures.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  func write(_ path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try (encoder.encode(rounded) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
  }

  /// Three decimals: what is beyond is noise, and makes differences hard to read.
  private var rounded: Figures {
    var copy = self
    func three(_ x: Double) -> Double { (x * 1_000).rounded() / 1_000 }
    func three(_ figure: Figure) -> Figure { Figure([three(figure.least), three(figure.median), three(figure.most)]) }
    copy.latency = three(latency)
    copy.kernels = kernels.mapValues(three)
    copy.patches = patches.mapValues(three)
    copy.compileMilliseconds = compileMilliseconds.mapValues(three)
    copy.startMilliseconds = startMilliseconds.map(three)
    return copy
  }

  /// How much slower a kernel is than in another run, both in relation to their own calibration. The quickest rounds are
  /// compared: what else runs on the machine and in its caches only ever adds.
  func slowdown(_ kernel: String, against other: Figures) -> Double? {
    guard let mine = kernels[kernel], let former = other.kernels[kernel] else { return nil }
    return mine.least / latency / (former.least / other.latency)
  }
}

/// Puts text into a column.
func left(_ text: String, _ width: Int) -> String { text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0) }
func right(_ value: Double?, _ width: Int = 9, _ digits: Int = 2) -> String {
  let text = value.map { String(format: "%.\(digits)f", $0) } ?? "-"
  return String(repeating: " ", count: max(0, width - text.count)) + text
}
