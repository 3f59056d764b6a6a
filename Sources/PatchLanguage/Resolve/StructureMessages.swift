import Signal

/// What can be wrong with the wiring. Every sentence about it is written here.
enum StructureMistake: Mistake {
  // One connection
  case outAsSource
  case inAsTarget
  case hasNoInput(String)
  case hasNoOutput(String)
  case whichPort(String, isTarget: Bool, ports: [String])
  case parameterInChain(String, node: String)
  case channelOfParameter(String)
  case edgeWithoutNodes

  // Initial tokens
  case tokensWithoutUnit(String)
  case tokensOfQuantity(Value.Dimension)
  case tokensNotWhole(Double)
  case tokensNegative
  case tooManyTokens
  case tokensOnControlEdge(String)

  // Signals that drive parameters
  case drivenAndWritten(String, value: String?, place: String)
  case twoDrivers(String, place: String)
  case drivenInFormula(String, of: String, place: String)
  case drivenThoughStructural(String, place: String)
  case sweepOfOther(source: String, Quantity, target: String, Quantity)
  case sweepOutside(source: String, target: String, ClosedRange<Double>, Quantity, value: Double)
  case sweepThroughZero(source: String, target: String)
  case sweepScales(source: String, String, Scale, String, Scale)

  // A body as a whole
  case noOutput(body: String)
  case nothingReachesOut
  /// - Parameter inline: the effect's word, where it is written in a chain.
  case unconnected(String, input: String?, inline: String?)
  case channelUnfed(Int, of: String)
  case busIntoChannel(String)
  case emptyLoop
  case tooManyEdges(limit: Int)

  // Bands
  case edgeCount(Int)
  case bandCount(edges: Int, bands: Int)
  case nodeInBands(String)

  // Warnings
  case unusedNode(String)
  case leadsNowhere(String)
  case unusedControl(String)
  /// Not about the wiring, but about the warnings themselves.
  case tooManyWarnings
}

/// Limits of what one edge may hold before its first token arrives, so that a slip of a unit cannot ask for all memory.
public enum TokenLimits {
  /// Ten minutes.
  public static let seconds = 600.0
  /// More than ten minutes at 192 kHz.
  public static let frames = 1 << 27
}

extension StructureMistake {
  var severity: Diagnostic.Severity {
    switch self {
    case .unusedNode, .leadsNowhere, .unusedControl, .tooManyWarnings: .warning
    default: .error
    }
  }

  var message: String {
    switch self {
    case .outAsSource: "`out` is where the sound leaves the patch: nothing can come from it"
    case .inAsTarget: "`in` is where the sound enters the patch: nothing can lead to it"
    case .hasNoInput(let node): "\(quoted(node)) takes no input"
    case .hasNoOutput(let node): "\(quoted(node)) has no output"
    case .whichPort(let node, let isTarget, _): "\(quoted(node)) has several \(isTarget ? "inputs" : "outputs"): say which one"
    case .parameterInChain(let parameter, _): "\(quoted(parameter)) is a parameter, from which no sound goes on"
    case .channelOfParameter(let parameter): "\(quoted(parameter)) is a parameter and has no channels"
    case .edgeWithoutNodes: "brackets stand between two nodes, one pair on an edge"

    case .tokensWithoutUnit: "initial tokens are a time or a count of samples"
    case .tokensOfQuantity(let got): "initial tokens are a time or a count of samples, not \(got.phrase)"
    case .tokensNotWhole(let count): "an edge holds whole samples, not \(decimalText(count))"
    case .tokensNegative: "initial tokens cannot be negative"
    case .tooManyTokens: "an edge holds at most 10 minutes or \(TokenLimits.frames) samples of initial tokens"
    case .tokensOnControlEdge(let parameter):
      "an edge to a parameter takes no initial tokens: \(quoted(parameter)) is a parameter"

    case .drivenAndWritten(let parameter, _, _): "\(quoted(parameter)) has a value already, and a parameter has one driver"
    case .twoDrivers(let parameter, _): "two signals drive \(quoted(parameter)), and a parameter has one driver"
    case .drivenInFormula(let parameter, let effect, _):
      "a signal cannot drive \(quoted(parameter)): \(quoted(effect)) calculates with it"
    case .drivenThoughStructural(let parameter, _):
      "a signal cannot drive \(quoted(parameter)): it shapes the graph, which stays as it is while it runs"
    case .sweepOfOther(let source, let got, let target, let wanted):
      "\(quoted(target)) takes \(wanted.phrase), but \(quoted(source)) moves \(got.phrase)"
    case .sweepOutside(let source, let target, let range, let quantity, let value):
      "\(quoted(target)) takes \(quantity.text(range)), but \(quoted(source)) brings it to \(quantity.text(value))"
    case .sweepThroughZero(let source, let target):
      "\(quoted(target)) moves on a logarithmic scale, and \(quoted(source)) leaves it at zero"
    case .sweepScales(let source, let first, let firstScale, let second, let secondScale):
      "\(quoted(source)) cannot move both \(quoted(first)) (\(firstScale.phrase)) and \(quoted(second)) (\(secondScale.phrase))"

    case .noOutput(let body): "\(body) has no `out`"
    case .nothingReachesOut: "nothing that sounds reaches `out`"
    case .unconnected(let node, nil, _): "nothing is connected to \(quoted(node))"
    case .unconnected(let node, let input?, _): "nothing is connected to \(quoted(input)) of \(quoted(node))"
    case .channelUnfed(let channel, let port): "nothing feeds channel \(channel) of \(quoted(port))"
    case .busIntoChannel(let port): "\(quoted(port)) is fed channel by channel and does not fit into one channel"
    case .emptyLoop: "this loop holds no effect: its signal goes in a circle through the ports of instances alone"
    case .tooManyEdges(let limit): "a patch holds at most \(limit) edges, those of its instances included"

    case .edgeCount(let count): "`multiband` takes one, two or three frequencies, not \(count)"
    case .bandCount(let edges, let bands):
      "`multiband` with \(edges) \(edges == 1 ? "frequency" : "frequencies") has \(edges + 1) bands, but \(bands) "
        + "\(bands == 1 ? "chain stands" : "chains stand") in it"
    case .nodeInBands(let node): "each band of `multiband` is one chain: \(quoted(node)) cannot be declared in it"

    case .unusedNode(let node): "nothing connects \(quoted(node)), so it does not sound"
    case .leadsNowhere(let node): "what leaves \(quoted(node)) goes nowhere"
    case .tooManyWarnings: "too many warnings; the rest of them is not shown"
    case .unusedControl(let control): "nothing follows the control \(quoted(control))"
    }
  }

  var notes: [String] {
    switch self {
    case .outAsSource: ["help: take the sound from the node before it"]
    case .inAsTarget: ["help: a further input of the patch is written `in.side`"]
    case .hasNoInput(let node): ["help: start a chain with it, as in `\(node) -> …`"]
    case .whichPort(let node, _, let ports): ["help: write \(ports.map { "\(node).\($0)" }.listedQuoted("or"))"]
    case .parameterInChain(_, let node): ["help: end the chain there, and start another one with \(quoted(node + " -> …"))"]
    case .tokensWithoutUnit(let literal): ["help: did you mean \(quoted("[\(literal) samples]")) or \(quoted("[\(literal)ms]"))?"]
    case .tokensOnControlEdge: ["a parameter takes its value at each control period; a delay would belong on the edges before"]
    case .drivenAndWritten(_, let value, let place):
      value.map { ["\(quoted($0)) stands in \(place)", "help: leave one of the two out"] }
        ?? ["it is set in \(place)", "help: leave one of the two out"]
    case .twoDrivers(_, let place):
      ["the other one stands in \(place)", "help: sum them in one node, and let that drive it"]
    case .drivenInFormula(_, _, let place): ["it is read in \(place)", "help: drive the effect inside, or set it with a control"]
    case .drivenThoughStructural(_, let place): ["it is read in \(place)"]
    case .sweepOfOther(_, _, _, let wanted):
      ["help: write what it moves between in \(wanted.unitsText)"]
    case .sweepScales: ["help: use one generator for each"]
    case .noOutput: ["help: end a chain in `-> out`"]
    case .edgeCount: ["help: write it as in `\(Region.multiband.example)`"]
    case .bandCount(let edges, let bands):
      bands < edges + 1
        ? ["help: give every band a chain, from the lowest on; `in -> out` leaves a band as it is"]
        : ["help: one chain stands in each band, from the lowest on; a `def` holds what needs several"]
    case .nodeInBands: ["help: write the effect into the chain of its band, or put what needs several statements into a `def`"]
    case .nothingReachesOut: ["help: lead `in` or a generator to `out`"]
    case .unconnected(_, _, let effect?):
      ["help: each \(quoted(effect)) in a chain is an effect of its own; to go on from an earlier one, give that one a name"]
    case .unconnected(let node, nil, nil): ["help: lead something to it, as in `in -> \(node)`"]
    case .unconnected(let node, let input?, nil): ["help: lead something to it, as in `in -> \(node).\(input)`"]
    case .emptyLoop: ["help: put an effect into it, such as `gain 0dB`"]
    case .unusedControl(let control): ["help: use it as \(quoted("$" + control))"]
    default: []
    }
  }

  var isAboutSomethingMissing: Bool {
    switch self {
    case .hasNoInput, .hasNoOutput, .noOutput, .nothingReachesOut, .unconnected, .unusedNode, .leadsNowhere, .unusedControl,
      .bandCount:
      true
    default: false
    }
  }

  func diagnostic(at span: SourceSpan) -> Diagnostic { Diagnostic(severity, message, at: span, notes: notes) }
}

extension Scale {
  fileprivate var phrase: String {
    switch self {
    case .linear: "linear"
    case .log: "logarithmic"
    case .amplitude: "in amplitude"
    }
  }
}
