import CSndFile

/// The loudspeaker bits of WAVE_FORMAT_EXTENSIBLE, in their order, as libsndfile's channel numbers.
enum SpeakerMask {
  private static let speakers: [Int32] = [
    SF_CHANNEL_MAP_LEFT, SF_CHANNEL_MAP_RIGHT, SF_CHANNEL_MAP_CENTER, SF_CHANNEL_MAP_LFE, SF_CHANNEL_MAP_REAR_LEFT,
    SF_CHANNEL_MAP_REAR_RIGHT, SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER, SF_CHANNEL_MAP_FRONT_RIGHT_OF_CENTER,
    SF_CHANNEL_MAP_REAR_CENTER, SF_CHANNEL_MAP_SIDE_LEFT, SF_CHANNEL_MAP_SIDE_RIGHT, SF_CHANNEL_MAP_TOP_CENTER,
    SF_CHANNEL_MAP_TOP_FRONT_LEFT, SF_CHANNEL_MAP_TOP_FRONT_CENTER, SF_CHANNEL_MAP_TOP_FRONT_RIGHT,
    SF_CHANNEL_MAP_TOP_REAR_LEFT, SF_CHANNEL_MAP_TOP_REAR_CENTER, SF_CHANNEL_MAP_TOP_REAR_RIGHT,
  ].map { Int32($0) }

  /// The speakers of a mask; empty where their number is not that of the channels.
  static func channelMap(_ mask: UInt32, channelCount: Int) -> [Int32] {
    let map = speakers.indices.filter { mask >> UInt32($0) & 1 == 1 }.map { speakers[$0] }
    return map.count == channelCount && mask >> UInt32(speakers.count) == 0 ? map : []
  }

  /// The mask of a channel map; the usual one of mono and stereo, or 0 ("no statement"), where the map says nothing
  /// that a mask can.
  static func mask(_ channelMap: [Int32], channelCount: Int) -> UInt32 {
    let synonyms: [Int32: Int32] = [
      Int32(SF_CHANNEL_MAP_FRONT_LEFT): Int32(SF_CHANNEL_MAP_LEFT),
      Int32(SF_CHANNEL_MAP_FRONT_RIGHT): Int32(SF_CHANNEL_MAP_RIGHT),
      Int32(SF_CHANNEL_MAP_FRONT_CENTER): Int32(SF_CHANNEL_MAP_CENTER), Int32(SF_CHANNEL_MAP_MONO): Int32(SF_CHANNEL_MAP_CENTER),
    ]
    let bits = channelMap.compactMap { speakers.firstIndex(of: synonyms[$0] ?? $0) }
    // A mask has no order of its own: channels must come in the order of the bits.
    let isAscending = zip(bits, bits.dropFirst()).allSatisfy { $0 < $1 }
    if bits.count == channelCount, channelMap.count == channelCount, isAscending {
      return bits.reduce(0) { $0 | 1 << UInt32($1) }
    }
    return channelCount == 1 ? 0x4 : channelCount == 2 ? 0x3 : 0
  }
}
