import ArgumentParser
import Glibc
import PatchLanguage
import SoundFiles
import Talea

/// `talea import FILE [-o PATCH]`
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Turn another program's settings into a patch.",
    discussion: """
      Reads the parametric equalizers that AutoEQ, Equalizer APO and Room EQ Wizard write (lines such as `Filter 1: ON PK Fc \
      105 Hz Gain -3.1 dB Q 0.70` and `Preamp: -6.2 dB`), and with --from sox a chain of SoX effects (`bass +3 gain -2`). What \
      has no counterpart stays in the patch as a comment and is named on standard error.
      """)

  enum Origin: String, ExpressibleByArgument, CaseIterable {
    case equalizer, sox
  }

  @ArgumentParser.Argument(help: ArgumentHelp("The file to read.", valueName: "file"))
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The patch to write; without it, it is printed.", valueName: "patch"))
  var output: String?

  @Option(help: "What the file is: equalizer or sox. [default: sox where its name ends in .sox]")
  var from: Origin?

  @Flag(help: "Replace an existing patch.")
  var force = false

  func run() throws {
    let source: Source
    do throws(SourceFailure) {
      source = try DiskLoader().load(input)
    } catch {
      throw PatchFileError(path: input, reason: error.reason)
    }
    var imported = ImportedPatch(title: title, origin: fileName(input))
    let text = String(decoding: source.bytes, as: UTF8.self)
    switch from ?? (input.hasSuffix(".sox") ? .sox : .equalizer) {
    case .equalizer: EqualizerText.read(text, into: &imported)
    case .sox: SoxChain.read(text, into: &imported)
    }
    guard !imported.steps.isEmpty else {
      throw CommandError.failed(
        "\(input): nothing in it could be imported"
          + (imported.leftOut.first.map { "; line \($0.line): \($0.reason)" } ?? ", it holds no filters and no effects"))
    }
    let patch = imported.text
    // What is written must be a patch: values out of an effect's range are found here.
    _ = try resolve(PatchLanguage.parse(Source(name: output ?? input, text: patch)), catalog: .standard)
    for item in imported.leftOut { Console.shared.write("warning: \(input):\(item.line): not imported: \(item.reason)\n") }
    guard let output else { return try printText(patch) }
    try writeText(patch, to: output, force: force)
  }

  /// The file's name without its ending.
  private var title: String {
    let name = fileName(input)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}

/// Writes a text to a file that appears whole or not at all.
///
/// - Throws: `SoundFileError` where the file is there already or cannot be made, `CommandError` where it cannot be written.
func writeText(_ text: String, to path: String, force: Bool) throws {
  let file = try OutputFile(path: path, force: force)
  let bytes = Array(text.utf8)
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBytes { write(file.descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else {
      file.abort()
      throw CommandError.failed("\(path): cannot write: \(String(cString: strerror(errno)))")
    }
    written += count
  }
  try file.commit()
}
