import Glibc
import Synchronization
import Talea

/// Several jobs, some at a time. One failure does not stop the rest.
///
/// What they have to say is printed in the order of the jobs, whichever ends first.
struct Batch: Sendable {
  var jobs: [Job]
  /// How many run at a time.
  var width: Int
  var quiet: Bool

  private struct Outcome: Sendable {
    /// Said for the first job that has one.
    var note: String?
    var text: String
    var status: Int32
  }

  private final class Progress: Sendable {
    struct State {
      var next = 0
      var outcomes: [Int: Outcome] = [:]
      var printed = 0
      var said: Set<String> = []
      var hasNote = false
      var status: Int32 = 0
    }
    let state = Mutex(State())
  }

  /// - Returns: 0, or the exit status of the failures; work that failed outweighs a wrong command line.
  func run() -> Int32 {
    let progress = Progress()
    runThreads(min(width, jobs.count)) {
      while let job = nextJob(progress) { finish(job, with: outcome(of: job), progress) }
    }
    return progress.state.withLock { $0.status }
  }

  private func nextJob(_ progress: Progress) -> Int? {
    progress.state.withLock { state in
      guard state.next < jobs.count else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  private func outcome(of index: Int) -> Outcome {
    let job = jobs[index]
    let console = Console.shared
    let showsBar = console.isTerminal && !quiet
    defer { if showsBar { console.removeBar(index) } }
    do {
      let report = try job.run(
        onStart: { total, sampleRate in
          guard showsBar else { return }
          let bar = ProgressBar(
            name: job.name, total: total, framesPerSecond: Double(sampleRate), begin: Processor.nanoseconds)
          console.addBar(bar, id: index)
        },
        progress: { frames in if showsBar { console.update(index, frames: frames) } })
      return Outcome(note: report.note, text: report.warnings.joined() + (quiet ? "" : report.summary), status: 0)
    } catch {
      let (text, status) = errorText(error, color: console.hasColor)
      return Outcome(text: text, status: status)
    }
  }

  /// Prints what is complete from the front on.
  private func finish(_ job: Int, with outcome: Outcome, _ progress: Progress) {
    progress.state.withLock { state in
      state.outcomes[job] = outcome
      while let outcome = state.outcomes.removeValue(forKey: state.printed) {
        if let note = outcome.note, !state.hasNote {
          state.hasNote = true
          Console.shared.write(note)
        }
        let name = jobs[state.printed].name
        if jobs.count == 1 || outcome.status == 0 || outcome.text.contains(name) {
          Console.shared.write(outcome.text)
        } else if state.said.insert(outcome.text).inserted {
          Console.shared.write(outcome.text + "  = while processing \(name)\n")
        } else {
          Console.shared.write("error: \(name): the same mistake stops it\n")
        }
        state.printed += 1
        if outcome.status != 0 { state.status = state.status == ExitStatus.failed ? state.status : outcome.status }
      }
    }
  }
}

/// Runs a body on this thread and `count - 1` others, and waits for all.
private func runThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var threads: [pthread_t] = []
  for _ in 1..<max(1, count) {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    let code = pthread_create(
      &thread, nil,
      { context in
        Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    // Where the system gives no more threads, fewer do the work.
    if code == 0 { threads.append(thread) } else { box.release() }
  }
  body()
  for thread in threads { pthread_join(thread, nil) }
}

/// The processors that this process may use.
var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
