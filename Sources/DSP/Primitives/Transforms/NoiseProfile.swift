import Signal

/// The mean power of noise in each number of a spectrum. Not for an audio thread.
enum NoiseProfile {
  /// - Parameter samples: noise alone, at least a window of it; channels are averaged.
  /// - Returns: mean squares of magnitudes, where a sine at full scale has 1; the window is `roothann`.
  static func power(_ samples: SoundSamples, size: Int) -> [Double] {
    let window = SpectralWindow.roothann.values(size), scale = 2 / window.reduce(0, +)
    var power = [Double](repeating: 0, count: size / 2 + 1)
    var count = 0
    for channel in samples.channels {
      for start in stride(from: 0, through: channel.count - size, by: max(size / 4, 1)) {
        var real = (0..<size).map { Double(channel[start + $0]) * window[$0] * scale }
        var imaginary = [Double](repeating: 0, count: size)
        DiscreteTransform.forward(&real, &imaginary)
        for bin in power.indices { power[bin] += real[bin] * real[bin] + imaginary[bin] * imaginary[bin] }
        count += 1
      }
    }
    return power.map { $0 / Double(max(count, 1)) }
  }
}
