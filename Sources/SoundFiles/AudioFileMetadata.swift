import CSndFile

/// The text that travels with a sound file: title, artist and their like.
public struct AudioFileMetadata: Sendable, Equatable {
  public enum Field: String, CaseIterable, Sendable {
    case title, copyright, software, artist, comment, date, album, license, trackNumber, genre

    var sndFileCode: Int32 {
      let code =
        switch self {
        case .title: SF_STR_TITLE
        case .copyright: SF_STR_COPYRIGHT
        case .software: SF_STR_SOFTWARE
        case .artist: SF_STR_ARTIST
        case .comment: SF_STR_COMMENT
        case .date: SF_STR_DATE
        case .album: SF_STR_ALBUM
        case .license: SF_STR_LICENSE
        case .trackNumber: SF_STR_TRACKNUMBER
        case .genre: SF_STR_GENRE
        }
      return Int32(code)
    }

    /// The chunk of a RIFF `INFO` list; RIFF has none for the licence.
    var infoChunk: String? {
      switch self {
      case .title: "INAM"
      case .copyright: "ICOP"
      case .software: "ISFT"
      case .artist: "IART"
      case .comment: "ICMT"
      case .date: "ICRD"
      case .album: "IPRD"
      case .license: nil
      case .trackNumber: "ITRK"
      case .genre: "IGNR"
      }
    }
  }

  private var values: [Field: String] = [:]

  public init() {}

  /// The text of one field; an empty text counts as none.
  public subscript(field: Field) -> String? {
    get { values[field] }
    set { values[field] = newValue == "" ? nil : newValue }
  }

  public var isEmpty: Bool { values.isEmpty }

  /// Fields and texts in the order of `Field.allCases`.
  public var entries: [(field: Field, text: String)] {
    Field.allCases.compactMap { field in values[field].map { (field, $0) } }
  }
}

/// Text from a header: UTF-8 where it is that, otherwise Latin-1, which old tools write.
func headerText(_ bytes: UnsafeRawBufferPointer) -> String {
  let content = bytes.prefix { $0 != 0 }
  if let text = String(validating: content, as: UTF8.self) { return text }
  return String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) }))
}
