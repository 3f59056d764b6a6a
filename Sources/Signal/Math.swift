/// Elementary functions that give the same bits on every machine, real-time safe.
public enum Math {
  @_noAllocation @_noLocks
  public static func amplitude(decibels: Double) -> Double { decibels }
}
