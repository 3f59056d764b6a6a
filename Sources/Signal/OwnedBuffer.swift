public import CRealtime

/// As `talea_allocate_zeroed`; ends the program where there is no memory.
package func zeroedMemory(_ bytes: Int) -> UnsafeMutableRawPointer {
  guard let raw = talea_allocate_zeroed(bytes) else { fatalError("no memory for \(bytes) bytes") }
  return raw
}

/// Zeroed memory of fixed length, aligned to a cache line and owned by one kernel.
///
/// Reading and writing elements is real-time safe; making and freeing one is not.
public struct OwnedBuffer<Element: BitwiseCopyable>: ~Copyable {
  public let base: UnsafeMutablePointer<Element>
  public let count: Int

  /// - Parameter memory: counts the bytes, so that a plan knows its memory.
  public init(count: Int, memory: MemoryMeter) {
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let raw = zeroedMemory(bytes)
    base = raw.bindMemory(to: Element.self, capacity: max(count, 1))
    self.count = count
    memory.add(raw, bytes)
  }

  deinit { talea_free_zeroed(base, max(count, 1) * MemoryLayout<Element>.stride) }

  @inlinable
  public subscript(index: Int) -> Element {
    @_transparent get { base[index] }
    @_transparent nonmutating set { base[index] = newValue }
  }

  /// Sets every byte to zero.
  @_transparent
  public func clear() { talea_zero(base, count * MemoryLayout<Element>.stride) }
}
