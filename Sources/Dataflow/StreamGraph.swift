/// Nodes that process streams frame by frame, and the edges between them, each with the exact rate of its frames.
///
/// Every node is causal and phased: when N frames of the reference clock have passed, an edge of rate r has carried exactly
/// ceil(N r) frames beyond its initial tokens, however the N frames were cut into blocks.
public struct StreamGraph: Sendable, Hashable {
  public struct Edge: Sendable, Hashable {
    public var from: Int
    public var to: Int
    /// Frames that wait on the edge before the stream starts.
    public var initialTokens: Int
    /// Frames of this edge per frame of the reference clock; above 0.
    public var rate: Rational

    public init(from: Int, to: Int, initialTokens: Int = 0, rate: Rational = 1) {
      precondition(initialTokens >= 0 && rate > 0, "tokens cannot be negative, and a rate is above 0")
      self.from = from
      self.to = to
      self.initialTokens = initialTokens
      self.rate = rate
    }
  }

  public let nodeCount: Int
  public let edges: [Edge]

  /// - Precondition: edges join nodes below `nodeCount`.
  public init(nodeCount: Int, edges: [Edge]) {
    let nodes = 0..<nodeCount
    precondition(edges.allSatisfy { nodes.contains($0.from) && nodes.contains($0.to) }, "an edge joins two nodes")
    self.nodeCount = nodeCount
    self.edges = edges
  }
}
