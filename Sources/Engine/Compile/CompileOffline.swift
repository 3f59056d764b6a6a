import PatchLanguage
import Signal

/// Compiles for rendering as fast as it goes: the block follows from the plan unless it is given, and several threads get
/// shares that are balanced by what each actor costs on this machine, measured for a moment. Neither changes a byte.
///
/// - Parameters:
///   - options: `maximumFrameCount` is not read.
///   - block: frames per call; nil for as many as keep the buffers of a large patch in the second-level cache.
/// - Throws: as `compile`.
public func compileOffline(
  _ graph: Graph, catalog: Catalog, options: CompileOptions = CompileOptions(), block: Int? = nil
) throws(PatchFailure) -> Plan {
  var options = options
  let threads = options.threads
  options.threads = 1
  options.retimesLoops = true
  options.maximumFrameCount = block ?? longestBlock
  var plan = try compile(graph, catalog: catalog, options: options)
  if block == nil {
    options.maximumFrameCount = blockForCache(plan)
    if options.maximumFrameCount < longestBlock { plan = try compile(graph, catalog: catalog, options: options) }
  }
  guard threads > 1 else { return plan }
  options.threads = threads
  options.measuredCosts = Executor(plan).measuredCosts(over: 0)
  return try compile(graph, catalog: catalog, options: options)
}

/// Beyond it the cost of a call is spread over enough frames: measured, blocks of 512 to 8,192 frames differ by 2 %.
private let longestBlock = 1_024
/// Below it calls cost more than caches give back.
private let shortestBlock = 256
/// What a second-level cache holds beside the actors' own memory, on any processor that serves.
private let cacheBytes = 1 << 19

/// The block with which the buffers, which grow with it, still lie in the cache; or the shortest one.
private func blockForCache(_ plan: Plan) -> Int {
  var block = plan.options.maximumFrameCount
  var bytes = plan.arenaFloats * MemoryLayout<Float>.stride
  while bytes > cacheBytes && block > shortestBlock { (block, bytes) = (block / 2, bytes / 2) }
  return block
}
