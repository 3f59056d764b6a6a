public import Signal

extension Catalog {
  /// The effects that every patch may name.
  public static let standard = Catalog([
    Gain.self,
    Pan.self,
    Mix.self,
    Matrix.self,
    Mono.self,
    Stereo.self,
    MidSide.self,
    Lowpass.self,
    Highpass.self,
    Bandpass.self,
    Notch.self,
    Allpass.self,
    Peak.self,
    Lowshelf.self,
    Highshelf.self,
    Equalizer.self,
    DCBlock.self,
    Delay.self,
    Reverb.self,
    Freeverb.self,
    Drive.self,
    Tremolo.self,
    LFO.self,
    Noise.self,
    Oscillator.self,
    Upsample.self,
    Downsample.self,
    Resample.self,
  ])
}
