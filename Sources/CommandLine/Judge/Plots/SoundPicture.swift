import Talea

/// What is drawn of a sound file, gathered in one pass and in memory that does not grow with its length.
struct SoundPicture {
  let path: String
  let format: AudioFileFormat
  /// Of the part that is drawn, in seconds of the file.
  let times: ClosedRange<Double>
  let waveform: Waveform
  let spectrogram: Spectrogram
  let warnings: [String]

  /// Reads the file or a part of it.
  ///
  /// - Throws: `SoundFileError`; `CommandError` where it holds no audio.
  init(_ selection: InputSelection) throws {
    let input = try selection.open()
    path = input.path
    format = input.format
    waveform = Waveform(channelCount: format.channelCount)
    spectrogram = Spectrogram(
      sampleRate: format.sampleRate, channelCount: format.channelCount, frameCount: input.frameCount)
    let buffer = PlanarBuffer(channels: format.channelCount, frames: 8_192)
    var frames = 0
    while true {
      let count = try input.source.read(UnsafePointer(buffer.mutable), frameCount: buffer.frames)
      if count == 0 { break }
      waveform.add(buffer.constant, frameCount: count)
      spectrogram.add(buffer.constant, frameCount: count)
      frames += count
    }
    guard frames > 0 else { throw CommandError.failed("\(path): it holds no audio") }
    waveform.finish()
    spectrogram.finish()
    warnings = input.notes + input.source.reader.warnings.map { "warning: \($0)\n" }
    let start = selection.start?.seconds(at: format.sampleRate) ?? 0
    times = start...(start + Double(frames) / Double(format.sampleRate))
  }
}

/// The lowest and the highest sample of each stretch of a sound, in stretches that grow with it.
final class Waveform {
  struct Stretch {
    var low: Float
    var high: Float

    mutating func include(_ other: Stretch) { (low, high) = (min(low, other.low), max(high, other.high)) }
  }

  /// As many as a picture has pixels, or twice that.
  static let mostStretches = 1_620

  /// Of each channel.
  private(set) var channels: [[Stretch]]
  /// Frames of a stretch; the last one may be shorter.
  private(set) var stretchFrames = 1
  private var current: [Stretch]
  private var currentFrames = 0
  private static let nothing = Stretch(low: .infinity, high: -.infinity)

  init(channelCount: Int) {
    channels = Array(repeating: [], count: channelCount)
    current = Array(repeating: Self.nothing, count: channelCount)
  }

  func add(_ frames: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) {
    var done = 0
    while done < frameCount {
      let step = min(frameCount - done, stretchFrames - currentFrames)
      for channel in channels.indices { current[channel].include(Self.extremes(frames[channel] + done, step)) }
      currentFrames += step
      done += step
      if currentFrames == stretchFrames { endStretch() }
    }
  }

  func finish() { if currentFrames > 0 { endStretch() } }

  private func endStretch() {
    for channel in channels.indices { channels[channel].append(current[channel]) }
    current = Array(repeating: Self.nothing, count: channels.count)
    currentFrames = 0
    guard channels[0].count > Self.mostStretches else { return }
    // An even count but for the newest, which begins the next pair.
    for channel in channels.indices {
      let stretches = channels[channel]
      channels[channel] = stride(from: 0, to: stretches.count - 1, by: 2).map {
        var pair = stretches[$0]
        pair.include(stretches[$0 + 1])
        return pair
      }
      current[channel] = stretches.last!
    }
    currentFrames = stretchFrames
    stretchFrames *= 2
  }

  private static func extremes(_ samples: UnsafePointer<Float>, _ count: Int) -> Stretch {
    var low = SIMD8<Float>(repeating: .infinity), high = -low
    var n = 0
    while n + 8 <= count {
      let x = UnsafeRawPointer(samples + n).loadUnaligned(as: SIMD8<Float>.self)
      low = pointwiseMin(low, x)
      high = pointwiseMax(high, x)
      n += 8
    }
    var stretch = Stretch(low: low.min(), high: high.max())
    while n < count {
      stretch.include(Stretch(low: samples[n], high: samples[n]))
      n += 1
    }
    return stretch
  }
}

/// Power over time and frequency, averaged over the channels, in columns that grow with the sound; and over all of it.
final class Spectrogram {
  static let mostColumns = 540

  let hertzPerBin: Double
  let hop: Int
  /// Of each column, the mean power at each frequency.
  private(set) var columns: [[Float]] = []
  /// Windows of a column; the last one may have fewer.
  private(set) var columnWindows = 1
  private var current: [Float]
  private var currentWindows = 0
  private let spectra: PowerSpectra
  /// Over windows that lie wholly in the sound, or where there is none over all.
  private var sums: [Double]
  private var maxima: [Float]
  private var windowCount = 0
  private var wholeCount = 0

  /// - Parameter frameCount: of the sound where it is known: short ones are looked at more closely.
  init(sampleRate: Int, channelCount: Int, frameCount: Int?) {
    var size = 64
    while size * 16 < sampleRate { size *= 2 }
    hop = frameCount.map { min(max($0 / Self.mostColumns, 1), size / 2) } ?? size / 4
    spectra = PowerSpectra(size: size, hop: hop, channelCount: channelCount)
    hertzPerBin = Double(sampleRate) / Double(size)
    current = Array(repeating: 0, count: size / 2 + 1)
    sums = Array(repeating: 0, count: size / 2 + 1)
    maxima = current
  }

  func add(_ frames: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) {
    spectra.add(frames, frameCount: frameCount) { take($0, isWhole: windowCount * hop >= spectra.size / 2) }
  }

  func finish() {
    let wanted = (spectra.frameCount - 1) / hop + 1
    spectra.finish {
      // Windows that are centred behind the end are not drawn.
      if windowCount < wanted { take($0, isWhole: false) }
    }
    if currentWindows > 0 { endColumn() }
  }

  private func take(_ powers: UnsafeBufferPointer<Float>, isWhole: Bool) {
    if isWhole, wholeCount == 0 {
      for k in sums.indices { (sums[k], maxima[k]) = (0, 0) }
    }
    if isWhole { wholeCount += 1 }
    windowCount += 1
    currentWindows += 1
    // A sample that is no number makes none of the whole window.
    let counts = (isWhole || wholeCount == 0) && powers[1].isFinite
    if powers[1].isFinite { addToColumn(powers) }
    if counts {
      sums.withUnsafeMutableBufferPointer { sums in
        maxima.withUnsafeMutableBufferPointer { maxima in
          for k in 0..<sums.count {
            sums[k] += Double(powers[k])
            maxima[k] = max(maxima[k], powers[k])
          }
        }
      }
    }
    if currentWindows == columnWindows { endColumn() }
  }

  private func addToColumn(_ powers: UnsafeBufferPointer<Float>) {
    current.withUnsafeMutableBufferPointer { current in
      for k in 0..<current.count { current[k] += powers[k] }
    }
  }

  private func endColumn() {
    let scale = 1 / Float(currentWindows)
    columns.append(current.map { $0 * scale })
    currentWindows = 0
    for k in current.indices { current[k] = 0 }
    guard columns.count > Self.mostColumns else { return }
    let last = columns.removeLast()
    columns = stride(from: 0, to: columns.count, by: 2).map { first in
      zip(columns[first], columns[first + 1]).map { 0.5 * ($0 + $1) }
    }
    (current, currentWindows) = (last.map { $0 * Float(columnWindows) }, columnWindows)
    columnWindows *= 2
  }

  /// The mean and the highest power at each frequency.
  var mean: [Double] { sums.map { $0 / Double(max(wholeCount > 0 ? wholeCount : windowCount, 1)) } }
  var maximum: [Double] { maxima.map(Double.init) }

  /// A power as the level of the sine that has it, in dBFS.
  static func level(_ power: Double) -> Double { 0.5 * Math.decibels(amplitude: 3 * power) }
}
