import CRealtime
import Signal

/// What an executor will take over from one that runs, and does not make itself.
struct Adopted {
  var nodes: Set<Int> = []
  var lines: Set<Int> = []
  /// Whether it takes over at all; then the pool of waiting changes comes with the rest.
  var takesOver = false
}

/// Memory that may pass from executor to executor by its pointer, and is freed by the one that has it last: delay lines,
/// parameters, the pool of waiting changes. A count of 0 holds none.
enum PassedMemory {
  static func allocate<Element>(_ type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
    zeroedMemory(bytes(type, count)).bindMemory(to: Element.self, capacity: max(count, 1))
  }

  static func free<Element>(_ memory: UnsafeMutablePointer<Element>, count: Int) {
    talea_free_zeroed(memory, bytes(Element.self, count))
  }

  static func bytes<Element>(_ type: Element.Type, _ count: Int) -> Int { max(count, 1) * MemoryLayout<Element>.stride }
}

extension NodeState {
  /// Gives a node its parameters: values and motions in one piece of memory.
  mutating func makeParameters(_ parameters: [Double], _ motions: [ParameterMotion]) {
    let raw = zeroedMemory(Self.parameterBytes(parameters.count))
    values = raw.bindMemory(to: Double.self, capacity: parameters.count)
    values.initialize(from: parameters, count: parameters.count)
    let base = (raw + MemoryLayout<Double>.stride * parameters.count).alignedUp(for: ParameterMotion.self)
    let place = base.bindMemory(to: ParameterMotion.self, capacity: motions.count)
    place.initialize(from: motions, count: motions.count)
    self.motions = UnsafeMutableBufferPointer(start: place, count: motions.count)
  }

  static func parameterBytes(_ count: Int) -> Int {
    count * (MemoryLayout<Double>.stride + MemoryLayout<ParameterMotion>.stride) + MemoryLayout<ParameterMotion>.alignment
  }

  /// The memory of the parameters, where the node has its own.
  var parameterMemory: UnsafeMutableRawBufferPointer? {
    kernel == nil ? nil : UnsafeMutableRawBufferPointer(start: values, count: Self.parameterBytes(motions.count))
  }
}

extension Executor {
  /// What this executor has at present of the memory that may pass on.
  var passedMemory: [UnsafeMutableRawBufferPointer] {
    var ranges = plan.network.nodes.indices.compactMap { machine.pointee.nodes[$0].parameterMemory }
    for line in plan.lines.indices where lines[line].capacity > 0 {
      let bytes = PassedMemory.bytes(Float.self, lines[line].capacity * lines[line].channelCount)
      ranges.append(UnsafeMutableRawBufferPointer(start: lines[line].memory, count: bytes))
    }
    let pool = machine.pointee
    if pool.eventCapacity > 0 {
      ranges.append(
        UnsafeMutableRawBufferPointer(start: pool.events, count: PassedMemory.bytes(ParameterEvent.self, pool.eventCapacity)))
    }
    return ranges
  }
}
