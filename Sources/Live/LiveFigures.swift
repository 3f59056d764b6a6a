import CRealtime

/// The figures that the audio thread keeps and other threads look at while it runs. Each is written by the audio thread
/// alone and read whole; figures read one after another may belong to neighbouring blocks.
final class LiveFigures: Sendable {
  enum Place: Int, CaseIterable {
    case position, blocks, loadSum, loadWorst, limitedFrames, peak, missingFrames, hasFinished, drift
    case patchPosition, isBypassed, heartbeat
  }
  static let histogramLength = 512
  nonisolated(unsafe) private let memory: UnsafeMutablePointer<Int64>
  private static let length = Place.allCases.count + histogramLength

  init() {
    memory = .allocate(capacity: Self.length)
    memory.initialize(repeating: 0, count: Self.length)
  }

  deinit { memory.deallocate() }

  subscript(place: Place) -> Int {
    get { Int(talea_load(memory + place.rawValue)) }
    set { talea_store(memory + place.rawValue, Int64(newValue)) }
  }

  func double(_ place: Place) -> Double { Double(bitPattern: UInt64(bitPattern: talea_load(memory + place.rawValue))) }

  func set(_ place: Place, _ value: Double) {
    talea_store(memory + place.rawValue, Int64(bitPattern: value.bitPattern))
  }

  /// Counts a block that took this share of its time. On the audio thread.
  func addLoad(_ share: Double) {
    self[.blocks] &+= 1
    set(.loadSum, double(.loadSum) + share)
    set(.loadWorst, max(double(.loadWorst), share))
    let place = memory + Place.allCases.count + min(Self.histogramLength - 1, Int(min(share, 100) * 100))
    talea_store(place, talea_load(place) &+ 1)
  }

  /// A copy of the load's figures.
  var load: LoadMeter {
    let histogram = (0..<Self.histogramLength).map { Int(talea_load(memory + Place.allCases.count + $0)) }
    return LoadMeter(histogram: histogram, blocks: self[.blocks], sum: double(.loadSum), worst: double(.loadWorst))
  }
}
