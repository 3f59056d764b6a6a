import CRealtime
import Glibc

/// A thread of real-time priority, where the system allows one.
final class AudioThread {
  private var thread = pthread_t()
  /// 0, or the error number with which the system refused real-time priority.
  let priorityRefusal: Int32

  private final class Box {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Starts a body.
  ///
  /// - Parameter priority: of SCHED_FIFO; nil for a thread like any other.
  /// - Throws: `LiveError.noThread`.
  init(priority: Int32?, _ body: @escaping () -> Void) throws(LiveError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    var parameter = sched_param(sched_priority: priority ?? 0)
    pthread_attr_setinheritsched(&attributes, Int32(PTHREAD_EXPLICIT_SCHED))
    pthread_attr_setschedpolicy(&attributes, priority == nil ? SCHED_OTHER : SCHED_FIFO)
    pthread_attr_setschedparam(&attributes, &parameter)
    let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
      talea_touch_stack()
      Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
      return nil
    }
    let box = Unmanaged.passRetained(Box(body))
    let refusal = pthread_create(&thread, &attributes, entry, box.toOpaque())
    if refusal != 0 {
      let code = pthread_create(&thread, nil, entry, box.toOpaque())
      guard code == 0 else {
        box.release()
        throw .noThread(code)
      }
    }
    priorityRefusal = refusal
  }

  func join() { pthread_join(thread, nil) }

  /// Gives the calling thread normal priority.
  static func leaveRealTime() {
    var parameter = sched_param(sched_priority: 0)
    talea_realtime_pause()
    pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameter)
    talea_realtime_resume()
  }
}
