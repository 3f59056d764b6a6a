import PatchLanguage
import Signal

/// What a person is told about a patch, as `talea check` prints it; empty where nothing is wrong.
///
/// - Parameter source: named by its path, from which files that it uses are found.
func messages(about source: Source) -> String {
  do {
    let resolved = try resolve(parse(source), catalog: .stub)
    return render(resolved.warnings, sources: resolved.graph.sources)
  } catch {
    return render(error)
  }
}
