/// Compression for pictures with few colours: one block with codes of its own, in which repeated bytes count as runs.
///
/// Longer patterns are not looked for: levels of a sound hold few.
///
/// Source: RFC 1951, "DEFLATE Compressed Data Format Specification".
enum Deflate {
  static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    let symbols = runs(bytes)
    var counts = [Int](repeating: 0, count: 286)
    for symbol in symbols { counts[symbol] += 1 }
    let lengths = codeLengths(counts, longest: 15)
    let codes = canonicalCodes(lengths)
    var writer = BitWriter()
    // The last block, with codes of its own: 286 of bytes and runs, 1 of distances, 19 that say how long those are.
    writer.write(1, 1)
    writer.write(2, 2)
    writer.write(286 - 257, 5)
    writer.write(0, 5)
    writer.write(19 - 4, 4)
    // In the order of the standard, lengths 0 to 15 all have codes of four bits and the three abbreviations none.
    for place in 0..<19 { writer.write(place < 3 ? 0 : 4, 3) }
    for length in lengths + [1] { writer.writeCode(length, 4) }
    for symbol in symbols {
      writer.writeCode(codes[symbol], lengths[symbol])
      // Every run repeats the byte before it: the only distance.
      if symbol > endOfBlock { writer.write(0, 1) }
    }
    return writer.finished()
  }

  private static let endOfBlock = 256

  /// Bytes, and runs of 3 to 10 or of 258 as symbols 257 to 264 and 285, which need no further bits.
  private static func runs(_ bytes: [UInt8]) -> [Int] {
    var symbols: [Int] = []
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      symbols.append(Int(byte))
      position += 1
      var repeats = 0
      while position + repeats < bytes.count, bytes[position + repeats] == byte { repeats += 1 }
      position += repeats
      while repeats >= 3 {
        let length = repeats >= 258 ? 258 : min(repeats, 10)
        symbols.append(length == 258 ? 285 : 254 + length)
        repeats -= length
      }
      for _ in 0..<repeats { symbols.append(Int(byte)) }
    }
    return symbols + [endOfBlock]
  }

  /// Lengths of Huffman's codes, 0 for what does not occur. At least two symbols must.
  static func codeLengths(_ counts: [Int], longest: Int) -> [Int] {
    var counts = counts
    while true {
      let lengths = codeLengths(counts)
      if lengths.max()! <= longest { return lengths }
      // Rarer symbols get shorter codes where they count for more than they are.
      counts = counts.map { $0 == 0 ? 0 : $0 / 2 + 1 }
    }
  }

  private static func codeLengths(_ counts: [Int]) -> [Int] {
    // Nodes of the tree: leaves are symbols. Few enough that looking for the two rarest costs nothing.
    var alive = counts.indices.filter { counts[$0] > 0 }.map { (count: counts[$0], symbols: [$0]) }
    var lengths = [Int](repeating: 0, count: counts.count)
    if alive.count == 1 { lengths[alive[0].symbols[0]] = 1 }
    while alive.count > 1 {
      alive.sort { ($0.count, $0.symbols[0]) > ($1.count, $1.symbols[0]) }
      let a = alive.removeLast(), b = alive.removeLast()
      for symbol in a.symbols + b.symbols { lengths[symbol] += 1 }
      alive.append((a.count + b.count, a.symbols + b.symbols))
    }
    return lengths
  }

  /// Codes in the order of their lengths and symbols, section 3.2.2.
  private static func canonicalCodes(_ lengths: [Int]) -> [Int] {
    var codes = [Int](repeating: 0, count: lengths.count)
    var code = 0
    for length in 1...max(lengths.max()!, 1) {
      for symbol in lengths.indices where lengths[symbol] == length {
        codes[symbol] = code
        code += 1
      }
      code <<= 1
    }
    return codes
  }
}

/// Bits, the lowest of a byte first.
private struct BitWriter {
  private var bytes: [UInt8] = []
  private var bits: UInt64 = 0
  private var count = 0

  mutating func write(_ value: Int, _ length: Int) {
    bits |= UInt64(value) << count
    count += length
    while count >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
      count -= 8
    }
  }

  /// Codes stand with their highest bit first.
  mutating func writeCode(_ code: Int, _ length: Int) {
    for place in 0..<length { write(code >> (length - 1 - place) & 1, 1) }
  }

  mutating func finished() -> [UInt8] {
    if count > 0 { write(0, 8 - count) }
    return bytes
  }
}
