/// Edges of which at least one must hold at least so many tokens, or the graph gets stuck.
///
/// Actors that wait for one another in a circle, each for tokens or for room, wait for ever: whatever capacities lets
/// them go on gives one of the edges without room what its writer's next firing needs.
struct StorageConflict: Hashable {
  struct Need: Hashable {
    var edge: Int
    /// Capacity from which on the edge does not block the circle.
    var tokens: Int
  }

  /// Ascending by edge; one per edge.
  var needs: [Need]

  /// In a circle each edge occurs once.
  init(_ needs: [Need]) { self.needs = needs.sorted { $0.edge < $1.edge } }

  func isResolved(_ capacities: [Int]) -> Bool { needs.contains { capacities[$0.edge] >= $0.tokens } }
}
