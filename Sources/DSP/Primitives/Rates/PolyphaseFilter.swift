import CRealtime
import Signal

/// The filters of a `RateConversion`, running on some channels. It owns the coefficients and the input frames they meet.
///
/// The sums of an output frame are made in one order, whatever the cuts, the channels beside it or the frames of its
/// tile that are wanted now.
struct PolyphaseFilter: ~Copyable {
  private let single: OwnedBuffer<Float>
  private let double: OwnedBuffer<Double>
  private var window: StreamWindow
  private let channelCount: Int
  private let shape: Shape

  /// What the inner loops need to know of the conversion.
  private struct Shape: BitwiseCopyable {
    var outputStep: Int
    var inputStep: Int
    var groupSize: Int
    var tapCount: Int
    var firstPrecise: Int
    var preciseCount: Int
    /// Single-precision coefficients of one phase.
    var singleCount: Int { tapCount - preciseCount }
  }

  init(_ conversion: RateConversion, _ context: RenderContext) {
    shape = Shape(
      outputStep: conversion.outputStep, inputStep: conversion.inputStep, groupSize: conversion.groupSize,
      tapCount: conversion.tapCount, firstPrecise: conversion.firstPrecise, preciseCount: conversion.preciseCount)
    channelCount = context.inputChannels[0]
    single = OwnedBuffer(count: shape.outputStep * shape.singleCount, memory: context.memory)
    double = OwnedBuffer(count: shape.outputStep * shape.preciseCount, memory: context.memory)
    window = StreamWindow(
      channels: channelCount, retained: conversion.retainedFrameCount, longest: context.maximumInputFrameCount,
      memory: context.memory)
    let precise = shape.firstPrecise..<shape.firstPrecise + shape.preciseCount
    var nextSingle = 0, nextDouble = 0
    for phase in 0..<shape.outputStep {
      for (tap, coefficient) in conversion.taps(phase: phase).enumerated() {
        if precise.contains(tap) {
          double[nextDouble] = coefficient
          nextDouble += 1
        } else {
          single[nextSingle] = Float(coefficient)
          nextSingle += 1
        }
      }
    }
  }

  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) {
    window.append(block)
    let size = shape.groupSize == 1 ? 4 : shape.groupSize
    // Only frames that share a window must start where their group does.
    let first = shape.groupSize == 1 ? block.position : block.position - block.position % size
    var place = FramePlace(first, shape.outputStep, shape.inputStep, stride: shape.groupSize)
    var frame = first - block.position
    while frame < block.frameCount {
      var tile = Tile(place)
      if shape.groupSize == 1 {
        // Frames beyond the block repeat its last one; they are not stored.
        for k in 1..<4 {
          if frame + k < block.frameCount { place.advance() }
          tile.set(k, place)
        }
      }
      place.advance()
      run(tile, block, frame, size)
      frame += size
    }
  }

  @_noAllocation @_noLocks
  mutating func reset() { window.clear() }

  /// Computes up to four output frames, of which `frame` is the first, on all channels.
  @inline(__always) @_noAllocation @_noLocks
  private func run(_ tile: Tile, _ block: AudioBlock, _ frame: Int, _ size: Int) {
    let after = shape.firstPrecise + shape.preciseCount
    let kind: TileKind =
      shape.groupSize > 1 ? (size == 4 ? .sharedFour : .sharedThree) : shape.outputStep == 1 ? .oneRow : .separate
    let singles = UnsafePointer(single.base), doubles = UnsafePointer(double.base)
    let oldest = tile.newest0 - shape.tapCount + 1
    var channel = 0
    while channel < channelCount {
      // A last odd channel keeps itself company.
      let other = channel + 1 == channelCount ? channel : channel + 1
      let x = window.frames(channel, at: oldest), y = window.frames(other, at: oldest)
      var sums = TapSums()
      sums.add(singles, rowLength: shape.singleCount, start: 0, x, y, shape.firstPrecise, tile, kind)
      var frames = sums.frames()
      if shape.preciseCount > 0 {
        sums.add(
          singles, rowLength: shape.singleCount, start: shape.firstPrecise, x + after, y + after, shape.tapCount - after, tile,
          kind)
        var precise = PreciseTapSums(sums)
        precise.add(
          doubles, rowLength: shape.preciseCount, start: 0, x + shape.firstPrecise, y + shape.firstPrecise, shape.preciseCount,
          tile, kind)
        frames = precise.frames()
      }
      store(frames.0, block.output(channel), frame, block.frameCount, size)
      store(frames.1, block.output(other), frame, block.frameCount, size)
      channel += 2
    }
  }
}

/// Stores lane `k < size` at frame `first + k` where that is one of `0 ..< count`.
@inline(__always) @_noAllocation @_noLocks
private func store(_ frames: SIMD4<Float>, _ output: UnsafeMutablePointer<Float>, _ first: Int, _ count: Int, _ size: Int) {
  if size == 4, first >= 0, first + 4 <= count {
    UnsafeMutableRawPointer(output + first).storeBytes(of: frames, as: SIMD4<Float>.self)
  } else {
    for frame in 0..<size where first + frame >= 0 && first + frame < count { output[first + frame] = frames[frame] }
  }
}
