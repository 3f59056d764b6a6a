import ArgumentParser
import Talea

/// A length of time on the command line: `1.5s`, `250ms`, `1:30`, `44100 samples`.
enum TimeValue: Sendable, Hashable {
  case seconds(Double)
  case frames(Int)

  /// The nearest whole number of frames.
  func frames(at sampleRate: Int) -> Int {
    switch self {
    case .seconds(let seconds): Int((seconds * Double(sampleRate)).rounded())
    case .frames(let count): count
    }
  }

  func seconds(at sampleRate: Int) -> Double {
    switch self {
    case .seconds(let seconds): seconds
    case .frames(let count): Double(count) / Double(sampleRate)
    }
  }

  /// - Throws: `ValidationError` with what a time looks like.
  init(_ text: String) throws {
    guard let value = Self.parsed(text) else {
      throw ValidationError("a time is written like 1.5s, 250ms, 2min, 1:30 or 44100samples")
    }
    self = value
  }

  private static func parsed(_ text: String) -> TimeValue? {
    if text.contains(":") { return clockTime(text) }
    guard let (number, unit) = numberAndUnit(text), number >= 0 else { return nil }
    if Unit.sampleWords.contains(unit) { return Int(exactly: number).map { .frames($0) } }
    // A bare number of seconds is what every audio tool takes.
    guard let unit = unit.isEmpty ? Unit.named("s") : Unit.named(unit), unit.quantity == .time else { return nil }
    let seconds = number * unit.factor
    return seconds < 1e9 ? .seconds(seconds) : nil
  }

  /// `1:30`, `00:01:30.5`
  private static func clockTime(_ text: String) -> TimeValue? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let last = numberAndUnit(String(parts.last!)), last.unit.isEmpty, last.number >= 0,
      last.number < 60
    else { return nil }
    var minutes = 0
    for part in parts.dropLast() {
      guard let number = Int(part), number >= 0, number < 1_000_000 else { return nil }
      minutes = minutes * 60 + number
    }
    return .seconds(Double(minutes) * 60 + last.number)
  }
}

/// A sample rate on the command line, in Hz: `44100`, `44100Hz`, `44.1kHz`.
func sampleRate(_ text: String) throws -> Int {
  guard let (number, unit) = numberAndUnit(text), ["", "Hz", "kHz"].contains(unit),
    let rate = Int(exactly: unit == "kHz" ? (number * 1e6).rounded() / 1e3 : number), (1...10_000_000).contains(rate)
  else { throw ValidationError("a sample rate is a whole number of Hz, such as 44100 or 44.1kHz") }
  return rate
}

/// Splits `1.5ms` or `64 samples`. nil where no number stands first.
func numberAndUnit(_ text: String) -> (number: Double, unit: String)? {
  let digits = text.prefix { $0.isASCII && ($0.isNumber || "+-.".contains($0)) }
  guard let number = Double(digits), number.isFinite else { return nil }
  return (number, String(text.dropFirst(digits.count).drop { $0 == " " }))
}

/// `--input side=FILE`
struct SideInput: Sendable {
  var name: String
  var path: String

  init(_ text: String) throws {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex, text.index(after: equals) != text.endIndex else {
      throw ValidationError("a further input is written like side=FILE, for `in.side` of the patch")
    }
    let name = String(text[..<equals])
    self.name = name.hasPrefix("in.") ? String(name.dropFirst(3)) : name
    path = String(text[text.index(after: equals)...])
  }
}

/// `--tap NODE=file.wav`, `--tap NODE.port=file.wav`
struct TapOutput: Sendable {
  var node: String
  var path: String

  init(_ text: String) throws {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex, text.index(after: equals) != text.endIndex else {
      throw ValidationError("a tap is written like NODE=file.wav or NODE.port=file.wav")
    }
    node = String(text[..<equals])
    path = String(text[text.index(after: equals)...])
  }

  func tap(in graph: Graph) -> CompileOptions.Tap { CompileOptions.Tap(naming: node, in: graph) }
}

extension CompileOptions.Tap {
  /// `node` or `node.port`: a whole node where there is one of that name, else a node and its port.
  init(naming node: String, in graph: Graph) {
    let isNode = graph.actors.contains { $0.address == node }
    if !isNode, let dot = node.lastIndex(of: "."), dot != node.startIndex {
      self.init(address: String(node[..<dot]), port: String(node[node.index(after: dot)...]))
    } else {
      self.init(address: node)
    }
  }
}
