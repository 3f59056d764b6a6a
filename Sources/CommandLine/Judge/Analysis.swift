import PatchLanguage
import Talea

/// What is measured of one sound file.
struct Analysis {
  let path: String
  let format: AudioFileFormat
  let measures: MeasureSet
  let spectrum: SpectrumMeter
  let warnings: [String]

  private var statistics: SignalStatistics { measures.statistics }

  /// Reads the file, in constant memory but for ten numbers a second.
  init(_ selection: InputSelection) throws {
    let input = try selection.open()
    path = input.path
    format = input.format
    measures = MeasureSet(
      sampleRate: format.sampleRate, channelCount: format.channelCount, fullScale: format.encoding.fullScale)
    spectrum = SpectrumMeter(sampleRate: format.sampleRate, channelCount: format.channelCount)
    let buffer = PlanarBuffer(channels: format.channelCount, frames: 8_192)
    while true {
      let count = try input.source.read(UnsafePointer(buffer.mutable), frameCount: buffer.frames)
      if count == 0 { break }
      measures.add(buffer.constant, frameCount: count)
      spectrum.add(buffer.constant, frameCount: count)
    }
    measures.finish()
    spectrum.finish()
    warnings = input.notes + input.source.reader.warnings.map { "warning: \($0)\n" }
  }

  /// A headline and one indented line for each measure.
  var text: String {
    var rows = [["peak", levelText(statistics.peak) + perChannel { levelFigure(Double($0.peak)) }]]
    rows.append(["true peak", levelText(measures.truePeak.peak).replacingSuffix("dBFS", "dBTP")])
    rows.append(["RMS", decibelText(loudestRMS, "dBFS") + perChannel { levelFigure($0.rms) }])
    rows.append(["loudness", loudnessText])
    rows.append(["range", fixed(measures.loudness.range, 1) + " LU"])
    rows.append(["DC offset", perChannelOffsets])
    rows.append(["clipping", clippingText])
    rows.append(["noise floor", noiseFloor.map { decibelText($0, "dBFS") } ?? "silent"])
    if let correlation = statistics.correlation { rows.append(["correlation", fixed(correlation, 3)]) }
    rows.append(["spectrum", spectrumText])
    rows.append(["octaves", octavesText])
    let width = rows.map { $0[0].count }.max()! + 2
    let lines = rows.map { "  " + $0[0] + String(repeating: " ", count: width - $0[0].count) + $0[1] + "\n" }
    let length = "\(secondsText(statistics.frameCount, format.sampleRate)) (\(count(statistics.frameCount, "frame")))"
    let facts = [
      format.container.rawValue, format.encoding.rawValue, "\(format.sampleRate) Hz", count(format.channelCount, "channel"),
      length,
    ]
    return "\(path): " + facts.joined(separator: ", ") + "\n" + lines.joined()
  }

  private var loudnessText: String {
    let loudness = measures.loudness
    guard loudness.integrated.isFinite else {
      return statistics.frameCount * 5 < format.sampleRate * 2 ? "too short to say (under 400 ms)" : "below -70 LUFS"
    }
    return "\(fixed(loudness.integrated, 1)) LUFS (at most \(figure(loudness.maximumMomentary)) momentary, "
      + "\(figure(loudness.maximumShortTerm)) short-term)"
  }

  private var spectrumText: String {
    guard let centroid = spectrum.centroid, let rollOff = spectrum.rollOff(0.95) else { return "silent" }
    return "centroid \(hertz(centroid)), 95% below \(hertz(rollOff))"
  }

  private func hertz(_ frequency: Double) -> String {
    frequency < 1_000 ? "\(fixed(frequency, 0)) Hz" : "\(fixed(frequency / 1_000, 2)) kHz"
  }

  /// `31 Hz -62.1, 63 -43.0, … 16k -88.9 dBFS`
  private var octavesText: String {
    let octaves = spectrum.octaves
    guard octaves.contains(where: { $0.meanSquare > 0 }) else { return "silent" }
    return octaves.enumerated().map { index, octave in
      let name = octave.frequency < 1_000 ? fixed(octave.frequency, 0) : plain(octave.frequency / 1_000) + "k"
      return name + (index == 0 ? " Hz " : " ") + levelFigure(octave.meanSquare.squareRoot())
    }.joined(separator: ", ") + " dBFS"
  }

  private func figure(_ value: Double) -> String { value.isFinite ? fixed(value, 1) : "-" }

  private var clippingText: String {
    let total = statistics.channels.map(\.clippedCount).reduce(0, +)
    guard total > 0, let first = statistics.channels.compactMap(\.firstClippedFrame).min() else { return "none" }
    return "\(count(total, "sample")), the first at \(secondsText(first, format.sampleRate)) (frame \(first))"
  }

  private var loudestRMS: Double { statistics.channels.indices.map { statistics.rms($0) }.max() ?? 0 }

  private var noiseFloor: Double? { statistics.channels.indices.compactMap { statistics.noiseFloor($0) }.min() }

  private var perChannelOffsets: String {
    statistics.channels.indices.map { fixed(statistics.offset($0) * 100, 4) + "%" }.joined(separator: ", ")
  }

  /// ` (-1.2, -3.4)` where there are several channels, but no more than can be read.
  private func perChannel(_ figure: (_ facts: (peak: Float, rms: Double)) -> String) -> String {
    guard (2...8).contains(format.channelCount) else { return "" }
    let figures = statistics.channels.indices.map { figure((statistics.channels[$0].peak, statistics.rms($0))) }
    return " (" + figures.joined(separator: ", ") + ")"
  }

  private func levelFigure(_ amplitude: Double) -> String {
    amplitude > 0 ? fixed(Math.decibels(amplitude: amplitude), 1) : "silent"
  }

  private func decibelText(_ amplitude: Double, _ unit: String) -> String {
    amplitude > 0 ? "\(fixed(Math.decibels(amplitude: amplitude), 1)) \(unit)" : "silent"
  }

  /// For programs: levels in dB and loudness in LUFS at full precision, null for silence.
  var json: JSONValue {
    let loudness = measures.loudness
    return .object([
      "file": .string(path), "container": .string(format.container.rawValue), "encoding": .string(format.encoding.rawValue),
      "sampleRate": .integer(format.sampleRate), "frames": .integer(statistics.frameCount),
      "peak": decibels(Double(statistics.peak)), "truePeak": decibels(Double(measures.truePeak.peak)),
      "loudness": .object([
        "integrated": .double(loudness.integrated), "maximumMomentary": .double(loudness.maximumMomentary),
        "maximumShortTerm": .double(loudness.maximumShortTerm), "range": .double(loudness.range),
      ]),
      "correlation": statistics.correlation.map { .double($0) },
      "spectrum": .object([
        "centroid": spectrum.centroid.map { .double($0) } ?? .null,
        "rollOff95": spectrum.rollOff(0.95).map { .double($0) } ?? .null,
        "octaves": .array(
          spectrum.octaves.map {
            .object(["frequency": .double($0.frequency), "level": decibels($0.meanSquare.squareRoot())])
          }),
      ]),
      "channels": .array(statistics.channels.indices.map(json)),
    ])
  }

  private func json(_ channel: Int) -> JSONValue {
    let facts = statistics.channels[channel]
    return .object([
      "peak": decibels(Double(facts.peak)), "truePeak": decibels(Double(measures.truePeak.peaks[channel])),
      "rms": decibels(statistics.rms(channel)), "offset": .double(statistics.offset(channel)),
      "clipped": .integer(facts.clippedCount), "firstClippedFrame": facts.firstClippedFrame.map { .integer($0) },
      "noiseFloor": statistics.noiseFloor(channel).map(decibels) ?? .null,
    ])
  }

  private func decibels(_ amplitude: Double) -> JSONValue { .double(Math.decibels(amplitude: amplitude)) }
}

extension SampleEncoding {
  /// The largest sample that a file can hold: an integer's highest, or 1.
  var fullScale: Float {
    guard let bits = integerBits, bits <= 24 else { return 1 }
    return 1 - Float(Math.exp2(Double(1 - bits)))
  }
}

extension String {
  fileprivate func replacingSuffix(_ old: String, _ new: String) -> String {
    hasSuffix(old) ? String(dropLast(old.count)) + new : self
  }
}
