import Glibc
import Testing

@testable import SoundFiles

/// A directory of its own for one test, removed at its end.
final class Scratch {
  let path: String

  init() {
    // In memory where that is possible: hundreds of small files are synced here.
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(base)/soundfiles-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template)!)
  }

  deinit {
    for name in names { unlink(path + "/" + name) }
    rmdir(path)
  }

  subscript(name: String) -> String { path + "/" + name }

  /// Everything in the directory, hidden files too.
  var names: [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var result: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { result.append(name) }
    }
    return result.sorted()
  }
}

/// Planar samples with stable addresses.
final class Planar {
  let channels: [UnsafeMutablePointer<Float>]
  let frameCount: Int

  init(channelCount: Int, frameCount: Int) {
    self.frameCount = frameCount
    channels = (0..<channelCount).map { _ in
      let pointer = UnsafeMutablePointer<Float>.allocate(capacity: max(frameCount, 1))
      pointer.initialize(repeating: 0, count: max(frameCount, 1))
      return pointer
    }
  }

  convenience init(_ samples: [[Float]]) {
    self.init(channelCount: samples.count, frameCount: samples[0].count)
    for (channel, values) in samples.enumerated() {
      for (n, value) in values.enumerated() { channels[channel][n] = value }
    }
  }

  deinit { for channel in channels { channel.deallocate() } }

  var samples: [[Float]] { channels.map { Array(UnsafeBufferPointer(start: $0, count: frameCount)) } }
}

/// Seeded numbers: equal in every run.
struct Random: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    var z = state
    z = (z ^ (z >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    return z ^ (z >> 33)
  }
}

/// Noise whose values an integer of `bits` bits holds exactly, full scale included.
func integerNoise(bits: Int, channelCount: Int, frameCount: Int, seed: UInt64 = 1) -> [[Float]] {
  var random = Random(seed)
  let limit = Int64(1) << (bits - 1)
  return (0..<channelCount).map { _ in
    (0..<frameCount).map { n in
      if n == 1 { return -1 }
      // Beyond 24 bits only multiples of what float32 holds.
      let step = Int64(1) << max(0, bits - 24)
      let value = Int64.random(in: -limit / step..<limit / step, using: &random) * step
      return Float(value) / Float(limit)
    }
  }
}

/// Where two runs of samples first differ, in bits; nil where they are equal. Keeps failures readable.
func firstDifference(_ a: [Float], _ b: [Float]) -> String? {
  if a.count != b.count { return "\(a.count) samples, not \(b.count)" }
  return a.indices.first { a[$0].bitPattern != b[$0].bitPattern }.map { "sample \($0): \(a[$0]), not \(b[$0])" }
}

func floatNoise(channelCount: Int, frameCount: Int, seed: UInt64 = 1) -> [[Float]] {
  var random = Random(seed)
  return (0..<channelCount).map { _ in (0..<frameCount).map { _ in Float.random(in: -0.9...0.9, using: &random) } }
}

@discardableResult
func writeFile(
  _ path: String, _ samples: [[Float]], _ format: AudioFileFormat, _ options: AudioFileWriter.Options = .init(), block: Int? = nil
) throws -> AudioFileReport {
  let writer = try AudioFileWriter(path: path, format: format, options: options)
  let planar = Planar(samples)
  var done = 0
  while done < planar.frameCount {
    let count = min(block ?? planar.frameCount, planar.frameCount - done)
    try writer.write(planar.channels.map { $0 + done }, frameCount: count)
    done += count
  }
  return try writer.finish()
}

/// Reads everything, in blocks of `block` frames.
func readAll(_ reader: AudioFileReader, block: Int = 1_000) throws -> [[Float]] {
  let planar = Planar(channelCount: reader.format.channelCount, frameCount: block)
  var result = [[Float]](repeating: [], count: reader.format.channelCount)
  while true {
    let count = try reader.read(into: planar.channels, frameCount: block)
    if count == 0 { return result }
    for channel in result.indices { result[channel] += UnsafeBufferPointer(start: planar.channels[channel], count: count) }
  }
}

func readFile(_ path: String, raw: RawFormat? = nil, block: Int = 1_000) throws -> (samples: [[Float]], format: AudioFileFormat) {
  let reader = try AudioFileReader(path: path, raw: raw)
  return (try readAll(reader, block: block), reader.format)
}

func fileBytes(_ path: String) -> [UInt8] {
  let descriptor = open(path, O_RDONLY)
  defer { close(descriptor) }
  var result = [UInt8](), part = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(descriptor, &part, part.count)
    if count <= 0 { return result }
    result += part[..<count]
  }
}

func store(_ bytes: [UInt8], _ path: String) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  _ = bytes.withUnsafeBytes { writeAll(descriptor, $0) }
  close(descriptor)
}

/// A pipe into which another thread writes, in pieces of `piece` bytes, and which it then closes. Returns the end to read.
func pipe(with bytes: [UInt8], piece: Int = .max) -> Int32 {
  var ends: [Int32] = [0, 0]
  pipe(&ends)
  let job = PipeJob(descriptor: ends[1], bytes: bytes, piece: piece)
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { context in
      let job = Unmanaged<PipeJob>.fromOpaque(context!).takeRetainedValue()
      var rest = job.bytes[...]
      while !rest.isEmpty {
        let part = Array(rest.prefix(job.piece))
        if part.withUnsafeBytes({ writeAll(job.descriptor, $0) }) != 0 { break }
        rest = rest.dropFirst(part.count)
      }
      close(job.descriptor)
      return nil
    }, Unmanaged.passRetained(job).toOpaque())
  pthread_detach(thread)
  return ends[0]
}

private final class PipeJob: Sendable {
  let descriptor: Int32
  let bytes: [UInt8]
  let piece: Int
  init(descriptor: Int32, bytes: [UInt8], piece: Int) {
    (self.descriptor, self.bytes, self.piece) = (descriptor, bytes, piece)
  }
}

/// Runs `body` in a process of its own and returns its exit status, or 128 + the signal that ended it.
///
/// Swift hides `fork` because of threads: a lock that another test's thread held at that moment stays locked in the child.
/// That is rare; a child that stands still is ended by an alarm and started again.
func exitStatus(_ body: () -> Int32) -> Int32 {
  let fork = unsafeBitCast(dlsym(nil, "fork"), to: (@convention(c) () -> pid_t).self)
  for _ in 0..<3 {
    let child = fork()
    if child == 0 {
      // The temporary files of other tests are the parent's.
      for slot in 0..<TemporaryFiles.capacity { TemporaryFiles.leave(slot) }
      // Test threads block all signals; the main thread of a program does not.
      var none = sigset_t()
      sigemptyset(&none)
      sigprocmask(SIG_SETMASK, &none, nil)
      alarm(10)
      _exit(body())
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    if signal == 0 { return status >> 8 & 0xFF }
    if signal != SIGALRM { return 128 + signal }
  }
  return 128 + SIGALRM
}
