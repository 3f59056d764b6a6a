import Foundation
import Measuring
import Talea

/// Patches of the repository: what a frame of each costs, and how long each takes to compile.
func measurePatches(_ folder: String, rounds: Int, into figures: inout Figures) throws {
  let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".talea") }.sorted()
  for name in names {
    let path = folder + "/" + name
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var times: [Double] = []
    var plan: Plan?
    for _ in 0..<rounds {
      let began = processorTime()
      let graph = try ResolvedPatch(contentsOf: path).graph
      plan = try compile(graph, catalog: .standard, options: CompileOptions())
      times.append((processorTime() - began) / 1e6)
    }
    figures.compileMilliseconds[name] = Figure(times)
    // Those with inputs of their own names, or none, have no place in a table of frames in and frames out.
    guard let plan, plan.inputs.map(\.address) == ["in"], !text.contains("use \"") else { continue }
    let subject = try Subject(name, text, channels: plan.inputs[0].channels, block: 1_024)
    for _ in 0..<rounds { subject.run(frames: 1 << 14) }
    figures.patches[name] = Figure(subject.nanosecondsPerFrame)
  }
}

/// Processor milliseconds, user and system, of a gain over a second of stereo sound, as a program of its own.
func measureStart(_ talea: String, rounds: Int) throws -> Figure {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("talea-bench-\(getpid())")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let input = folder.appendingPathComponent("in.wav").path, output = folder.appendingPathComponent("out.wav").path
  try run(talea, ["render", input, "--chain", "noise", "--duration", "1s", "--channels", "2", "--encoding", "f32", "--quiet"])
  let arguments = ["process", input, output, "--chain", "gain -3dB", "--force", "--quiet", "--tail", "none"]
  var times: [Double] = []
  for _ in 0..<rounds {
    let began = childrenTime()
    try run(talea, arguments)
    times.append((childrenTime() - began) * 1e3)
  }
  return Figure(times)
}

private func run(_ program: String, _ arguments: [String]) throws {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  try process.run()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw Options.Mistake(text: "\(program) \(arguments.joined(separator: " ")) ended with status \(process.terminationStatus)")
  }
}

/// Seconds that ended children have spent on processors.
private func childrenTime() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
  return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
}
