import CRealtime
import Glibc

/// The threads beside the caller's that run their shares of each block. Between blocks they sleep.
final class WorkerThreads {
  /// What a worker and the caller have in common.
  struct Shared {
    var machine: UnsafeMutablePointer<Machine>
    /// The end of the block, in frames of the patch.
    var position = 0
    var isStopping = false
  }

  private let shared: UnsafeMutableBufferPointer<Shared>
  private var threads: [pthread_t] = []
  private let first: UnsafeMutablePointer<Machine>

  /// - Parameter machines: one per thread, the caller's first; each with its crossing.
  init(_ machines: [UnsafeMutablePointer<Machine>]) {
    first = machines[0]
    shared = .allocate(capacity: machines.count - 1)
    for (index, machine) in machines.dropFirst().enumerated() {
      shared.initializeElement(at: index, to: Shared(machine: machine))
    }
    for index in shared.indices {
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { argument in
          WorkerThreads.work(argument!.assumingMemoryBound(to: Shared.self))
          return nil
        }, shared.baseAddress! + index)
      precondition(status == 0, "no thread can be started: error \(status)")
      threads.append(thread)
    }
  }

  deinit {
    for index in shared.indices { shared[index].isStopping = true }
    first.pointee.crossing!.reach(1, in: first.pointee.block)
    for thread in threads { pthread_join(thread, nil) }
    shared.deallocate()
  }

  /// Hands the workers what the caller's machine was told of the next block. They start at its first milestone.
  func prepare(until position: Int) {
    for index in shared.indices {
      let machine = shared[index].machine
      machine.pointee.externalInputs = first.pointee.externalInputs
      machine.pointee.externalOutputs = first.pointee.externalOutputs
      machine.pointee.isProfiling = first.pointee.isProfiling
      machine.pointee.events = first.pointee.events
      shared[index].position = position
    }
  }

  /// Returns the places of the changes that the workers have taken to the caller's pool.
  func collectEvents() {
    for index in shared.indices {
      let machine = shared[index].machine
      while machine.pointee.freeEvent >= 0 {
        let place = machine.pointee.freeEvent
        machine.pointee.freeEvent = machine.pointee.events[place].next
        machine.pointee.events[place].next = first.pointee.freeEvent
        first.pointee.freeEvent = place
      }
    }
  }

  private static func work(_ shared: UnsafeMutablePointer<Shared>) {
    _ = talea_flush_denormals()
    let machine = shared.pointee.machine
    while true {
      machine.pointee.crossing.unsafelyUnwrapped.await(0, 1, in: machine.pointee.block)
      if shared.pointee.isStopping { return }
      machine.pointee.run(until: shared.pointee.position)
    }
  }
}
