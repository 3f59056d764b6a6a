import CRealtime
import Signal

/// A resampler whose ratio may change from frame to frame: what joins two clocks that drift.
///
/// Each output frame is a sum over `tapCount` input frames, with the impulse response of a lowpass filter read from a table
/// of `phaseCount` phases and interpolated linearly between neighbours. Pass band to 20 kHz at 44.1 and 48 kHz; measured by
/// `AdaptiveResamplerTests`: THD+N and images below -120 dB from 20 Hz to 20 kHz at ratios near 1 and at 44.1 to 48 kHz. That
/// is what libsamplerate calls medium quality (121 dB), with a wider pass band.
///
/// Source: J. O. Smith, "Digital audio resampling", CCRMA (a windowed sinc by table); F. Adriaensen, "Controlling adaptive
/// resampling", Linux Audio Conference 2012 (its use between clocks). Real-time safe but for `init`.
public struct AdaptiveResampler: ~Copyable {
  /// Input frames that one output frame reads.
  public let tapCount: Int
  /// How far an output frame lies behind the newest input frame that it reads, in input frames.
  public var delay: Int { tapCount / 2 }

  private let table: OwnedBuffer<Float>
  private let row: OwnedBuffer<Float>
  private static var phaseCount: Int { @_transparent @_noAllocation @_noLocks get { 2_048 } }

  /// - Parameters:
  ///   - inputRate, outputRate: nominal, in hertz; the actual ratio may differ by some per cent.
  public init(inputRate: Int, outputRate: Int) {
    let scale = min(1, Double(outputRate) / Double(inputRate))
    // Images of what lies below 20 kHz fall beyond the stop band's edge; what lies between may fold, above 20 kHz.
    let passband = 0.4535 * scale, stopband = 0.5465 * scale
    let half = KaiserSinc.halfWidth(attenuation: Self.attenuation, passband: passband, stopband: stopband)
    tapCount = (Int((2 * half).rounded(.up)) + 15) / 8 * 8
    let sinc = KaiserSinc(passband: passband, stopband: stopband, halfWidth: half)
    let phases = Self.phaseCount
    let memory = MemoryMeter()
    table = OwnedBuffer(count: (phases + 1) * tapCount, memory: memory)
    row = OwnedBuffer(count: tapCount, memory: memory)
    for phase in 0...phases {
      let fraction = Double(phase) / Double(phases)
      for tap in 0..<tapCount {
        table[phase * tapCount + tap] = Float(sinc.value(at: Double(tap - (tapCount / 2 - 1)) - fraction))
      }
    }
  }

  private static var attenuation: Double { 135 }

  /// Where the next output frame lies among the input frames.
  public struct Place: Sendable, Hashable, BitwiseCopyable {
    /// The first input frame that it reads.
    public var frame: Int
    /// How far it lies behind the middle of its frames: 0 up to 1.
    public var fraction: Double

    @_noAllocation @_noLocks
    public init(frame: Int, fraction: Double) {
      self.frame = frame
      self.fraction = fraction
    }
  }

  /// Computes output frames.
  ///
  /// - Parameters:
  ///   - input: channels; frames from `place.frame` on are readable, as many as `framesNeeded` says.
  ///   - place: moved on by `step` per output frame.
  ///   - step: input frames per output frame.
  ///   - output: channels, `frameCount` frames each.
  @_noAllocation @_noLocks
  public func process(
    _ input: UnsafePointer<UnsafePointer<Float>>, from place: inout Place, step: Double,
    into output: UnsafePointer<UnsafeMutablePointer<Float>>, channelCount: Int, frameCount: Int
  ) {
    for n in 0..<frameCount {
      interpolate(place.fraction)
      for channel in 0..<channelCount { output[channel][n] = sum(input[channel] + place.frame) }
      let next = place.fraction + step
      let whole = talea_floor(next)
      place.frame += Int(whole)
      place.fraction = next - whole
    }
  }

  /// Input frames, from the first that the next output frame reads, that `frameCount` of them need at most.
  @_noAllocation @_noLocks
  public func framesNeeded(_ frameCount: Int, step: Double) -> Int { Int(Double(frameCount) * step) + 2 + tapCount }

  /// The response between two phases of the table.
  @inline(__always) @_noAllocation @_noLocks
  private func interpolate(_ fraction: Double) {
    let position = fraction * Double(Self.phaseCount)
    let phase = min(Int(position), Self.phaseCount - 1)
    let share = SIMD8<Float>(repeating: Float(position - Double(phase)))
    let first = UnsafeRawPointer(table.base + phase * tapCount), second = first + tapCount * MemoryLayout<Float>.stride
    let target = UnsafeMutableRawPointer(row.base)
    var offset = 0
    while offset < tapCount * MemoryLayout<Float>.stride {
      let a = first.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
      let b = second.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
      target.storeBytes(of: a.addingProduct(share, b - a), toByteOffset: offset, as: SIMD8<Float>.self)
      offset += MemoryLayout<SIMD8<Float>>.stride
    }
  }

  @inline(__always) @_noAllocation @_noLocks
  private func sum(_ frames: UnsafePointer<Float>) -> Float {
    let row = UnsafeRawPointer(row.base), frames = UnsafeRawPointer(frames)
    var total = SIMD8<Float>(repeating: 0)
    var offset = 0
    while offset < tapCount * MemoryLayout<Float>.stride {
      total.addProduct(
        row.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self),
        frames.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self))
      offset += MemoryLayout<SIMD8<Float>>.stride
    }
    let four = total.lowHalf + total.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }
}
