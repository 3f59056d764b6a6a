import Foundation
import Talea
import Testing

/// `docs/embedding.md`: its programs, in a package that depends on a tagged clone of this one.
@Suite("embedding") struct EmbeddingTests {
  let scratch = Scratch()
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The Swift blocks of the page, in order.
  static func blocks() throws -> [String] {
    let page = try String(contentsOfFile: root + "/docs/embedding.md", encoding: .utf8)
    return page.components(separatedBy: "```swift\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
  }

  @Test func theProgramsOfThePageRunInAPackageThatDependsOnATaggedClone() throws {
    // The clone holds the working tree, also where that is no repository.
    let clone = Tool.shell(
      """
      git clone -q '\(Self.root)' talea 2> /dev/null || git init -q talea
      cp -R '\(Self.root)/Package.swift' '\(Self.root)/Sources' talea/
      cd talea && git add -A && git -c user.name=test -c user.email=test@localhost commit -q --allow-empty -m test
      git tag \(Talea.version)
      """, in: scratch.path)
    #expect(clone.status == 0, "\(clone.errors)")

    let blocks = try Self.blocks()
    #expect(blocks.count == 4)
    let url = "https://example.org/talea.git"
    #expect(blocks[0].contains("\"\(url)\", from: \"\(Talea.version)\""))
    try FileManager.default.createDirectory(atPath: scratch["client/Sources/Client"], withIntermediateDirectories: true)
    scratch.write(blocks[0].replacingOccurrences(of: url, with: "file://\(scratch["talea"])"), to: "client/Package.swift")
    // The first program as it stands; the others in functions of their own that it calls at its end.
    var main = blocks[1]
    for (index, block) in blocks.dropFirst(2).enumerated() {
      let body = block.replacingOccurrences(of: "import Talea\n", with: "")
      scratch.write(
        "import Talea\n\nfunc program\(index)() throws {\(body)}\n", to: "client/Sources/Client/Program\(index).swift")
      main += "\ntry program\(index)()\n"
    }
    scratch.write(main, to: "client/Sources/Client/main.swift")
    try scratch.makeSound("client/dry.wav", impulse(4_800), encoding: .f32)

    // A cache of its own leaves the user's alone; what the tests were built with is used again instead of the network.
    let build = Tool.shell(
      """
      cd client
      \(mirrors())
      swift build --cache-path ../cache 2>&1
      """, in: scratch.path)
    #expect(build.status == 0, "\(build.outputText.suffix(4_000))")
    let run = Tool.shell("cd client && .build/debug/Client", in: scratch.path)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.outputText.split(separator: "\n")
    #expect(lines.count == 3, "\(run.outputText)")
    #expect(lines.last?.hasPrefix("1024 frames, latency 0, ") == true)

    // The command line makes the same file.
    let command = scratch.talea(
      "process", "client/dry.wav", "wet.wav", "--chain", "lowpass 3kHz -> delay 250ms feedback=40% mix=30%", "--set",
      "lowpass.cutoff=2kHz")
    #expect(command.status == 0, "\(command.errors)")
    #expect(scratch.data("wet.wav") == scratch.data("client/wet.wav"))
    #expect(blocks[1].split(separator: "\n").count < 10)
  }

  /// Commands that point the client at the checkouts beside the tests.
  private func mirrors() -> String {
    var folder = URL(fileURLWithPath: Tool.path).deletingLastPathComponent()
    while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path + "/checkouts") {
      folder.deleteLastPathComponent()
    }
    let checkout = folder.path + "/checkouts/swift-argument-parser"
    guard FileManager.default.fileExists(atPath: checkout) else { return "" }
    return "swift package --cache-path ../cache config set-mirror --original https://github.com/apple/swift-argument-parser "
      + "--mirror 'file://\(checkout)'"
  }
}
