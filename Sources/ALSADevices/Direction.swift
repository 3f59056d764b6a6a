import CALSA

/// Which way sound goes through a device.
public enum Direction: String, Sendable, Hashable, CaseIterable {
  case capture, playback

  var stream: snd_pcm_stream_t { self == .capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK }
}
