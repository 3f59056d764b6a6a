/// How long an analysis may look for a better answer. Each counts its own steps, never seconds, so that one graph and one
/// effort give one answer on every machine.
public enum Effort: String, Sendable, Hashable, CaseIterable {
  /// Near-linear passes alone: what a live system or a graph of thousands of actors wants.
  case fast
  /// Searches that end within some 2 s for up to 50 actors, and within 1 s for 200.
  case `default`
  /// Searches of up to a minute.
  case thorough
}
