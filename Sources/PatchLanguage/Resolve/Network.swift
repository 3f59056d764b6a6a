import Signal

/// The graph while it is being resolved: flat already, but instances still have their ports as vertices of their own.
struct Network {
  struct Vertex {
    enum Kind {
      case effect(EffectType)
      case input
      case output
      /// A port of an instance: what enters leaves unchanged. None is left in the graph.
      case junction
    }

    var address: String
    var kind: Kind
    var configuration = EffectConfiguration()
    var parameters: [Parameter] = []
    var span: SourceSpan?
    /// The inputs that a connection names, also where the connection is wrong otherwise.
    var fed: Set<Int> = []
    /// Whether it belongs to a node that nothing connects; none is left in the graph.
    var isUnused = false
  }

  struct Parameter {
    var parameter: Graph.Parameter
    /// Whether the patch gives its value; a default may be driven by a signal, a written value may not.
    var isWritten: Bool
    /// Whether it has neither a value nor a default: only a signal can then give it one.
    var isMissing = false
  }

  struct Wire {
    enum Target: Hashable {
      case port(Int)
      case parameter(Int)
      /// The parameter of an instance; `to` has no meaning then.
      case control(Int)
    }

    var from: Int
    var outputPort: Int
    var outputChannel: Int?
    var to: Int
    var target: Target
    var inputChannel: Int?
    var tokens: Graph.Edge.Tokens?
    var isUnaligned: Bool
    var span: SourceSpan
    var tokenSpan: SourceSpan?
    var fromSpan: SourceSpan
    var toSpan: SourceSpan
    /// Where tokens would be written.
    var arrow: Graph.Arrow?
  }

  struct Control {
    var control: Graph.Control
    /// As the patch names it, for messages.
    var name: String
    /// Whether it belongs to an instance: an outer signal may drive it.
    var isInstanceParameter: Bool
    /// Whether it is a parameter of a `def` rather than a `control`; then something that shapes the graph may read it,
    /// which fixes it.
    var isDefinitionParameter: Bool
    var hasWrittenScale: Bool
    /// Where a MIDI controller is written that turns it.
    var midiSpan: SourceSpan?
    /// The argument that gives its value, where there is one.
    var argumentSpan: SourceSpan?
    /// Where something that shapes the graph reads it.
    var structuralUse: SourceSpan?

    /// Whether an outer signal drives what it would set; it is then no control of the graph.
    var isDriven = false

    var isFixable: Bool { isDefinitionParameter && control.expression == nil }
  }

  /// One input of a vertex.
  struct Inlet: Hashable {
    var vertex: Int
    var port: Int
  }

  var vertices: [Vertex] = []
  var wires: [Wire] = []
  /// A control reads only controls that stand before it.
  var controls: [Control] = []
  /// How many of the vertices are effects.
  var effectCount = 0

  /// Where the network ends at present.
  var end: End {
    End(vertices: vertices.count, wires: wires.count, controls: controls.count, effects: effectCount)
  }

  struct End {
    var vertices: Int
    var wires: Int
    var controls: Int
    var effects: Int
  }

  /// Takes back what was added after `end`.
  mutating func cut(to end: End) {
    vertices.removeSubrange(end.vertices...)
    wires.removeSubrange(end.wires...)
    controls.removeSubrange(end.controls...)
    effectCount = end.effects
  }
}
