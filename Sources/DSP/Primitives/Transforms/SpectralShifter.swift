import CRealtime
import Signal

/// Moves the peaks of spectra, each with what lies around it, and keeps them turning at their new frequencies.
///
/// A peak's frequency follows from its turn since the last window. It is moved by whole numbers of the spectrum and turned
/// by what its true shift amounts to since the beginning, and by what is missing to the true shift in the middle of the window.
struct SpectralShifter: ~Copyable {
  private let format: SpectralFormat
  private let hop: Int
  private let envelopeLength: Int
  private let transform: SpectralTransform
  /// This spectrum, what becomes of it, and the sums that come out, real and imaginary parts in turn, with one for what falls outside.
  private let real: OwnedBuffer<Float>
  private let imaginary: OwnedBuffer<Float>
  private let movedReal: OwnedBuffer<Float>
  private let movedImaginary: OwnedBuffer<Float>
  private let sums: OwnedBuffer<SIMD2<Float>>
  /// From number `Self.margin` on, with zeros around.
  private let power: OwnedBuffer<Float>
  /// Of each channel the last spectrum and the turns of its numbers.
  private let lastReal: OwnedBuffer<Float>
  private let lastImaginary: OwnedBuffer<Float>
  private let turns: OwnedBuffer<Double>
  /// Of each number: whether it is a peak, and then whether what belongs to a peak begins there; where it goes, and its factor.
  private let flags: OwnedBuffer<UInt8>
  private let targets: OwnedBuffer<Int32>
  private let cosines: OwnedBuffer<Float>
  private let sines: OwnedBuffer<Float>
  /// Of each peak: its place, where what belongs to it begins, and how it is moved.
  private let peaks: OwnedBuffer<Int32>
  private let starts: OwnedBuffer<Int32>
  private let peakWholes: OwnedBuffer<Int32>
  private let peakTurns: OwnedBuffer<Double>
  private let peakCosines: OwnedBuffer<Float>
  private let peakSines: OwnedBuffer<Float>
  /// Logarithm of the envelope, and by how much each number changes so that it stays.
  private let envelope: OwnedBuffer<Float>
  private let zeros: OwnedBuffer<Float>
  private let gains: OwnedBuffer<Float>

  private static var margin: Int { @_transparent get { 8 } }

  /// - Parameter envelopeLength: samples of the cepstrum that make the envelope which is kept; 0 where it moves too.
  init(_ format: SpectralFormat, hop: Int, envelopeLength: Int, memory: MemoryMeter) {
    let bins = format.binCount, room = bins + 16
    self.format = format
    self.hop = hop
    self.envelopeLength = envelopeLength
    transform = SpectralTransform(size: format.size, memory: memory)
    real = OwnedBuffer(count: room, memory: memory)
    imaginary = OwnedBuffer(count: room, memory: memory)
    movedReal = OwnedBuffer(count: room, memory: memory)
    movedImaginary = OwnedBuffer(count: room, memory: memory)
    sums = OwnedBuffer(count: bins + 1, memory: memory)
    power = OwnedBuffer(count: Self.margin + room, memory: memory)
    lastReal = OwnedBuffer(count: bins * format.channels, memory: memory)
    lastImaginary = OwnedBuffer(count: bins * format.channels, memory: memory)
    turns = OwnedBuffer(count: bins * format.channels, memory: memory)
    flags = OwnedBuffer(count: room, memory: memory)
    targets = OwnedBuffer(count: room, memory: memory)
    cosines = OwnedBuffer(count: room, memory: memory)
    sines = OwnedBuffer(count: room, memory: memory)
    peaks = OwnedBuffer(count: room, memory: memory)
    starts = OwnedBuffer(count: room, memory: memory)
    peakWholes = OwnedBuffer(count: room, memory: memory)
    peakTurns = OwnedBuffer(count: room, memory: memory)
    peakCosines = OwnedBuffer(count: room, memory: memory)
    peakSines = OwnedBuffer(count: room, memory: memory)
    let kept = envelopeLength > 0 ? room : 0
    envelope = OwnedBuffer(count: kept, memory: memory)
    zeros = OwnedBuffer(count: kept, memory: memory)
    gains = OwnedBuffer(count: kept, memory: memory)
  }

  /// One spectrum of one channel.
  func run(_ block: AudioBlock, _ token: Int, _ channel: Int, _ ratio: Double) {
    let bins = format.binCount, power = power.base + Self.margin
    let inputs = block.inputs + format.real(channel)
    for bin in 0..<bins {
      real[bin] = inputs[bin][token]
      imaginary[bin] = inputs[bins + bin][token]
    }
    for bin in 0..<bins { power[bin] = (real[bin] * real[bin]).addingProduct(imaginary[bin], imaginary[bin]) }
    sums.clear()
    movePeaks(channel, ratio)
    talea_copy(lastReal.base + channel * bins, real.base, bins * MemoryLayout<Float>.stride)
    talea_copy(lastImaginary.base + channel * bins, imaginary.base, bins * MemoryLayout<Float>.stride)
    let outputs = block.outputs + format.real(channel)
    for bin in 0..<bins {
      outputs[bin][token] = sums[bin].x
      outputs[bins + bin][token] = sums[bin].y
    }
  }

  /// Every peak with the numbers around it, up to the lowest between it and the next.
  private func movePeaks(_ channel: Int, _ ratio: Double) {
    let bins = format.binCount, power = power.base + Self.margin, turns = turns.base + channel * bins
    let count = talea_find_peaks(power, flags.base, peaks.base, bins)
    guard count > 0 else {
      talea_zero(turns, bins * MemoryLayout<Double>.stride)
      return
    }
    for n in count..<count + 3 { peaks[n] = peaks[count - 1] }
    talea_find_valleys(power, flags.base, starts.base, bins)
    var source = talea_peak_source(
      real: real.base, imaginary: imaginary.base, last_real: lastReal.base + channel * bins,
      last_imaginary: lastImaginary.base + channel * bins, turns: turns)
    var moves = talea_peak_moves(
      wholes: peakWholes.base, turns: peakTurns.base, cosines: peakCosines.base, sines: peakSines.base)
    talea_shift_peaks(&source, peaks.base, &moves, ratio - 1, Double(hop) / Double(format.size), count)
    flags.clear()
    for n in 1..<max(count, 1) { flags[Int(starts[n])] = 1 }
    talea_place_numbers(flags.base, &moves, targets.base, turns, cosines.base, sines.base, bins)
    for bin in 0..<bins {
      let re = real[bin], im = imaginary[bin], c = cosines[bin], s = sines[bin]
      movedReal[bin] = (re * c).addingProduct(-im, s)
      movedImaginary[bin] = (re * s).addingProduct(im, c)
    }
    if envelopeLength > 0 { keepEnvelope() }
    talea_add_moved(
      UnsafeMutableRawPointer(sums.base).assumingMemoryBound(to: Float.self), targets.base, movedReal.base, movedImaginary.base,
      bins)
  }

  /// What a number has moved away from and to in the envelope changes it.
  private func keepEnvelope() {
    findEnvelope()
    let bins = format.binCount
    for bin in 0..<bins { gains[bin] = min(max(envelope[Int(targets[bin])] - envelope[bin], -4), 4) }
    for bin in stride(from: 0, to: bins, by: 4) {
      let changes = SIMD4(gains[bin], gains[bin + 1], gains[bin + 2], gains[bin + 3])
      let factors = talea_narrow(Math.exp(talea_widen(changes)))
      (gains[bin], gains[bin + 1], gains[bin + 2], gains[bin + 3]) = (factors[0], factors[1], factors[2], factors[3])
    }
    for bin in 0..<bins {
      movedReal[bin] *= gains[bin]
      movedImaginary[bin] *= gains[bin]
    }
  }

  /// The spectrum's logarithm without its fine structure: the first samples of its cepstrum.
  private func findEnvelope() {
    let bins = format.binCount, power = power.base + Self.margin
    for bin in stride(from: 0, to: bins, by: 4) {
      let powers = SIMD4(power[bin], power[bin + 1], power[bin + 2], power[bin + 3])
      let wide = talea_widen(powers), least = SIMD4(repeating: 1e-24)
      let logarithms = talea_narrow(0.5 * Math.log(wide.replacing(with: least, where: wide .< least)))
      (envelope[bin], envelope[bin + 1], envelope[bin + 2], envelope[bin + 3]) =
        (logarithms[0], logarithms[1], logarithms[2], logarithms[3])
    }
    transform.inverse(envelope.base, zeros.base)
    // What is kept is scaled by two over the size: nothing else has to be.
    let cepstrum = transform.frame, scale = 2 / Float(format.size)
    for n in 0..<format.size {
      cepstrum[n] = n <= envelopeLength || n >= format.size - envelopeLength ? cepstrum[n] * scale : 0
    }
    transform.forward(envelope.base, zeros.base)
    zeros.clear()
  }

  @_noAllocation @_noLocks
  func reset() {
    lastReal.clear()
    lastImaginary.clear()
    turns.clear()
  }
}
