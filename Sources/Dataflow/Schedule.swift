/// A periodic schedule in looped notation: `(49 (3 A B) (2 C)) (4 (7 D) (8 E (5 F)))`.
public struct Schedule: Sendable, Hashable {
  public enum Term: Sendable, Hashable {
    /// One firing of an actor.
    case fire(Int)
    /// The terms in order, so many times over.
    case loop(Int, [Term])

    /// `times` firings of one actor.
    public static func fire(_ actor: Int, times: Int) -> Term { times == 1 ? .fire(actor) : .loop(times, [.fire(actor)]) }
  }

  public var terms: [Term]

  public init(_ terms: [Term]) { self.terms = terms }

  /// Calls `body` with an actor and how often it fires in a row, in order, through one period.
  ///
  /// - Parameter body: returns false to stop.
  /// - Returns: whether the period was gone through to its end.
  @discardableResult
  public func forEachBatch(_ body: (_ actor: Int, _ times: Int) -> Bool) -> Bool { Self.run(terms, body) }

  private static func run(_ terms: [Term], _ body: (Int, Int) -> Bool) -> Bool {
    for term in terms {
      switch term {
      case .fire(let actor): guard body(actor, 1) else { return false }
      case .loop(let count, let inner):
        if inner.count == 1, case .fire(let actor) = inner[0] {
          guard body(actor, count) else { return false }
        } else {
          for _ in 0..<count { guard run(inner, body) else { return false } }
        }
      }
    }
    return true
  }

  /// How often each actor fires in one period, from the loop counts alone; nil where a number does not fit.
  public func firings(actorCount: Int) -> [Int]? {
    var counts = [Int](repeating: 0, count: actorCount)
    return Self.count(terms, 1, &counts) ? counts : nil
  }

  private static func count(_ terms: [Term], _ times: Int, _ counts: inout [Int]) -> Bool {
    for term in terms {
      switch term {
      case .fire(let actor):
        let (sum, overflow) = counts[actor].addingReportingOverflow(times)
        if overflow { return false }
        counts[actor] = sum
      case .loop(let count, let inner):
        let (product, overflow) = times.multipliedReportingOverflow(by: count)
        if overflow || !Self.count(inner, product, &counts) { return false }
      }
    }
    return true
  }

  /// How often each actor stands in the notation; 1 throughout in a single appearance schedule.
  public func appearances(actorCount: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: actorCount)
    func visit(_ terms: [Term]) {
      for term in terms {
        switch term {
        case .fire(let actor): counts[actor] += 1
        case .loop(_, let inner): visit(inner)
        }
      }
    }
    visit(terms)
    return counts
  }
}

extension Schedule: CustomStringConvertible {
  public var description: String { description { String($0) } }

  public func description(_ name: (Int) -> String) -> String { Self.describe(terms, name) }

  private static func describe(_ terms: [Term], _ name: (Int) -> String) -> String {
    terms.map { term in
      switch term {
      case .fire(let actor): name(actor)
      case .loop(let count, let inner): "(\(count) \(describe(inner, name)))"
      }
    }.joined(separator: " ")
  }
}
