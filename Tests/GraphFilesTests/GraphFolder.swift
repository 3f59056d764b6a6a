import Dataflow
import Foundation
import GraphFiles
import PatchLanguage

/// The graphs that others have published figures about; each file says where it comes from.
enum GraphFolder {
  static let names: [String] = {
    let files = try! FileManager.default.contentsOfDirectory(atPath: folder.path)
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }()

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Graphs")

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent("\(name).json")))
  }

  static func file(_ name: String) throws -> GraphFile { try GraphFile(Source(name: "\(name).json", bytes: try bytes(name))) }
}

extension GraphFile {
  /// Firings by name.
  func firings(_ repetitions: RepetitionVector) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: zip(graph.actors.map(\.name), repetitions.firings))
  }
}
