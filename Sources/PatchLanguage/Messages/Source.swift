/// A text that was read, and where it came from.
public struct Source: Sendable, Hashable {
  /// As messages name it: the path as the user wrote it, or a phrase such as `<chain>`.
  public let name: String
  /// The bytes as read, without a byte order mark.
  public let bytes: [UInt8]

  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }

  public init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }
}

/// A stretch of a source, in bytes. Values that do not come from a text have no span.
public struct SourceSpan: Sendable, Hashable {
  /// Index into the sources of the `Patch` or `Graph` that carries the span.
  public var source: Int
  public var start: Int
  /// One past the last byte.
  public var end: Int

  public init(source: Int, start: Int, end: Int) {
    self.source = source
    self.start = start
    self.end = end
  }

  /// From the start of this span to the end of `other`.
  public func joined(with other: SourceSpan) -> SourceSpan { SourceSpan(source: source, start: start, end: other.end) }
}

/// A value and where it stands.
public struct Spanned<Value: Sendable>: Sendable {
  public var value: Value
  public var span: SourceSpan

  public init(_ value: Value, _ span: SourceSpan) {
    self.value = value
    self.span = span
  }
}

extension Spanned: Equatable where Value: Equatable {}
extension Spanned: Hashable where Value: Hashable {}
