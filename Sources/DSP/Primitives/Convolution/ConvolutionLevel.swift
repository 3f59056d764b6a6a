import CRealtime
import Signal

/// A response's path from an input channel to an output channel, through one channel of the response.
struct ConvolutionPath: BitwiseCopyable {
  var input: Int
  var output: Int
  var response: Int
}

/// The partitions of one size. A period is as long as a block; what it does is a list of steps, dealt out to its ticks.
///
/// Blocks of `B` real frames and the `B` before them are one polynomial modulo `z^2B + 1`, which is one of `B` complex
/// numbers modulo `z^B + i`: a transform of `B` numbers, turned by an eighth of the circle over its length, and no
/// spectrum to be taken apart. ("Right-angle" convolution, after H. J. Nussbaumer, Fast Fourier Transform and
/// Convolution Algorithms, 1982, ch. 5.)
struct ConvolutionLevel<V: TransformVector>: ~Copyable {
  /// One piece of work: `count` units from `first` on.
  private struct Step: BitwiseCopyable {
    enum Kind: UInt8 { case fold, forward, forwardJoin, products, inverse, inverseJoin, add }
    var kind: Kind
    var channel: Int32
    var pass: Int32
    var first: Int32
    var count: Int32
  }

  private let block: Int
  private let partitions: Int
  /// From the first frame of a block to the first one that its results are added to.
  private let offset: Int
  private let transform: ComplexTransform<V>
  /// `exp(-i pi n / 2B)`, real plane and imaginary plane.
  private let twist: OwnedBuffer<V>
  /// Spectra in groups of four vectors of each plane: for each channel and group, all partitions side by side.
  private let responses: OwnedBuffer<V>
  private let spectra: OwnedBuffer<V>
  private let work: OwnedBuffer<V>
  private let paths: OwnedBuffer<ConvolutionPath>
  private let steps: OwnedBuffer<Step>
  /// The end of each tick's steps.
  private let tickEnds: OwnedBuffer<Int>
  /// The work of each tick, in operations.
  let costs: [Int]
  private let tickCount: Int
  /// Where the newest block's spectrum lies among the partitions.
  private var slot = 0

  private var vectors: Int { @_transparent get { transform.vectorCount } }
  private var groupStride: Int { @_transparent get { 8 * partitions } }
  private var channelStride: Int { @_transparent get { 2 * vectors * partitions } }

  init(
    _ level: ConvolutionLayout.Level, latency: Int, response: [[Double]], inputs: Int, outputs: Int, paths: [ConvolutionPath],
    memory: MemoryMeter
  ) {
    block = level.block
    partitions = level.partitions
    offset = level.start + latency
    transform = ComplexTransform(count: block, memory: memory)
    let vectors = transform.vectorCount
    twist = OwnedBuffer(count: 2 * vectors, memory: memory)
    responses = OwnedBuffer(count: 2 * vectors * partitions * response.count, memory: memory)
    spectra = OwnedBuffer(count: 2 * vectors * partitions * inputs, memory: memory)
    work = OwnedBuffer(count: 6 * transform.passes.planeStride, memory: memory)
    self.paths = OwnedBuffer(count: paths.count, memory: memory)
    for (index, path) in paths.enumerated() { self.paths[index] = path }
    for n in 0..<block {
      let (cosine, sine) = RootOfUnity.value(n, of: 4 * block)
      twist.base[n / V.lanes][n % V.lanes] = V.Scalar(cosine)
      twist.base[vectors + n / V.lanes][n % V.lanes] = V.Scalar(sine)
    }
    tickCount = block / ConvolutionLayout.tick
    let (list, costs) = Self.list(
      transform, partitions: partitions, inputs: inputs, outputs: outputs,
      pathsTo: (0..<outputs).map { output in paths.count { $0.output == output } })
    steps = OwnedBuffer(count: list.count, memory: memory)
    for (index, step) in list.enumerated() { steps[index] = step }
    tickEnds = OwnedBuffer(count: tickCount, memory: memory)
    self.costs = Self.deal(costs, to: tickEnds)
    transformResponses(response, from: level.start)
  }

  /// The spectra of the response's partitions, computed in double precision.
  private func transformResponses(_ response: [[Double]], from start: Int) {
    let meter = MemoryMeter()
    let exact = ComplexTransform<SIMD4<Double>>(count: block, memory: meter)
    let planes = OwnedBuffer<SIMD4<Double>>(count: 4 * exact.vectorCount, memory: meter)
    let room = OwnedBuffer<SIMD4<Double>>(count: exact.workCount, memory: meter)
    let real = UnsafeMutableRawPointer(planes.base).assumingMemoryBound(to: Double.self)
    let imaginary = real + block, result = planes.base + 2 * exact.vectorCount
    let resultReal = UnsafeMutableRawPointer(result).assumingMemoryBound(to: Double.self), resultImaginary = resultReal + block
    let scale = 1 / Double(block)
    let roots = (0..<block).map { RootOfUnity.value($0, of: 4 * block) }
    for (channel, samples) in response.enumerated() {
      for partition in 0..<partitions {
        let first = start + partition * block
        for n in 0..<block {
          let x = first + n < samples.count ? samples[first + n] * scale : 0
          real[n] = x * roots[n].cosine
          imaginary[n] = x * roots[n].sine
        }
        exact.run(
          ComplexPlanes(planes.base, planes.base + exact.vectorCount),
          .init(real: result, imaginary: result + exact.vectorCount), work: room.base)
        let target = responses.base + channel * channelStride + 8 * partition
        for n in 0..<block {
          let vector = n / V.lanes
          let place = target + vector / 4 * groupStride + vector % 4
          place[0][n % V.lanes] = V.Scalar(resultReal[n])
          place[4][n % V.lanes] = V.Scalar(resultImaginary[n])
        }
      }
    }
  }

  // MARK: The list of work

  /// Units of about this many complex numbers are one step.
  private static var numbersPerStep: Int { 512 }

  private static func list(
    _ transform: borrowing ComplexTransform<V>, partitions: Int, inputs: Int, outputs: Int, pathsTo: [Int]
  ) -> ([Step], [Int]) {
    var list: [Step] = []
    var costs: [Int] = []
    func add(_ kind: Step.Kind, _ channel: Int, _ pass: Int, units: Int, size: Int, cost: Int) {
      let most = max(1, numbersPerStep / size)
      var first = 0
      while first < units {
        let count = min(most, units - first)
        list.append(
          Step(kind: kind, channel: Int32(channel), pass: Int32(pass), first: Int32(first), count: Int32(count)))
        costs.append(count * cost)
        first += count
      }
    }
    let lanes = V.lanes, vectors = transform.vectorCount
    let passes = (0..<transform.passes.passCount).map { pass in
      let units = transform.passes.unitCount(pass)
      return (pass: pass, units: units, size: vectors / units * lanes, cost: transform.passes.unitCost(pass) * lanes)
    }
    let square = lanes * lanes
    let join = square * (lanes == 8 ? 16 : 13)
    for channel in 0..<inputs {
      add(.fold, channel, 0, units: vectors, size: lanes, cost: 6 * lanes)
      for pass in passes { add(.forward, channel, pass.pass, units: pass.units, size: pass.size, cost: pass.cost) }
      add(.forwardJoin, channel, 0, units: transform.squareCount, size: square, cost: join)
    }
    for channel in 0..<outputs {
      let terms = partitions * pathsTo[channel]
      add(
        .products, channel, 0, units: vectors / 4, size: 4 * lanes * max(1, terms / 4),
        cost: 4 * lanes * ConvolutionLayout.productCost * terms)
      for pass in passes { add(.inverse, channel, pass.pass, units: pass.units, size: pass.size, cost: pass.cost) }
      add(.inverseJoin, channel, 0, units: transform.squareCount, size: square, cost: join)
      add(.add, channel, 0, units: vectors, size: lanes, cost: 5 * lanes)
    }
    return (list, costs)
  }

  /// Deals the steps out so that every tick's end is as near as can be to its share of the whole.
  private static func deal(_ costs: [Int], to ends: borrowing OwnedBuffer<Int>) -> [Int] {
    let total = costs.reduce(0, +)
    var done = 0, next = 0
    var perTick: [Int] = []
    for tick in 0..<ends.count {
      let share = total * (tick + 1) / ends.count
      let before = done
      while next < costs.count, tick + 1 == ends.count || done + costs[next] / 2 <= share {
        done += costs[next]
        next += 1
      }
      ends[tick] = next
      perTick.append(done - before)
    }
    return perTick
  }

  // MARK: Running

  /// The work of the tick at a stream position (counted from the first frame), a multiple of `ConvolutionLayout.tick`.
  ///
  /// - Parameters:
  ///   - input: rings of `ringLength` frames, one after the other.
  ///   - sums: likewise, of what will be heard.
  mutating func run(
    at position: Int, input: UnsafePointer<Float>, sums: UnsafeMutablePointer<V.Scalar>, inputLength: Int, sumLength: Int
  ) {
    // The tick after a block's last frame is the first of the block's work.
    guard position >= block else { return }
    let tick = (position & (block - 1)) / ConvolutionLayout.tick
    let blockStart = (position & ~(block - 1)) - block
    if tick == 0 { slot = slot == 0 ? partitions - 1 : slot - 1 }
    var next = tick == 0 ? 0 : tickEnds[tick - 1]
    let end = tickEnds[tick]
    while next < end {
      let step = steps[next]
      run(step, blockStart, input, sums, inputLength, sumLength)
      next += 1
    }
  }

  @inline(__always)
  private func run(
    _ step: Step, _ start: Int, _ input: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<V.Scalar>, _ inputLength: Int,
    _ sumLength: Int
  ) {
    let channel = Int(step.channel), pass = Int(step.pass), first = Int(step.first), count = Int(step.count)
    // Three pairs of planes in turn: the first holds what goes in, each pass writes the next of the other two.
    let source = planes(pass == 0 ? 0 : 1 + ((pass - 1) & 1)), target = planes(1 + (pass & 1))
    let result = planes(1 + ((transform.passes.passCount - 1) & 1))
    switch step.kind {
    case .fold:
      let ring = input + channel * inputLength
      fold(ring + ((start - block) & (inputLength - 1)), ring + (start & (inputLength - 1)), first, count)
    case .forward: transform.passes.run(pass: pass, first, count, source, target)
    case .forwardJoin:
      let place = spectra.base + channel * channelStride + 8 * slot
      transform.join(first, count, result, .init(groups: place, groupStride: groupStride))
    case .products: products(channel, first, count)
    case .inverse: transform.passes.run(pass: pass, first, count, source.exchanged, target.exchanged)
    case .inverseJoin:
      transform.join(first, count, result.exchanged, .init(real: planes(0).imaginary, imaginary: planes(0).real))
    case .add:
      let place = (start + offset) & (sumLength - 1)
      add(to: sums + channel * sumLength + place, first, count)
    }
  }

  @_transparent
  private func planes(_ index: Int) -> ComplexPlanes<V> { transform.passes.planes(index, of: work.base) }

  /// The block before and the block, as one complex number each frame, turned.
  private func fold(_ before: UnsafePointer<Float>, _ now: UnsafePointer<Float>, _ first: Int, _ count: Int) {
    let real = planes(0).real, imaginary = planes(0).imaginary, cosines = twist.base, sines = twist.base + vectors
    for n in first..<first + count {
      let x = V.load(before + n * V.lanes), y = V.load(now + n * V.lanes), c = cosines[n], s = sines[n]
      real[n] = V.adding(V.product(x, c), y, s)
      imaginary[n] = V.subtracting(V.product(x, s), y, c)
    }
  }

  /// Turns back; the imaginary part, negated, is the second half of the convolution, which is the valid one.
  private func add(to sums: UnsafeMutablePointer<V.Scalar>, _ first: Int, _ count: Int) {
    let real = planes(0).real, imaginary = planes(0).imaginary, cosines = twist.base, sines = twist.base + vectors
    let target = UnsafeMutableRawPointer(sums).assumingMemoryBound(to: V.self)
    for n in first..<first + count {
      let result = V.subtracting(V.product(real[n], sines[n]), imaginary[n], cosines[n])
      target[n] = V.sum(target[n], result)
    }
  }

  /// Some groups of the sum over all paths to an output and all partitions, in their order.
  private func products(_ output: Int, _ first: Int, _ count: Int) {
    for group in first..<first + count {
      var sums = GroupSums<V>()
      for index in 0..<paths.count where paths[index].output == output {
        let path = paths[index]
        let spectrum = UnsafePointer(spectra.base) + path.input * channelStride + group * groupStride
        let response = UnsafePointer(responses.base) + path.response * channelStride + group * groupStride
        // The newest block meets the first partition.
        let early = partitions - slot
        sums.add(spectrum + 8 * slot, response, early)
        sums.add(spectrum, response + 8 * early, slot)
      }
      sums.store(planes(0).real + 4 * group, planes(0).imaginary + 4 * group)
    }
  }

  mutating func reset() {
    spectra.clear()
    slot = 0
  }
}

/// Four vectors of sums of complex products.
private struct GroupSums<V: TransformVector>: BitwiseCopyable {
  private var r0 = V(), r1 = V(), r2 = V(), r3 = V()
  private var i0 = V(), i1 = V(), i2 = V(), i3 = V()

  @_transparent
  init() {}

  @inline(__always)
  mutating func add(_ x: UnsafePointer<V>, _ h: UnsafePointer<V>, _ count: Int) {
    var (x, h) = (x, h)
    for _ in 0..<count {
      Self.add(&r0, &i0, x[0], x[4], h[0], h[4])
      Self.add(&r1, &i1, x[1], x[5], h[1], h[5])
      Self.add(&r2, &i2, x[2], x[6], h[2], h[6])
      Self.add(&r3, &i3, x[3], x[7], h[3], h[7])
      x += 8
      h += 8
    }
  }

  @_transparent
  private static func add(_ r: inout V, _ i: inout V, _ xr: V, _ xi: V, _ hr: V, _ hi: V) {
    r = V.subtracting(V.adding(r, xr, hr), xi, hi)
    i = V.adding(V.adding(i, xr, hi), xi, hr)
  }

  @_transparent
  func store(_ real: UnsafeMutablePointer<V>, _ imaginary: UnsafeMutablePointer<V>) {
    (real[0], real[1], real[2], real[3]) = (r0, r1, r2, r3)
    (imaginary[0], imaginary[1], imaginary[2], imaginary[3]) = (i0, i1, i2, i3)
  }
}
