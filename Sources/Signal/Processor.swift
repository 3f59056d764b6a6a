import CRealtime

/// The processor that runs the kernels.
public enum Processor {
  /// Whether it has the instructions that the kernels are compiled for: x86-64-v3 (AVX2, FMA, BMI2) or arm64.
  public static var serves: Bool { talea_processor_serves() }

  /// One line for a machine that does not serve.
  public static let refusal =
    "this processor lacks AVX2 or FMA; Talea needs an x86-64-v3 processor (Intel Haswell 2013, AMD Excavator 2015, or newer) or arm64"

  /// Nanoseconds of a clock that only moves forward; for profiles.
  public static var nanoseconds: UInt64 { talea_monotonic_nanoseconds() }
}

/// Flush-to-zero for the calling thread while the value lives, the same in every mode: it is part of "same bytes".
public struct DenormalGuard: ~Copyable {
  private let former: UInt64

  @_noAllocation @_noLocks
  public init() { former = talea_flush_denormals() }

  deinit { talea_restore_denormals(former) }
}
