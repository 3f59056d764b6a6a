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
  /// This spectrum, what comes out, and of each channel the last spectrum and the turns of its numbers.
  private let real: OwnedBuffer<Float>
  private let imaginary: OwnedBuffer<Float>
  private let outReal: OwnedBuffer<Float>
  private let outImaginary: OwnedBuffer<Float>
  private let power: OwnedBuffer<Float>
  private let lastReal: OwnedBuffer<Float>
  private let lastImaginary: OwnedBuffer<Float>
  private let turns: OwnedBuffer<Double>
  private let newTurns: OwnedBuffer<Double>
  /// Logarithm of the envelope.
  private let envelope: OwnedBuffer<Float>
  private let zeros: OwnedBuffer<Float>

  /// - Parameter envelopeLength: samples of the cepstrum that make the envelope which is kept; 0 where it moves too.
  init(_ format: SpectralFormat, hop: Int, envelopeLength: Int, memory: MemoryMeter) {
    let bins = format.binCount
    self.format = format
    self.hop = hop
    self.envelopeLength = envelopeLength
    transform = SpectralTransform(size: format.size, memory: memory)
    real = OwnedBuffer(count: bins, memory: memory)
    imaginary = OwnedBuffer(count: bins, memory: memory)
    outReal = OwnedBuffer(count: bins, memory: memory)
    outImaginary = OwnedBuffer(count: bins, memory: memory)
    power = OwnedBuffer(count: bins, memory: memory)
    lastReal = OwnedBuffer(count: bins * format.channels, memory: memory)
    lastImaginary = OwnedBuffer(count: bins * format.channels, memory: memory)
    turns = OwnedBuffer(count: bins * format.channels, memory: memory)
    newTurns = OwnedBuffer(count: bins, memory: memory)
    envelope = OwnedBuffer(count: bins, memory: memory)
    zeros = OwnedBuffer(count: bins, memory: memory)
  }

  /// One spectrum of one channel.
  func run(_ block: AudioBlock, _ token: Int, _ channel: Int, _ ratio: Double) {
    let bins = format.binCount, firstReal = format.real(channel), firstImaginary = format.imaginary(channel)
    for bin in 0..<bins {
      let re = block.input(firstReal + bin)[token], im = block.input(firstImaginary + bin)[token]
      real[bin] = re
      imaginary[bin] = im
      power[bin] = (re * re).addingProduct(im, im)
    }
    if envelopeLength > 0 { findEnvelope() }
    outReal.clear()
    outImaginary.clear()
    movePeaks(channel, ratio)
    talea_copy(lastReal.base + channel * bins, real.base, bins * MemoryLayout<Float>.stride)
    talea_copy(lastImaginary.base + channel * bins, imaginary.base, bins * MemoryLayout<Float>.stride)
    talea_copy(turns.base + channel * bins, newTurns.base, bins * MemoryLayout<Double>.stride)
    for bin in 0..<bins {
      block.output(firstReal + bin)[token] = outReal[bin]
      block.output(firstImaginary + bin)[token] = outImaginary[bin]
    }
  }

  /// Every peak with the numbers around it, up to the lowest between it and the next.
  @_noAllocation @_noLocks
  private func movePeaks(_ channel: Int, _ ratio: Double) {
    let bins = format.binCount
    var first = 0
    var peak = nextPeak(after: -1)
    newTurns.clear()
    while peak < bins {
      let next = nextPeak(after: peak)
      var end = bins
      if next < bins {
        end = peak + 1
        for bin in peak + 1...next where power[bin] < power[end] { end = bin }
      }
      move(channel, peak, first, end, ratio)
      first = end
      peak = next
    }
  }

  /// The next number that is larger than two on either side; the number of all where there is none.
  @inline(__always) @_noAllocation @_noLocks
  private func nextPeak(after bin: Int) -> Int {
    let bins = format.binCount
    var k = bin + 1
    while k < bins {
      let p = power[k]
      if p > 0, k < 1 || p > power[k - 1], k < 2 || p > power[k - 2], k + 1 >= bins || p >= power[k + 1],
        k + 2 >= bins || p >= power[k + 2]
      {
        return k
      }
      k += 1
    }
    return bins
  }

  @inline(__always) @_noAllocation @_noLocks
  private func move(_ channel: Int, _ peak: Int, _ first: Int, _ end: Int, _ ratio: Double) {
    let bins = format.binCount, size = Double(format.size), step = Double(hop) / size
    let frequency = self.frequency(channel, peak, step)
    let shift = frequency * (ratio - 1), whole = Int(talea_rint(shift))
    var turn = turns[channel * bins + peak] + shift * step
    turn -= talea_floor(turn)
    if !(turn >= 0 && turn <= 1) { turn = 0 }
    for bin in first..<end { newTurns[bin] = turn }
    let angle = turn + 0.5 * (shift - Double(whole))
    let rest = (shift - Double(whole)).magnitude
    // Sine and cosine of the angle, and the sine that the level needs, at once.
    let sines = Math.sinPi(SIMD4(2 * angle, 2 * angle + 0.5, rest, 0)), level = Self.level(rest, sine: sines[2])
    let c = Float(level * sines[1]), s = Float(level * sines[0])
    let lowest = max(first, -whole), highest = min(end, bins - whole)
    guard lowest < highest else { return }
    for bin in lowest..<highest {
      let target = bin + whole
      var gain: Float = 1
      if envelopeLength > 0 {
        gain = Float(Math.exp(Double(min(max(envelope[target] - envelope[bin], -4), 4))))
      }
      outReal[target] += gain * (real[bin] * c).addingProduct(-imaginary[bin], s)
      outImaginary[target] += gain * (real[bin] * s).addingProduct(imaginary[bin], c)
    }
  }

  /// What makes up for a shift that is not a whole number: windows that turn against each other by it add up to less, by the
  /// spectrum of a Hann window, `sinc(x) / (1 - x^2)`.
  @inline(__always) @_noAllocation @_noLocks
  private static func level(_ x: Double, sine: Double) -> Double {
    x < 1e-6 ? 1 : Double.pi * x * (1 - x * x) / sine
  }

  /// In numbers of the spectrum.
  @inline(__always) @_noAllocation @_noLocks
  private func frequency(_ channel: Int, _ peak: Int, _ step: Double) -> Double {
    let place = channel * format.binCount + peak
    let a = Double(lastReal[place]), b = Double(lastImaginary[place]), re = Double(real[peak]), im = Double(imaginary[peak])
    let x = (re * a).addingProduct(im, b), y = (im * a).addingProduct(-re, b)
    guard x != 0 || y != 0, x.isFinite, y.isFinite else { return Double(peak) }
    let expected = Double(peak) * step
    var turn = Self.turn(x, y) - (expected - talea_floor(expected))
    turn -= talea_rint(turn)
    return Double(peak) + turn / step
  }

  /// The angle of a point in turns, within 1e-7: the arc tangent of the smaller over the larger, by its series about a third of it.
  @inline(__always) @_noAllocation @_noLocks
  private static func turn(_ x: Double, _ y: Double) -> Double {
    let ax = x.magnitude, ay = y.magnitude
    let t = ax > ay ? ay / ax : ax / ay
    // Half the angle twice: tan(a/2) = t / (1 + sqrt(1 + t^2)).
    let h = t / (1 + talea_sqrt(1 + t * t)), q = h / (1 + talea_sqrt(1 + h * h)), z = q * q
    let series = q * (1 - z * (1.0 / 3 - z * (1.0 / 5 - z * (1.0 / 7 - z * (1.0 / 9 - z / 11)))))
    var turn = 4 * series / (2 * Double.pi)
    if ay > ax { turn = 0.25 - turn }
    if x < 0 { turn = 0.5 - turn }
    return y < 0 ? -turn : turn
  }

  /// The spectrum's logarithm without its fine structure: the first samples of its cepstrum.
  private func findEnvelope() {
    for bin in 0..<format.binCount {
      envelope[bin] = Float(0.5 * Math.log(max(Double(power[bin]), 1e-24)))
    }
    transform.inverse(envelope.base, zeros.base)
    // What is kept is scaled by two over the size: nothing else has to be.
    let cepstrum = transform.frame, scale = 2 / Float(format.size)
    for n in 0..<format.size {
      cepstrum[n] = n <= envelopeLength || n >= format.size - envelopeLength ? cepstrum[n] * scale : 0
    }
    transform.forward(envelope.base, outImaginary.base)
  }

  @_noAllocation @_noLocks
  func reset() {
    lastReal.clear()
    lastImaginary.clear()
    turns.clear()
  }
}
