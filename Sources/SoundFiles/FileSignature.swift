/// Says what a file is that no decoder here takes, from its first bytes.
enum FileSignature {
  private static let kinds: [(offset: Int, bytes: [UInt8], kind: String)] = [
    (4, Array("ftyp".utf8), "an MPEG-4 file (AAC, ALAC or video)"),
    (0, [0x1A, 0x45, 0xDF, 0xA3], "a Matroska or WebM file"),
    (0, [0x30, 0x26, 0xB2, 0x75], "a Windows Media file"),
    (0, Array("wvpk".utf8), "a WavPack file"),
    (0, Array("MAC ".utf8), "a Monkey's Audio file"),
    (0, Array("TTA1".utf8), "a True Audio file"),
    (0, Array("DSD ".utf8), "a DSD file"),
    (0, Array("FRM8".utf8), "a DSDIFF file"),
    (0, Array("MPCK".utf8), "a Musepack file"),
    (0, Array("MThd".utf8), "a MIDI file"),
    (0, [0xFF, 0xF1], "an AAC stream"),
    (0, [0xFF, 0xF9], "an AAC stream"),
    (8, Array("AVI ".utf8), "an AVI file"),
    (0, [0x89, 0x50, 0x4E, 0x47], "a PNG picture"),
    (0, [0xFF, 0xD8, 0xFF], "a JPEG picture"),
    (0, Array("%PDF".utf8), "a PDF document"),
    (0, Array("PK\u{3}\u{4}".utf8), "a ZIP archive"),
    (0, [0x1F, 0x8B], "a gzip archive"),
  ]

  /// Kinds that libsndfile reads, but not from a pipe.
  private static let seekableKinds: [(bytes: [UInt8], kind: String)] = [
    (Array("fLaC".utf8), "FLAC"), (Array("OggS".utf8), "Ogg"), (Array("FORM".utf8), "AIFF"), (Array(".snd".utf8), "AU"),
    (Array("caff".utf8), "CAF"), (Array("ID3".utf8), "MP3"), ([0xFF, 0xFB], "MP3"), (Array("Creative".utf8), "VOC"),
  ]

  /// The better error for a file that was refused as unrecognised.
  static func explain(_ start: UnsafeRawBufferPointer, path: String, isPipe: Bool) -> SoundFileError {
    if let known = kinds.first(where: { start.dropFirst($0.offset).starts(with: $0.bytes) }) {
      return .unreadableKind(path: path, kind: known.kind)
    }
    if isPipe, let known = seekableKinds.first(where: { start.starts(with: $0.bytes) }) {
      return .needsSeekableFile(path: path, kind: known.kind)
    }
    return isText(start) ? .textFile(path: path) : .unrecognised(path: path)
  }

  /// UTF-8 without control characters; the cut at the end may split a character.
  private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard !bytes.isEmpty, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (0x07...0x0D).contains($0) || $0 == 0x1B }) else {
      return false
    }
    return (0...min(3, bytes.count - 1)).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
  }
}
