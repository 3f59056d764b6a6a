import Glibc
import Talea

/// Where a picture goes: SVG as it is, PNG through librsvg's program.
enum PictureFile {
  static let endings = [".svg", ".png"]

  /// Writes a picture, which appears whole or not at all.
  ///
  /// - Parameter svg: its text.
  /// - Throws: `SoundFileError` where the file is there already or cannot be made; `CommandError` where it cannot be converted.
  static func write(_ svg: String, to path: String, force: Bool) throws {
    guard path.hasSuffix(".png") else { return try writeText(svg, to: path, force: force) }
    let file = try OutputFile(path: path, force: force)
    do { try convert(svg, into: file.descriptor, path) } catch {
      file.abort()
      throw error
    }
    try file.commit()
  }

  /// Twice the size in pixels that the picture has in its own units, so that letters are sharp.
  private static let command = ["rsvg-convert", "--format=png", "--zoom=2", "--unlimited"]

  private static func convert(_ svg: String, into descriptor: Int32, _ path: String) throws {
    let (input, complaints) = (try scratchFile(path), try scratchFile(path))
    defer {
      fclose(input)
      fclose(complaints)
    }
    try put(svg, into: fileno(input), path)
    lseek(fileno(input), 0, SEEK_SET)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (file, stream) in [(fileno(input), STDIN_FILENO), (descriptor, STDOUT_FILENO), (fileno(complaints), STDERR_FILENO)] {
      posix_spawn_file_actions_adddup2(&actions, file, stream)
    }
    var process = pid_t()
    let arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    let code = posix_spawnp(&process, command[0], &actions, nil, arguments, environ)
    guard code == 0 else {
      throw CommandError.failed(
        "\(path): \(command[0]), which makes PNG out of SVG, \(code == ENOENT ? "is not installed" : "cannot be run: " + reason(code)); "
          + "install the package librsvg2-bin, or let the picture's name end in .svg")
    }
    var state: Int32 = 0
    while waitpid(process, &state, 0) < 0 && errno == EINTR {}
    guard state == 0 else {
      let text = contents(fileno(complaints)).split(separator: "\n").first.map(String.init) ?? "it ended without a word"
      throw CommandError.failed("\(path): \(command[0]) could not convert the picture: \(text)")
    }
  }

  /// A file without a name.
  private static func scratchFile(_ path: String) throws -> UnsafeMutablePointer<FILE> {
    guard let file = tmpfile() else { throw CommandError.failed("\(path): no room for a temporary file: \(reason(errno))") }
    return file
  }

  private static func put(_ text: String, into descriptor: Int32, _ path: String) throws {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw CommandError.failed("\(path): no room for a temporary file: \(reason(errno))") }
      written += count
    }
  }

  private static func contents(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
