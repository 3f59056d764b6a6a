import Foundation
import Testing

/// Reads the project's own sources.
@Suite("package structure") struct StructureTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// From the ground up: a target imports only those before it.
  static let order = [
    "CRealtime", "CSndFile", "CALSA", "Dataflow", "Signal", "DSP", "PatchLanguage", "GraphFiles", "Engine", "SoundFiles",
    "ALSADevices", "Live", "Talea", "CommandLine",
  ]
  /// What else a target may import.
  static let outside: [String: Set<String>] = [
    "SoundFiles": ["Glibc", "Synchronization"], "PatchLanguage": ["Glibc"], "Engine": ["Glibc"], "Talea": ["Glibc"],
    "ALSADevices": ["Glibc"], "Live": ["Glibc", "Synchronization"],
    "CommandLine": ["Glibc", "Synchronization", "ArgumentParser"],
  ]

  static func sources(in folder: String) -> [URL] {
    let files = FileManager.default.enumerator(at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
    return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }.sorted { $0.path < $1.path }
  }

  static func imports(of file: URL) throws -> [String] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let place = words.firstIndex(of: "import"), place <= 2, words.count > place + 1 else { return nil }
      guard words[..<place].allSatisfy({ $0.hasPrefix("@") || ["public", "package", "internal", "private"].contains($0) })
      else { return nil }
      return words[place + 1].split(separator: ".").first.map(String.init)
    }
  }

  @Test(arguments: order.filter { !$0.hasPrefix("C") || $0 == "CommandLine" })
  func importsGoOneWayOnly(target: String) throws {
    let place = try #require(Self.order.firstIndex(of: target))
    let allowed = Set(Self.order[..<place]).union(Self.outside[target] ?? [])
    let files = Self.sources(in: "Sources/\(target)")
    #expect(!files.isEmpty)
    for file in files {
      for name in try Self.imports(of: file) {
        #expect(allowed.contains(name), "\(file.lastPathComponent) of \(target) imports \(name)")
      }
    }
  }

  @Test func everyTargetOfTheSourcesIsInTheOrder() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appendingPathComponent("Sources").path)
    #expect(Set(folders) == Set(Self.order))
  }

  @Test func realTimeFunctionsOfEveryEffectAreAnnotated() throws {
    for file in Self.sources(in: "Sources/DSP/Effects") {
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() {
        guard ["process(", "processFrame(", "apply(", "reset("].contains(where: { line.contains("mutating func \($0)") }) else {
          continue
        }
        // Or between `#if !DEBUG` and `#endif`.
        let isConditional = index > 1 && lines[index - 1].hasSuffix("#endif")
        let above = index == 0 ? "" : lines[isConditional ? index - 2 : index - 1]
        let isAnnotated = (above + line).contains("@_noAllocation") && (above + line).contains("@_noLocks")
        #expect(isAnnotated, "\(file.lastPathComponent):\(index + 1) lacks @_noAllocation @_noLocks")
      }
    }
  }

  @Test func filesStaySmallEnoughToRead() throws {
    for file in Self.sources(in: "Sources") {
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 320, "\(file.lastPathComponent) has \(lines) lines")
    }
  }
}
