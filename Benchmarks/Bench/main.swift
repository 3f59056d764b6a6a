import Foundation
import Measuring
import Talea

// Kernels, patches, compilation and start, beside the figures of a former run. Times are those that the thread, or the
// program, has spent on a processor; figures are medians, everything is measured in turns.

do {
  let options = try Options(CommandLine.arguments.dropFirst())
  let rounds = options.isBrief ? 7 : 31
  let former = try? Figures.read(options.baseline)
  let denormals = DenormalGuard()
  defer { withExtendedLifetime(denormals) {} }

  let limits = Limits.measure(rounds: 3 * rounds)
  var figures = Figures(latency: limits.latency)
  let subjects = try Kernel.all.map { try $0.subject() }
  measure(subjects, frames: 1 << 15, rounds: rounds)
  for subject in subjects { figures.kernels[subject.name] = Figure(subject.nanosecondsPerFrame) }
  try measurePatches(options.patches, rounds: rounds, into: &figures)
  if let talea = options.talea { figures.startMilliseconds = try measureStart(talea, rounds: rounds) }

  print(
    "This machine: \(right(limits.multiplyAdds, 0, 1)) multiply-adds of single precision and "
      + "\(right(limits.readBytes, 0, 0)) bytes from the first cache per ns; one multiply-add after the other "
      + "\(right(limits.latency, 0)) ns.\n")
  print(left("kernels: ns per frame", 34) + "   median    least     most     FMA*      L1*   before    ratio**")
  for (kernel, subject) in zip(Kernel.all, subjects) {
    let figure = figures.kernels[subject.name]!
    func share(_ needed: Double, of most: Double) -> Double? { needed > 0 ? needed / figure.median / most : nil }
    let adds = share(kernel.multiplyAdds, of: limits.multiplyAdds), reads = share(kernel.bytes, of: limits.readBytes)
    print(
      left(subject.name, 34) + right(figure.median) + right(figure.least) + right(figure.most) + right(adds) + right(reads)
        + right(former?.kernels[subject.name]?.median) + right(former.flatMap { figures.slowdown(subject.name, against: $0) }))
  }
  print(
    "*  of the machine's multiply-adds, and of the bytes it reads from the first cache: what the kernel needs at least, over the "
      + "time it took. In double precision a multiply-add counts twice.")
  print("** to the baseline, each in relation to the multiply-add of its own run; above 1 is slower.\n")

  print(left("convolve, blocks of 64: ns", 34) + "     mean    worst    ratio")
  for (name, text) in [("2 s latency=0", #"in -> convolve "2s" -> out"#), ("6 s latency=0", #"in -> convolve "6s" -> out"#)] {
    let (mean, worst) = try worstBlock(text, block: 64, cycle: 1_024, cycles: rounds)
    print(left(name, 34) + right(mean, 0) + right(worst, 0) + right(worst / mean))
  }
  print("")

  print(left("patches: ns per frame", 34) + "   median    least     most            before")
  for (name, figure) in figures.patches.sorted(by: { $0.key < $1.key }) {
    print(
      left(name, 34) + right(figure.median) + right(figure.least) + right(figure.most) + "         "
        + right(former?.patches[name]?.median))
  }
  print("\n" + left("reading and compiling: ms", 34) + "   median    least     most            before")
  for (name, figure) in figures.compileMilliseconds.sorted(by: { $0.key < $1.key }) {
    print(
      left(name, 34) + right(figure.median) + right(figure.least) + right(figure.most) + "         "
        + right(former?.compileMilliseconds[name]?.median))
  }
  if let start = figures.startMilliseconds {
    print(
      "\n" + left("gain over 1 s, as a program: ms", 34) + right(start.median) + right(start.least) + right(start.most)
        + "         " + right(former?.startMilliseconds?.median))
  }

  if options.updates {
    try figures.write(options.baseline)
    print("\nWrote \(options.baseline).")
  }
  if options.checks, let former {
    let slow = figures.kernels.keys.sorted().filter { (figures.slowdown($0, against: former) ?? 0) > Options.mostSlowdown }
    for name in slow {
      print("error: \(name) takes \(right(figures.slowdown(name, against: former), 0)) times as long as in \(options.baseline)")
    }
    if !slow.isEmpty { exit(1) }
  }
} catch let mistake as Options.Mistake {
  print("error: \(mistake.text)")
  exit(2)
} catch {
  print("error: \(error)")
  exit(1)
}
