/// Tokens that a port moves per firing: one number, or a cycle of numbers, one per phase.
public struct PhasedRate: Sendable, Hashable {
  public let phases: [Int]
  /// Tokens of one cycle through the phases.
  public let perCycle: Int
  /// Tokens of the first n phases, for n from 0 to all of them.
  let sums: [Int]

  /// - Precondition: at least one phase, none negative, and their sum fits.
  public init(_ phases: [Int]) {
    precondition(!phases.isEmpty && phases.allSatisfy { $0 >= 0 }, "a rate is a list of numbers from 0 up")
    self.phases = phases
    var sums = [0]
    for tokens in phases { sums.append(sums.last! + tokens) }
    self.sums = sums
    perCycle = sums.last!
  }

  /// nil for an empty list, a negative number, or a sum that does not fit.
  public init?(validating phases: [Int]) {
    var total = 0
    for tokens in phases {
      let (sum, overflow) = total.addingReportingOverflow(tokens)
      guard tokens >= 0, !overflow else { return nil }
      total = sum
    }
    guard !phases.isEmpty else { return nil }
    self.init(phases)
  }

  /// Tokens moved by the first `firings` firings; nil where the number does not fit.
  public func tokens(inFirst firings: Int) -> Int? {
    if phases.count == 1 {
      let (total, overflow) = firings.multipliedReportingOverflow(by: perCycle)
      return overflow ? nil : total
    }
    let (cycles, rest) = firings.quotientAndRemainder(dividingBy: phases.count)
    let (whole, overflow) = cycles.multipliedReportingOverflow(by: perCycle)
    let (total, overflowSum) = whole.addingReportingOverflow(sums[rest])
    return overflow || overflowSum ? nil : total
  }

  /// The most firings, counted from the first, that move no more than `tokens` tokens; `Int.max` where nothing stops them.
  public func firings(coveredBy tokens: Int) -> Int {
    guard perCycle > 0 else { return .max }
    if phases.count == 1 { return tokens / perCycle }
    let (cycles, rest) = tokens.quotientAndRemainder(dividingBy: perCycle)
    // The last phase count whose sum is still covered; sums never decrease.
    var low = 0, high = phases.count
    while low < high {
      let middle = (low + high + 1) / 2
      if sums[middle] <= rest { low = middle } else { high = middle - 1 }
    }
    let (whole, overflow) = cycles.multipliedReportingOverflow(by: phases.count)
    let (total, overflowSum) = whole.addingReportingOverflow(low)
    return overflow || overflowSum ? .max : total
  }
}

extension PhasedRate: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  public init(integerLiteral value: Int) { self.init([value]) }
  public init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension PhasedRate: CustomStringConvertible {
  public var description: String {
    phases.count == 1 ? "\(phases[0])" : "[" + phases.map(String.init).joined(separator: ",") + "]"
  }
}
