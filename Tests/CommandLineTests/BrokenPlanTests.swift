import Foundation
import Testing

/// Mistakes that show only at a sample rate and with channels: each patch with its complete expected text beside it.
@Suite("patches that cannot be compiled") struct BrokenPlanTests {
  static let folder = "\(ReadmeTests.root)/Tests/CommandLineTests/Fixtures/broken"
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".talea") }
    .sorted()

  @Test func thereAreSuchPatches() { #expect(Self.names.count >= 8) }

  @Test(arguments: names)
  func itsMessageIsComplete(_ name: String) throws {
    let run = Tool.run(["check", name], in: Self.folder)
    #expect(run.status == 2)
    let expected = try String(contentsOfFile: "\(Self.folder)/\(name.dropLast(".talea".count)).txt", encoding: .utf8)
    #expect(run.errors == expected)
  }
}
