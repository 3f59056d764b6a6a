import Measuring
import Talea

/// How the work of a patch is spread over its blocks: the time of each block of a cycle, as the median over many cycles, so that
/// what else the machine does falls out.
func worstBlock(_ text: String, block: Int, cycle: Int, cycles: Int) throws -> (mean: Double, worst: Double) {
  let subject = try Subject("block", text, channels: 2, block: block)
  subject.run(frames: block * cycle)
  var times = [[Double]](repeating: [], count: cycle)
  for _ in 0..<cycles {
    for place in 0..<cycle { times[place].append(subject.time(frames: block)) }
  }
  let medians = times.map { $0.sorted()[cycles / 2] }
  return (medians.reduce(0, +) / Double(cycle), medians.max()!)
}
