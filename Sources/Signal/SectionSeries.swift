/// Second-order sections in series, in double precision, where a kernel keeps them: for those who run many of them at a time.
///
/// Each frame of a channel of the kernel's first port goes through the stages in order, each of them in this order of
/// operations, in which a product that is added is fused, and is rounded to single precision behind the last one only:
///
///     y = (rest + b0 x) - a1 y1
///     rest = (b2 x1 + b1 x) - a2 y1,  x1 = x,  y1 = y
///
/// Who steps the sections elsewhere puts their memory back before anything else looks at the kernel. The pointers hold as
/// long as the kernel does, the coefficients up to its next `apply` or `reset`. Real-time safe.
public struct SectionSeries: BitwiseCopyable {
  public let stageCount: Int
  public let channelCount: Int
  @usableFromInline let base: UnsafeMutablePointer<SIMD2<Double>>
  @usableFromInline let pairStride: Int

  /// The rows of a section: a value for each of two channels, every second pair of doubles from its first on.
  public enum Row {
    public static var b0: Int { @_transparent @_noAllocation @_noLocks get { 0 } }
    public static var b1: Int { @_transparent @_noAllocation @_noLocks get { 1 } }
    public static var b2: Int { @_transparent @_noAllocation @_noLocks get { 2 } }
    /// With the opposite sign, as is `negativeA2`: to be added.
    public static var negativeA1: Int { @_transparent @_noAllocation @_noLocks get { 3 } }
    public static var negativeA2: Int { @_transparent @_noAllocation @_noLocks get { 4 } }
    /// The memory: the last input, the last output, and what the next output adds.
    public static var x1: Int { @_transparent @_noAllocation @_noLocks get { 5 } }
    public static var y1: Int { @_transparent @_noAllocation @_noLocks get { 6 } }
    public static var rest: Int { @_transparent @_noAllocation @_noLocks get { 7 } }
    public static var count: Int { @_transparent @_noAllocation @_noLocks get { 8 } }
    /// The distance from one to the next, in pairs of doubles.
    public static var stride: Int { @_transparent @_noAllocation @_noLocks get { 2 } }
  }

  /// - Parameters:
  ///   - base: of the sections of the first two channels, two by two in a group.
  ///   - pairStride: from them to those of the next two, in pairs of doubles.
  @_noAllocation @_noLocks
  public init(
    stageCount: Int, channelCount: Int, base: UnsafeMutablePointer<SIMD2<Double>>, pairStride: Int
  ) {
    self.stageCount = stageCount
    self.channelCount = channelCount
    self.base = base
    self.pairStride = pairStride
  }

  /// The first row of a stage, for channels `2 * pair` and the next. Of an odd number of channels the last one's second lane
  /// is fed with zeros.
  @inlinable @_noAllocation @_noLocks
  public func section(_ stage: Int, pair: Int) -> UnsafeMutablePointer<SIMD2<Double>> {
    base + pair * pairStride + stage / 2 * (Row.stride * Row.count) + stage % 2
  }
}
