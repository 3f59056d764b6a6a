import Foundation
import Glibc

/// What a run of the program came to.
struct Run {
  /// The exit status, or 128 + signal as a shell counts.
  var status: Int32
  var output: Data
  var errors: String
  /// The largest resident set of the program and its children, in KiB.
  var peakMemory: Int

  var outputText: String { String(decoding: output, as: UTF8.self) }
}

/// The program under test: `talea` beside the test executable.
enum Tool {
  static let path: String = {
    let executable = try! FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: executable).deletingLastPathComponent().appendingPathComponent("talea").path
  }()

  /// Runs the program to its end.
  static func run(_ arguments: [String], in directory: String, input: Data? = nil) -> Run {
    finish(start([path] + arguments, in: directory, input: input))
  }

  /// Runs a shell command in which `talea` is the program under test.
  static func shell(_ command: String, in directory: String, environment: [String: String] = [:]) -> Run {
    finish(start(["/bin/sh", "-c", command], in: directory, input: nil, environment: environment))
  }

  /// A program that runs, with its output going to files that nobody else sees.
  struct Started {
    var process: pid_t
    fileprivate var output: Int32
    fileprivate var errors: Int32
  }

  /// - Parameter errors: where standard error goes; nil for a file.
  static func start(
    _ command: [String], in directory: String, input: Data? = nil, errors: Int32? = nil,
    environment additions: [String: String] = [:]
  ) -> Started {
    let outputFile = scratchFile(), errorFile = errors ?? scratchFile()
    let inputFile = input.map { data in
      let file = scratchFile()
      data.withUnsafeBytes { precondition(write(file, $0.baseAddress, $0.count) == $0.count) }
      lseek(file, 0, SEEK_SET)
      return file
    }
    let inputDescriptor = inputFile ?? open("/dev/null", O_RDONLY | O_CLOEXEC)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, inputDescriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, outputFile, 1)
    posix_spawn_file_actions_adddup2(&actions, errorFile, 2)
    // Test runners ignore signals and block them in their threads, and children inherit both.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var environment = ProcessInfo.processInfo.environment.merging(additions) { $1 }
    environment["PATH"] = URL(fileURLWithPath: path).deletingLastPathComponent().path + ":" + (environment["PATH"] ?? "/usr/bin")
    var process = pid_t()
    let argv = (["/usr/bin/env", "-C", directory] + command).map { strdup($0) } + [nil],
      envp = environment.map { strdup("\($0)=\($1)") } + [nil]
    let code = posix_spawn(&process, "/usr/bin/env", &actions, &attributes, argv, envp)
    precondition(code == 0, "\(command[0]) cannot be started: \(String(cString: strerror(code)))")
    for text in argv + envp { free(text) }
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    close(inputDescriptor)
    return Started(process: process, output: outputFile, errors: errors == nil ? errorFile : -1)
  }

  static func finish(_ started: Started) -> Run {
    var state: Int32 = 0
    var usage = rusage()
    while wait4(started.process, &state, 0, &usage) < 0 && errno == EINTR {}
    let status = state & 0x7F == 0 ? (state >> 8) & 0xFF : 128 + state & 0x7F
    let run = Run(
      status: status, output: contents(started.output),
      errors: started.errors < 0 ? "" : String(decoding: contents(started.errors), as: UTF8.self), peakMemory: usage.ru_maxrss)
    close(started.output)
    if started.errors >= 0 { close(started.errors) }
    return run
  }

  private static func scratchFile() -> Int32 {
    var template = Array("/tmp/talea-test-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    precondition(descriptor >= 0)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
    return descriptor
  }

  private static func contents(_ descriptor: Int32) -> Data {
    lseek(descriptor, 0, SEEK_SET)
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).readDataToEndOfFile()
  }
}

/// A directory of its own for one test, removed at its end.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/talea-test-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template)!)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  subscript(name: String) -> String { path + "/" + name }

  /// Everything in it, hidden files too.
  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

  func data(_ name: String) -> Data { FileManager.default.contents(atPath: self[name]) ?? Data() }

  func write(_ text: String, to name: String) { try! text.write(toFile: self[name], atomically: false, encoding: .utf8) }

  /// Runs the program here.
  func talea(_ arguments: String..., input: Data? = nil) -> Run { Tool.run(arguments, in: path, input: input) }
}
