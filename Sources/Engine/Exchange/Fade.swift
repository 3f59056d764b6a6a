import CRealtime
import Signal

/// One edge on its way into a patch that plays, or out of it. Counts its own frames from when it was made.
///
/// `in` is silent for a while, then rises to unity in a straight line; `out` passes for as long and falls to silence. The
/// two add up to one. A `remainder` passes what a removed actor still sounds until that has stayed under -100 dBFS for
/// long enough, has taken too long, or is told to end, and then falls to silence.
///
/// Real-time safe, but for the cell by which it is told and tells.
struct Fade: Effect, ~Copyable {
  enum Mode: String { case `in`, out, remainder }

  static let spec = EffectSpec(
    name: "fade", category: "", summary: "Fades an edge in or out.", discussion: "", example: "",
    arguments: [
      .structural(StructuralSpec("mode", .word(["in", "out", "remainder"]), default: nil, "")),
      .structural(StructuralSpec("wait", .integer(0...Int.max), default: nil, "Frames before it begins.")),
      .structural(StructuralSpec("frames", .integer(1...Int.max), default: nil, "How long it takes.")),
      .structural(StructuralSpec("proof", .integer(0...Int.max), default: nil, "Frames of silence that prove an end.")),
      .structural(StructuralSpec("limit", .integer(0...Int.max), default: nil, "Frames after which a remainder ends.")),
      .structural(StructuralSpec("generation", .integer(0...Int.max), default: nil, "Which exchange made it.")),
    ])

  private let mode: Mode
  private let channelCount: Int
  private let frames: Int
  private let proof: Int
  private let limit: Int
  private let step: Float
  /// Frames before the fade begins.
  private var wait: Int
  /// Frames of the fade done.
  private var done = 0
  private var age = 0
  private var quiet = 0
  /// 0 while it passes; 1 when it was told to end; 2 when nothing more comes.
  private let cell: OwnedBuffer<Int64>

  init(_ context: RenderContext) {
    let configuration = context.configuration
    mode = Mode(rawValue: configuration.word("mode"))!
    channelCount = context.inputChannels[0]
    (wait, frames) = (configuration.integer("wait"), configuration.integer("frames"))
    (proof, limit) = (configuration.integer("proof"), configuration.integer("limit"))
    step = 1 / Float(configuration.integer("frames"))
    cell = OwnedBuffer(count: 1, memory: context.memory)
  }

  /// Tells the kernel at an address to end. From any thread.
  static func end(_ kernel: UnsafeMutableRawPointer) {
    let cell = kernel.assumingMemoryBound(to: Fade.self).pointee.cell.base
    if talea_load(cell) == 0 { talea_store(cell, 1) }
  }

  /// Whether nothing more comes from the kernel at an address. From any thread.
  static func isOver(_ kernel: UnsafeMutableRawPointer) -> Bool {
    talea_load(kernel.assumingMemoryBound(to: Fade.self).pointee.cell.base) == 2
  }

  @_noAllocation @_noLocks
  mutating func apply(_ values: ParameterValues, over frames: Int) {}

  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) {
    for n in 0..<block.frameCount {
      var loudest: Float = 0
      let factor = factor()
      for channel in 0..<channelCount {
        let sample = block.input(channel)[n]
        loudest = max(loudest, sample.magnitude)
        block.output(channel)[n] = factor == 1 ? sample : sample * factor
      }
      advance(loudest)
    }
  }

  static var hasFrameStep: Bool { true }

  @_noAllocation @_noLocks
  mutating func processFrame(_ frame: AudioFrame) { process(frame.block) }

  /// Of the next frame.
  @inline(__always) @_noAllocation @_noLocks
  private func factor() -> Float {
    let share = done >= frames ? 1 : Float(done) * step
    return mode == .in ? share : 1 - share
  }

  @inline(__always) @_noAllocation @_noLocks
  private mutating func advance(_ loudest: Float) {
    if mode == .remainder, done == 0 {
      age += 1
      quiet = loudest < 1e-5 ? quiet + 1 : 0
      if quiet < proof && age < limit && talea_load(cell.base) == 0 { return }
    } else if wait > 0 {
      wait -= 1
      return
    }
    guard done < frames else { return }
    done += 1
    if done == frames { talea_store(cell.base, 2) }
  }

  /// What it has counted is no sound: a silenced edge goes on where it is.
  @_noAllocation @_noLocks
  mutating func reset() {}
}
