/// How a parameter moves between two values, and how a knob for it is laid out.
public enum Scale: String, Sendable, Hashable {
  /// Equal steps of the value.
  case linear
  /// Equal steps of its logarithm: frequencies, times over decades.
  case log
  /// A level moves in equal steps of amplitude, `10^(dB/20)`, so that minus infinity is an ordinary end.
  case amplitude
}

/// One parameter of an effect: a number that may be set, automated or driven while the effect runs.
public struct ParameterSpec: Sendable {
  /// As written in a patch.
  public let name: String
  public let quantity: Quantity
  /// In the quantity's base unit; nil where the patch must say it.
  public let defaultValue: Double?
  /// Legal values, in the base unit. A level may start at minus infinity.
  public let range: ClosedRange<Double>
  public let scale: Scale
  /// How long a jump takes to arrive, in seconds of stream time; the engine moves the value on the control grid.
  public let smoothingSeconds: Double
  /// Whether the value must lie below half the sample rate of the actor's own edge.
  public let isBelowNyquist: Bool
  /// One sentence for the documentation.
  public let summary: String

  /// - Parameter scale: by default `.log` for frequencies, `.amplitude` for levels, `.linear` otherwise.
  public init(
    _ name: String, _ quantity: Quantity, default defaultValue: Double?, in range: ClosedRange<Double>, scale: Scale? = nil,
    smoothing smoothingSeconds: Double = 0.02, belowNyquist isBelowNyquist: Bool = false, _ summary: String
  ) {
    self.name = name
    self.quantity = quantity
    self.defaultValue = defaultValue
    self.range = range
    self.scale = scale ?? (quantity == .frequency ? .log : quantity == .level ? .amplitude : .linear)
    self.smoothingSeconds = smoothingSeconds
    self.isBelowNyquist = isBelowNyquist
    self.summary = summary
  }
}

/// The values of an actor's parameters, in base units, in the order of its tables: the effect's own first, then
/// each list item's in turn. Borrowed from the engine for the length of one call.
public struct ParameterValues: BitwiseCopyable {
  public let base: UnsafePointer<Double>

  public init(_ base: UnsafePointer<Double>) { self.base = base }

  @inlinable
  public subscript(index: Int) -> Double {
    @_noAllocation @_noLocks get { base[index] }
  }
}
