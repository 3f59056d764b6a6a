import Measuring

/// One effect, or a few, alone: what is measured, and what it must do at least for a frame.
struct Kernel {
  var name: String
  var text: String
  var channels = 2
  var sampleRate = 48_000
  var outputSampleRate: Int?
  var block = 1_024
  /// Multiply-adds of one frame in single precision; those in double count twice. 0 where nobody counted.
  var multiplyAdds = 0.0
  /// Bytes that a frame must at least read and write: the sound itself, and what passes through delays. 0 where nobody counted.
  var bytes = 0.0

  /// Ten bands an octave apart, over and over.
  private static func equalizer(_ bands: Int, channels: Int, block: Int = 1_024, isMoving: Bool = false) -> Kernel {
    let items = (0..<bands).map { band in
      let level = isMoving && band == 0 ? "" : band % 2 == 0 ? "+3dB" : "-2dB"
      return "peak \(31.25 * Double(1 << (band % 10)))Hz \(level) q=1.41"
    }
    var text = "bands = eq { \(items.joined(separator: "; ")) }\nin -> bands -> out\n"
    if isMoving { text = "sweep = lfo 1Hz from=-6dB to=6dB\n" + text + "sweep -> bands.1.gain\n" }
    // Five of each band, in double precision.
    return Kernel(
      name: "eq \(bands) bands x \(channels)" + (isMoving ? ", one moving" : "")
        + (block == 1_024 ? "" : ", block \(block)"),
      text: text, channels: channels, block: block, multiplyAdds: Double(10 * bands * channels), bytes: Double(8 * channels))
  }

  static let all: [Kernel] = {
    var kernels = [Kernel(name: "gain", text: "in -> gain -3dB -> out", multiplyAdds: 2, bytes: 16)]
    kernels += [1, 2, 3, 5, 8, 10, 16, 31].map { equalizer($0, channels: 2) }
    kernels += [1, 3, 4, 8, 32].map { equalizer(10, channels: $0) }
    kernels += [equalizer(10, channels: 2, block: 64), equalizer(10, channels: 2, isMoving: true)]
    kernels.append(
      Kernel(
        name: "freeverb", text: "in -> freeverb roomsize=50% damping=50% wet=33% dry=30% -> out",
        // Of 16 combs: a lowpass of two and the feedback; of 8 allpasses one.
        multiplyAdds: 16 * 3 + 8 + 6, bytes: 16 + 24 * 8))
    for (lines, more) in [(8, ""), (16, ""), (32, ""), (16, " modulation=50%")] {
      kernels.append(
        Kernel(
          name: "reverb lines=\(lines) early=0%\(more)",
          text: "in -> reverb decay=2s damping=30% mix=30% lines=\(lines) early=0%\(more) -> out",
          // Of each line a lowpass of two and, of the mixing, a sum for each binary digit of the number.
          multiplyAdds: Double(lines * (2 + lines.trailingZeroBitCount) + 8), bytes: Double(16 + lines * 8)))
    }
    kernels.append(Kernel(name: "reverb", text: "in -> reverb decay=2s damping=30% mix=30% -> out"))
    kernels.append(
      Kernel(name: "44.1 to 48 kHz", text: "in -> out", sampleRate: 44_100, outputSampleRate: 48_000))
    for factor in [2, 3, 4, 8] {
      kernels.append(Kernel(name: "oversample \(factor)x", text: "in -> upsample \(factor) -> downsample \(factor) -> out"))
    }
    for seconds in [2, 6] {
      for (latency, block) in [(0, 64), (8_192, 8_192)] {
        for precision in ["single", "double"] {
          let name = "convolve \(seconds) s latency=\(latency) \(precision)"
          let text = "in -> convolve \"\(seconds)s\" latency=\(latency) precision=\(precision) -> out"
          kernels.append(Kernel(name: name, text: text, block: block))
        }
      }
    }
    for size in [256, 1_024, 4_096] {
      let window = "\(size) hop=\(size / 4)"
      kernels.append(Kernel(name: "stft and istft \(size)", text: "in -> stft \(window) -> istft \(window) -> out"))
    }
    kernels.append(Kernel(name: "drive", text: "in -> drive 12dB -> out"))
    kernels.append(Kernel(name: "oversample 4x { drive }", text: "in -> oversample 4x { drive 12dB } -> out"))
    return kernels
  }()

  func subject() throws -> Subject {
    try Subject(
      name, text, channels: channels, block: block, sampleRate: sampleRate, outputSampleRate: outputSampleRate)
  }
}
