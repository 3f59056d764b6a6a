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
    self = try resolve(parse(source), catalog: catalog, loader: FileLoader())
  }

  /// Reads a chain of effects such as `gain -3dB -> reverb decay=2s`. It starts at `in` and ends at `out`; one that begins
  /// with a generator starts there: `noise -> lowpass 1kHz`.
  ///
  /// - Throws: `PatchFailure` with everything that is wrong in it.
  public init(chain: String, catalog: Catalog = .standard) throws(PatchFailure) {
    var patch = try parseChain(chain)
    if case .connection(var connection)? = patch.statements.first, connection.elements.count > 1,
      connection.elements[0].isImplied, connection.elements[1].isGenerator(in: catalog)
    {
      connection.elements.removeFirst()
      patch.statements[0] = .connection(connection)
    }
    self = try resolve(patch, catalog: catalog, loader: FileLoader())
  }
}

extension Connection.Element {
  /// Whether it was put there, not written.
  fileprivate var isImplied: Bool {
    if case .endpoint(let endpoint) = self { endpoint.span.start == endpoint.span.end } else { false }
  }

  fileprivate func isGenerator(in catalog: Catalog) -> Bool {
    let name: String
    switch self {
    case .endpoint(let endpoint): name = endpoint.node.value
    case .call(let call): name = call.name.value
    case .edge: return false
    }
    guard let spec = catalog[name]?.spec else { return false }
    return spec.inputs.isEmpty && spec.list?.itemsArePorts != true
  }
}
