import CRealtime
import Signal

/// All memory of one executor but the kernels' own: handed out once, zeroed, freed together.
final class Arena {
  private(set) var bytes = 0
  private var blocks: [UnsafeMutableRawBufferPointer] = []

  deinit { for block in blocks { talea_free_zeroed(block.baseAddress, block.count) } }

  /// Makes sure that all of it is there: no page of it is first touched later.
  func touch() { for block in blocks { talea_touch(block.baseAddress, block.count) } }

  func allocate<Element>(_ type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
    let size = max(count, 1) * MemoryLayout<Element>.stride
    let raw = zeroedMemory(size)
    blocks.append(UnsafeMutableRawBufferPointer(start: raw, count: size))
    bytes += size
    return raw.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  /// Copies values into new memory. Only for types without references.
  func store<Element>(_ values: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let base = allocate(Element.self, count: values.count)
    base.initialize(from: values, count: values.count)
    return UnsafeMutableBufferPointer(start: base, count: values.count)
  }
}
