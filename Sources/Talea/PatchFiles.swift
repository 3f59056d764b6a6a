import DSP
import PatchLanguage
import Signal

/// A patch's file that could not be read.
public struct PatchFileError: Error, Sendable, Hashable, CustomStringConvertible {
  public let path: String
  public let reason: String

  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  public var description: String { "\(path): \(reason)" }
}

extension ResolvedPatch {
  /// Reads a patch from a file, with the files that it uses.
  ///
  /// - Throws: `PatchFileError` where the file cannot be read, `PatchFailure` with everything that is wrong in it.
  public init(contentsOf path: String, catalog: Catalog = .standard) throws {
    let source: Source
    do { source = try DiskLoader().load(path) } catch { throw PatchFileError(path: path, reason: error.reason) }
    self = try resolve(parse(source), catalog: catalog)
  }

  /// Reads a chain of effects such as `gain -3dB -> reverb decay=2s`.
  ///
  /// - Throws: `PatchFailure` with everything that is wrong in it.
  public init(chain: String, catalog: Catalog = .standard) throws(PatchFailure) {
    self = try resolve(parseChain(chain), catalog: catalog)
  }
}
