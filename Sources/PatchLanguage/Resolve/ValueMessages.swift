import Signal

/// What can be wrong with a value or an argument. Every sentence about it is written here.
enum ValueMistake: Mistake {
  // Expressions
  case doNotMeet(Expression.Operator, Value.Dimension, Value.Dimension)
  case divisionByZero
  case textAsValue
  case ratioWithUnits
  case isInfinite

  // What an argument takes
  /// - Parameters:
  ///   - literal: the digits of a number without a unit, to offer it with one.
  ///   - other: the key of the only other argument that takes such a value.
  case wrongQuantity(String, takes: Quantity, got: Value.Dimension, literal: String?, other: String?)
  case negativeLevel(String)
  case outOfRange(String, takes: ClosedRange<Double>, Quantity, got: Double, literal: String?)
  case notWhole(String, takes: ClosedRange<Int>?)
  case integerOutOfRange(String, takes: ClosedRange<Int>, got: Double)
  case notAWord(String, allowed: [String])
  case notASound(String)
  case badSound(path: String, tried: String, reason: String)
  case samplesWithoutPlace(String)
  case negativeSamples(String)
  case movingSamples(String)
  /// - Parameters:
  ///   - reader: the parameter or control whose value the argument is.
  ///   - what: what cannot move, such as `tokens`.
  case structural(String, reader: String)

  // Argument lists
  case tooMany(String, names: [String])
  case positionalAfterKey
  case givenTwice(String)
  case missing(String, names: [String], example: String)
  case bracesWithoutList(String)
  case listMissing(String, kinds: [String])
  case listCount(String, takes: ClosedRange<Int>, got: Int)
  case itemWithoutKind(String, kinds: [String])
  case rowsUneven(first: Int, this: Int)
  case keyInRow

  // Controls
  case rangeReversed(Quantity, lower: Double, upper: Double)
  case logThroughZero
  case midiOfFollower(String)
  case midiWithoutRange(String, Quantity)
  case rangeOfFollower(String)
  case argumentOfFollower(String)
  case startsOutside(control: String, Quantity, start: Double, range: ClosedRange<Double>)
  /// A value that follows controls and leaves the range of what it drives, at its start or at an end of their ranges.
  case drivenOutside(
    String, takes: ClosedRange<Double>, Quantity, reaches: Double, controls: [String], atStart: Bool, isDirect: Bool)
  case drivenNowhere(String, controls: [String])
}

extension ValueMistake {
  var message: String {
    switch self {
    case .doNotMeet(let operation, let a, let b):
      switch operation {
      case .add: "\(a.phrase) and \(b.phrase) cannot be added"
      case .subtract: "\(b.phrase) cannot be subtracted from \(a.phrase)"
      case .multiply: "\(a.phrase) and \(b.phrase) cannot be multiplied"
      case .divide: "\(a.phrase) cannot be divided by \(b.phrase)"
      }
    case .divisionByZero: "this divides by zero"
    case .textAsValue: "a text in quotes is no value"
    case .ratioWithUnits: "a ratio is two numbers without units"
    case .isInfinite: "this is larger than any number can be"

    case .wrongQuantity(let name, let wanted, .quantity(.number), let literal?, _):
      "\(quoted(name)) takes \(wanted.phrase), but \(quoted(literal)) has no unit"
    case .wrongQuantity(let name, let wanted, let got, _, _): "\(quoted(name)) takes \(wanted.phrase), not \(got.phrase)"
    case .negativeLevel(let name): "\(quoted(name)) takes a level, and a percentage below 0% is none"
    case .outOfRange(let name, let range, let quantity, let got, _):
      "\(quoted(name)) takes \(quantity.text(range)), not \(quantity.text(got))"
    case .notWhole(let name, let range): "\(quoted(name)) takes a whole number\(range.map { ", \(text($0))" } ?? " from 0")"
    case .integerOutOfRange(let name, let range, let got): "\(quoted(name)) takes \(text(range)), not \(decimalText(got))"
    case .notAWord(let name, let allowed): "\(quoted(name)) takes \(allowed.listedQuoted("or"))"
    case .notASound(let name): "\(quoted(name)) takes the name of a sound file in quotes"
    case .badSound(let path, _, let reason): "the sound file \(quoted(path)) cannot be used: \(reason)"
    case .samplesWithoutPlace(let name): "\(quoted(name)) cannot be counted in samples"
    case .negativeSamples(let name): "\(quoted(name)) takes no time below 0 samples"
    case .movingSamples(let name): "\(quoted(name)) follows a control and cannot be counted in samples"
    case .structural(let what, let reader): "\(what) cannot follow \(quoted(reader))"

    case .tooMany(let effect, let names):
      names.isEmpty
        ? "\(quoted(effect)) takes no arguments"
        : "\(quoted(effect)) takes at most \(names.count) argument\(names.count == 1 ? "" : "s")"
    case .positionalAfterKey: "an argument without a name cannot follow named ones"
    case .givenTwice(let name): "\(quoted(name)) is given twice"
    case .missing(let effect, let names, _): "\(quoted(effect)) needs \(names.listedQuoted())"
    case .bracesWithoutList(let effect): "\(quoted(effect)) takes no list in braces"
    case .listMissing(let effect, _): "\(quoted(effect)) needs a list in braces"
    case .listCount(let effect, let range, let got):
      "the list of \(quoted(effect)) takes \(range.upperBound == .max ? "at least \(range.lowerBound)" : text(range)) items, not \(got)"
    case .itemWithoutKind(let effect, _): "an item in the list of \(quoted(effect)) starts with a word"
    case .rowsUneven(let first, let this): "the rows are of different lengths: the first has \(first), this one \(this)"
    case .keyInRow: "a row holds values without names"

    case .rangeReversed(let quantity, let lower, let upper):
      "this range is empty: \(quantity.text(lower)) is not below \(quantity.text(upper))"
    case .logThroughZero: "a logarithmic range must lie above zero"
    case .midiOfFollower(let name): "\(quoted(name)) follows other controls and cannot be turned by a MIDI controller"
    case .midiWithoutRange(let name, _): "\(quoted(name)) has no range for a MIDI controller to turn it in"
    case .rangeOfFollower(let name): "\(quoted(name)) follows other controls and takes no range of its own"
    case .argumentOfFollower(let name): "\(quoted(name)) follows other controls and cannot be set"
    case .startsOutside(let name, let quantity, let start, let range):
      "\(quoted(name)) starts at \(quantity.text(start)), outside of its range \(quantity.text(range))"
    case .drivenOutside(let name, let range, let quantity, let value, let controls, let atStart, _):
      "\(quoted(name)) takes \(quantity.text(range)), but \(controls.listedQuoted()) \(atStart ? "" : "can ")"
        + "bring\(atStart && controls.count == 1 ? "s" : "") it to \(quantity.text(value))"
    case .drivenNowhere(let name, let controls):
      "\(quoted(name)) has no value where \(controls.listedQuoted()) make\(controls.count == 1 ? "s" : "") this divide by zero"
    }
  }

  var notes: [String] {
    switch self {
    case .doNotMeet(.divide, .quantity(.level), let b) where b.isScalar: ["help: multiply instead, as in `-6dB * 0.5`"]
    case .doNotMeet(_, let a, let b)
    where a == .quantity(.level) && b == .quantity(.ratio) || a == .quantity(.ratio) && b == .quantity(.level):
      ["help: write both in dB"]
    case .notASound: ["help: write it as in `\"room.wav\"`; it is found beside the patch"]
    case .badSound(let path, let tried, _): tried == path ? [] : ["tried: \(tried)"]
    case .textAsValue: ["quotes stand around titles, labels and paths"]
    case .ratioWithUnits: ["help: write it as in `4:1`"]
    case .wrongQuantity(_, let wanted, let got, let literal, let other): quantityNotes(wanted, got, literal, other)
    case .negativeLevel: ["help: 100% is 0dB and 0% is silence; a sound is turned over by an effect of its own"]
    case .outOfRange(_, let range, .ratio, let got, let literal?) where range.contains(got / 100):
      ["help: did you mean \(quoted(literal + "%"))?"]
    case .movingSamples: ["help: give the control a time, in s or ms"]
    case .samplesWithoutPlace:
      ["help: samples count frames on an edge or in the time of an effect; write a time here, in s or ms"]
    case .structural(let what, _):
      ["\(what) shape\(what.hasSuffix("s") ? "" : "s") the graph, which stays as it is while it runs"]
    case .tooMany(_, let names): names.isEmpty ? [] : ["it takes \(names.listedQuoted())"]
    case .missing(_, _, let example): ["help: write it as in \(quoted(example))"]
    case .listMissing(_, let kinds): kinds.isEmpty ? [] : ["it holds \(kinds.listedQuoted())"]
    case .itemWithoutKind(_, let kinds): ["it takes \(kinds.listedQuoted("or"))"]
    case .logThroughZero: ["help: start it above zero, or leave out `log`"]
    case .midiOfFollower: ["help: let the controller turn what it follows"]
    case .midiWithoutRange(_, let quantity):
      ["help: give it a range before `midi`, as in \(quoted("in " + quantity.exampleRange))"]
    case .rangeOfFollower, .argumentOfFollower: ["help: give ranges and values to the controls that it follows"]
    case .drivenOutside(_, let range, let quantity, _, let controls, false, true):
      range.lowerBound.isFinite && range.upperBound.isFinite
        ? ["help: give \(controls.listedQuoted()) a range in \(quantity.text(range))"]
        : ["help: give \(controls.listedQuoted()) a range of \(quantity.text(range))"]
    default: []
    }
  }

  private func quantityNotes(_ wanted: Quantity, _ got: Value.Dimension, _ literal: String?, _ other: String?) -> [String] {
    if let other { return ["help: did you mean \(quoted(other + "=…"))?"] }
    if got == .quantity(.number), let literal, wanted != .number {
      let units = Unit.all.filter { $0.quantity == wanted }.map { quoted(literal + $0.symbol) }
      return ["help: did you mean \(units.listed("or"))?"]
    }
    return wanted == .number ? [] : ["help: write it in \(wanted.unitsText)"]
  }

  private func text(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound) to \(range.upperBound)" }

  var isAboutSomethingMissing: Bool {
    switch self {
    case .missing, .listMissing, .listCount, .rowsUneven: true
    default: false
    }
  }

  func diagnostic(at span: SourceSpan) -> Diagnostic { Diagnostic(.error, message, at: span, notes: notes) }
}

extension Quantity {
  /// A range of the quantity, as a help shows one.
  fileprivate var exampleRange: String {
    switch self {
    case .number: "0..10"
    case .ratio: "0%..100%"
    case .frequency: "200Hz..12kHz"
    case .time: "50ms..2s"
    case .level: "-60dB..0dB"
    case .angle: "0deg..360deg"
    case .pitch: "-12st..12st"
    }
  }
}
