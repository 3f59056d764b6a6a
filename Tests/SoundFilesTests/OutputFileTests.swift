import Glibc
import Testing

@testable import SoundFiles

@Suite("Outputs appear whole or not at all") struct OutputFileTests {
  private let format = AudioFileFormat(container: .wav, encoding: .s16, sampleRate: 48_000, channelCount: 2)
  private let samples = integerNoise(bits: 16, channelCount: 2, frameCount: 5_000)

  private func mode(_ path: String) -> mode_t { status(path: path)!.st_mode & 0o7777 }

  private func write(_ writer: AudioFileWriter, _ frames: Int = 5_000) throws {
    try writer.write(Planar(samples).channels, frameCount: frames)
  }

  @Test("Until it is finished an output exists under a hidden name beside its target only") func isHidden() throws {
    let scratch = Scratch()
    let writer = try AudioFileWriter(path: scratch["a.wav"], format: format)
    try write(writer)
    let names = scratch.names
    #expect(names.count == 1 && names[0].hasPrefix(".a.wav.") && names[0].hasSuffix(".partial"))
    _ = try writer.finish()
    #expect(scratch.names == ["a.wav"])
  }

  @Test("An output that is given up, or forgotten, leaves nothing", arguments: ["wav", "flac", "ogg", "aiff"])
  func leavesNothing(name: String) throws {
    let scratch = Scratch()
    let format = try AudioFileFormat.output(path: "-", container: name, sampleRate: 48_000, channelCount: 2)
    let aborted = try AudioFileWriter(path: scratch["a"], format: format)
    try write(aborted)
    aborted.abort()
    aborted.abort()
    #expect(scratch.names == [])
    try write(try AudioFileWriter(path: scratch["b"], format: format))
    #expect(scratch.names == [])
  }

  @Test("Giving up touches no file that has got the same descriptor since") func abortsCleanly() throws {
    let scratch = Scratch()
    let flac = AudioFileFormat(container: .flac, encoding: .s16, sampleRate: 48_000, channelCount: 2)
    var writer: AudioFileWriter? = try AudioFileWriter(path: scratch["a.flac"], format: flac)
    try write(writer!)
    writer!.abort()
    store([1, 2, 3], scratch["other"])
    let other = open(scratch["other"], O_RDWR)
    writer = nil
    #expect(fileBytes(scratch["other"]) == [1, 2, 3])
    close(other)
  }

  @Test("An existing file stays unless forced, and keeps its mode when replaced") func force() throws {
    let scratch = Scratch()
    store([1, 2, 3], scratch["a.wav"])
    chmod(scratch["a.wav"], 0o640)
    #expect(throws: SoundFileError.outputExists(path: scratch["a.wav"])) {
      try AudioFileWriter(path: scratch["a.wav"], format: format)
    }
    #expect(fileBytes(scratch["a.wav"]) == [1, 2, 3])
    let aborted = try AudioFileWriter(path: scratch["a.wav"], format: format, options: .init(force: true))
    try write(aborted)
    #expect(fileBytes(scratch["a.wav"]) == [1, 2, 3])
    aborted.abort()
    #expect(fileBytes(scratch["a.wav"]) == [1, 2, 3])
    try writeFile(scratch["a.wav"], samples, format, .init(force: true))
    #expect(try readFile(scratch["a.wav"]).samples == samples)
    #expect(mode(scratch["a.wav"]) == 0o640)
    #expect(scratch.names == ["a.wav"])
  }

  @Test("A new file gets the mode that the umask leaves") func newMode() throws {
    let scratch = Scratch()
    let path = scratch["a.wav"]
    let status = exitStatus {
      umask(0o027)
      _ = try? writeFile(path, samples, format)
      return 0
    }
    #expect(status == 0)
    #expect(mode(path) == 0o640)
  }

  @Test("A file that appears while an output is written is not replaced") func appearedSince() throws {
    let scratch = Scratch()
    let writer = try AudioFileWriter(path: scratch["a.wav"], format: format)
    try write(writer)
    store([7], scratch["a.wav"])
    #expect(throws: SoundFileError.outputExists(path: scratch["a.wav"])) { try writer.finish() }
    #expect(fileBytes(scratch["a.wav"]) == [7])
    #expect(scratch.names == ["a.wav"])
  }

  @Test("A symbolic link stays, and its target is replaced or made", arguments: [true, false]) func links(exists: Bool) throws {
    let scratch = Scratch()
    if exists { store([1], scratch["target.wav"]) }
    symlink("target.wav", scratch["middle.wav"])
    symlink(scratch["middle.wav"], scratch["link.wav"])
    if exists {
      #expect(throws: SoundFileError.outputExists(path: scratch["link.wav"])) {
        try AudioFileWriter(path: scratch["link.wav"], format: format)
      }
    }
    try writeFile(scratch["link.wav"], samples, format, .init(force: exists))
    var status = stat()
    lstat(scratch["link.wav"], &status)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
    lstat(scratch["target.wav"], &status)
    #expect(status.st_mode & S_IFMT == S_IFREG)
    #expect(try readFile(scratch["target.wav"]).samples == samples)
    #expect(scratch.names == ["link.wav", "middle.wav", "target.wav"])
  }

  @Test("Paths that cannot be are refused by their reason") func badPaths() throws {
    let scratch = Scratch()
    func error(_ path: String) -> SoundFileError? {
      do {
        _ = try AudioFileWriter(path: path, format: format, options: .init(force: true))
        return nil
      } catch { return error }
    }
    #expect(error(scratch.path) == .outputIsDirectory(path: scratch.path))
    #expect(error(scratch["no/a.wav"]) == .missingDirectory(path: scratch["no/a.wav"], directory: scratch["no"]))
    #expect(error(scratch["new/"]) == .missingDirectory(path: scratch["new/"], directory: scratch["new/"]))
    symlink("loop", scratch["loop"])
    #expect(error(scratch["loop"]) == .linkLoop(path: scratch["loop"]))
    let long = scratch[String(repeating: "n", count: 251) + ".wav"]
    try writeFile(long, samples, format)
    #expect(try readFile(long).samples == samples)
    let tooLong = scratch[String(repeating: "n", count: 300) + ".wav"]
    #expect(throws: SoundFileError.self) { try writeFile(tooLong, samples, format) }
    #expect(scratch.names.count == 2)
  }

  @Test("A directory without permission is refused before anything is written") func directoryPermission() throws {
    let scratch = Scratch()
    let path = scratch["a.wav"], directory = scratch.path
    chmod(directory, 0o555)
    let status = exitStatus {
      if getuid() == 0 { setuid(65_534) }
      do {
        _ = try AudioFileWriter(path: path, format: format)
        return 1
      } catch {
        return error as? SoundFileError == .directoryNotWritable(path: path, directory: directory) ? 0 : 2
      }
    }
    chmod(directory, 0o755)
    #expect(status == 0)
  }

  @Test("/dev/null takes every container and stays a device", arguments: ["wav", "flac", "ogg", "mp3", "raw"])
  func devNull(name: String) throws {
    let format = try AudioFileFormat.output(path: "/dev/null", container: name, sampleRate: 48_000, channelCount: 2)
    #expect(try writeFile("/dev/null", samples, format).frameCount == 5_000)
    #expect(status(path: "/dev/null")!.st_mode & S_IFMT == S_IFCHR)
  }

  @Test("A full disk is an error that says so, at any container", arguments: ["wav", "raw", "flac", "ogg"])
  func fullDisk(name: String) throws {
    let format = try AudioFileFormat.output(path: "/dev/full", container: name, sampleRate: 48_000, channelCount: 2)
    let error = #expect(throws: SoundFileError.self) {
      for _ in 0..<10 { try writeFile("/dev/full", samples, format) }
    }
    guard case .diskFull("/dev/full", _) = error else {
      Issue.record("\(error?.description ?? "no error")")
      return
    }
  }

  @Test("A file that may not grow is an error, and leaves nothing", arguments: ["wav", "flac", "aiff"]) func sizeLimit(
    name: String
  ) throws {
    let scratch = Scratch()
    let format = try AudioFileFormat.output(path: "-", container: name, sampleRate: 48_000, channelCount: 2)
    let path = scratch["a"]
    let samples = floatNoise(channelCount: 2, frameCount: 100_000)
    let status = exitStatus {
      SignalCleanup.install()
      var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      do {
        try writeFile(path, samples, format)
        return 1
      } catch {
        guard case .fileTooLarge = error as? SoundFileError else { return 2 }
        return 0
      }
    }
    #expect(status == 0)
    #expect(scratch.names == [])
  }

  @Test("A reader that goes away is an error, not the end of the program") func brokenPipe() throws {
    let scratch = Scratch()
    mkfifo(scratch["fifo"], 0o600)
    let path = scratch["fifo"]
    let status = exitStatus {
      signal(SIGPIPE, SIG_IGN)
      let reader = open(path, O_RDONLY | O_NONBLOCK)
      guard let writer = try? AudioFileWriter(path: path, format: format) else { return 1 }
      close(reader)
      do {
        try write(writer)
        return 2
      } catch {
        guard case .readerGone = error as? SoundFileError else { return 3 }
        return 0
      }
    }
    #expect(status == 0)
    #expect(scratch.names == ["fifo"])
  }

  @Test(
    "SIGINT, SIGTERM and SIGHUP remove what is half written, and end with 128 + signal",
    arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func signals(number: Int32, wanted: Int32) throws {
    let scratch = Scratch()
    store([1], scratch["b.wav"])
    let paths = [scratch["a.wav"], scratch["b.wav"]]
    let status = exitStatus {
      SignalCleanup.install()
      let writers = paths.compactMap { try? AudioFileWriter(path: $0, format: format, options: .init(force: true)) }
      for writer in writers { _ = try? write(writer) }
      raise(number)
      return Int32(writers.count)
    }
    #expect(status == wanted)
    #expect(scratch.names == ["b.wav"])
    #expect(fileBytes(scratch["b.wav"]) == [1])
  }

  @Test("A signal that is ignored stays ignored") func ignoredSignal() {
    let status = exitStatus {
      signal(SIGHUP, SIG_IGN)
      SignalCleanup.install()
      raise(SIGHUP)
      return 7
    }
    #expect(status == 7)
  }

  @Test("A finished output is forgotten by the signal handler") func registryIsEmptied() throws {
    let scratch = Scratch()
    try writeFile(scratch["a.wav"], samples, format)
    let path = scratch["a.wav"]
    let ended = exitStatus {
      TemporaryFiles.unlinkAll()
      return access(path, F_OK) == 0 ? 0 : 1
    }
    #expect(ended == 0)
    // More outputs one after another than there are slots.
    for _ in 0..<TemporaryFiles.capacity + 10 {
      let slot = TemporaryFiles.enter("/nowhere/x")
      #expect(slot != nil)
      TemporaryFiles.leave(slot)
    }
  }

  @Test("The input can be its own output where forced, and is known to be the same") func inputIsOutput() throws {
    let scratch = Scratch()
    try writeFile(scratch["a.wav"], samples, format)
    symlink("a.wav", scratch["link.wav"])
    link(scratch["a.wav"], scratch["hard.wav"])
    #expect(SameFile.areSame(scratch["a.wav"], scratch["link.wav"]))
    #expect(SameFile.areSame(scratch["a.wav"], scratch["hard.wav"]))
    #expect(!SameFile.areSame(scratch["a.wav"], scratch["none.wav"]))
    #expect(!SameFile.areSame("/dev/null", "/dev/null"))
    let reader = try AudioFileReader(path: scratch["a.wav"])
    let writer = try AudioFileWriter(path: scratch["a.wav"], format: reader.format, options: .init(force: true))
    let planar = Planar(channelCount: 2, frameCount: 100)
    while true {
      let count = try reader.read(into: planar.channels, frameCount: 100)
      if count == 0 { break }
      try writer.write(planar.channels, frameCount: count)
    }
    _ = try writer.finish()
    #expect(try readFile(scratch["a.wav"]).samples == samples)
  }

  @Test("Memory does not grow with the length of a file") func constantMemory() throws {
    let scratch = Scratch()
    let path = scratch["a.wav"]
    let planar = Planar(channelCount: 2, frameCount: 4_096)
    func peakKilobytes() -> Int {
      var usage = rusage()
      getrusage(__rusage_who_t(0), &usage)
      return usage.ru_maxrss
    }
    // A process of its own, because other tests allocate at the same time.
    let status = exitStatus {
      do {
        let writer = try AudioFileWriter(path: path, format: format)
        for _ in 0..<10 { try writer.write(planar.channels, frameCount: 4_096) }
        let before = peakKilobytes()
        for _ in 0..<1_000 { try writer.write(planar.channels, frameCount: 4_096) }
        _ = try writer.finish()
        let reader = try AudioFileReader(path: path)
        var total = 0
        while true {
          let count = try reader.read(into: planar.channels, frameCount: 4_096)
          if count == 0 { break }
          total += count
        }
        // 16 MB went through, twice.
        return total == 1_010 * 4_096 && peakKilobytes() - before < 4_000 ? 0 : 1
      } catch { return 2 }
    }
    #expect(status == 0)
  }
}
