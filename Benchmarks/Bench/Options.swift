/// `bench [--talea PROGRAM] [--patches FOLDER] [--baseline FILE] [--brief] [--update] [--check]`
struct Options {
  /// The program whose start is measured; nil leaves that out.
  var talea: String?
  var patches = "patches"
  var baseline = "Benchmarks/baseline.json"
  /// Fewer rounds.
  var isBrief = false
  /// Whether this run's figures replace the baseline.
  var updates = false
  /// Whether a kernel that is much slower than in the baseline is a failure.
  var checks = false

  /// A kernel may be this much slower than in the baseline, in relation to the calibration of each run.
  static let mostSlowdown = 1.5

  init(_ arguments: some Sequence<String>) throws {
    var rest = Array(arguments)[...]
    while let option = rest.popFirst() {
      switch option {
      case "--brief": isBrief = true
      case "--update": updates = true
      case "--check": checks = true
      case "--talea", "--patches", "--baseline":
        guard let value = rest.popFirst() else { throw Mistake(text: "\(option) needs a path after it") }
        switch option {
        case "--talea": talea = value
        case "--patches": patches = value
        default: baseline = value
        }
      default:
        throw Mistake(
          text: "\(option) is none of --talea PROGRAM, --patches FOLDER, --baseline FILE, --brief, --update, --check")
      }
    }
  }

  struct Mistake: Error { var text: String }
}
