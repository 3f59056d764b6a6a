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
      105 Hz Gain -3.1 dB Q 0.70`, `Preamp: -6.2 dB` and `GraphicEQ: 20 -1.2; 21 -1.1; …`), configurations of CamillaDSP (.yml), \
      impulse responses (sound files, and texts of numbers), and with --from sox a chain of SoX effects (`bass +3 gain -2`). What \
      has no counterpart stays in the patch as a comment and is named on standard error.
      """)

  enum Origin: String, ExpressibleByArgument, CaseIterable {
    case equalizer, sox, camilla, response
  }

  @ArgumentParser.Argument(help: ArgumentHelp("The file to read.", valueName: "file"))
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The patch to write; without it, it is printed.", valueName: "patch"))
  var output: String?

  @Option(help: "What the file is: equalizer, sox, camilla or response. [default: by its name and what stands in it]")
  var from: Origin?

  @Flag(help: "Replace an existing patch.")
  var force = false

  func run() throws {
    var imported = ImportedPatch(title: title, origin: fileName(input))
    if isSound {
      try addSound(to: &imported)
      return try finish(imported)
    }
    let source: Source
    do throws(SourceFailure) {
      source = try DiskLoader().load(input)
    } catch {
      throw PatchFileError(path: input, reason: error.reason)
    }
    let text = String(decoding: source.bytes, as: UTF8.self)
    switch from ?? origin(of: text) {
    case .equalizer: EqualizerText.read(text, into: &imported)
    case .sox: SoxChain.read(text, into: &imported)
    case .response: ImpulseResponseText.read(text, into: &imported)
    case .camilla:
      do throws(YAMLNode.Mistake) {
        try CamillaConfiguration.read(text, folder: folder, into: &imported)
      } catch {
        throw CommandError.failed("\(input):\(error.line): \(error.reason)")
      }
    }
    try finish(imported)
  }

  private func origin(of text: String) -> Origin {
    let name = input.lowercased()
    if name.hasSuffix(".sox") { return .sox }
    if name.hasSuffix(".yml") || name.hasSuffix(".yaml") { return .camilla }
    return ImpulseResponseText.isOne(text) ? .response : .equalizer
  }

  /// Whether it is a response as a sound file, by its name.
  private var isSound: Bool {
    let endings = [".wav", ".flac", ".aif", ".aiff", ".w64", ".rf64", ".caf"]
    return (from == nil || from == .response) && endings.contains { input.lowercased().hasSuffix($0) }
  }

  /// The file is named from where the patch stands.
  private func addSound(to patch: inout ImportedPatch) throws {
    let file = try AudioFileReader(path: input)
    let folder = { (path: String) in path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }
    let isBeside = output.map { folder($0) == folder(input) } ?? true
    var path = fileName(input)
    if !isBeside, let absolute = realpath(input, nil) {
      path = String(cString: absolute)
      free(absolute)
    }
    guard !path.contains("\"") else { throw CommandError.failed("\(input): a patch cannot name a file with a quote in its name") }
    patch.add("convolve \"\(path)\"", words: "\(file.format.channelCount) channels, \(file.format.frameCount ?? 0) frames")
  }

  /// Where the file stands; empty, or with a slash at its end.
  private var folder: String { input.lastIndex(of: "/").map { String(input[...$0]) } ?? "" }

  private func finish(_ imported: ImportedPatch) throws {
    guard !imported.isEmpty else {
      // What stands first in a file is rarely why: all reasons are told, up to a screenful.
      let reasons = imported.leftOut.prefix(10).map { "\n  line \($0.line): \($0.words): \($0.reason)" }.joined()
      throw CommandError.failed(
        "\(input): nothing in it could be imported" + (reasons.isEmpty ? ", it holds no filters and no effects" : reasons))
    }
    let patch = imported.text
    // What is written must be a patch: values out of an effect's range are found here.
    _ = try resolve(
      PatchLanguage.parse(Source(name: output ?? folder + "import.talea", text: patch)), catalog: .standard, loader: FileLoader())
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
