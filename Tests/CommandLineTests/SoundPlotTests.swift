import Foundation
import Glibc
import Talea
import Testing

@Suite("talea plot of sounds") struct SoundPlotTests {
  let scratch = Scratch()

  /// In the middle of a window's frequencies: 85 turns in 4,096 frames.
  static let tone = 48_000.0 * 85 / 4_096

  static func sine(_ seconds: Double, decibels: Double) -> [Float] {
    let amplitude = pow(10, decibels / 20)
    return (0..<Int(seconds * 48_000)).map { Float(amplitude * sin(2 * .pi * tone * Double($0) / 48_000)) }
  }

  func picture(_ arguments: String...) throws -> String {
    let run = Tool.run(["plot"] + arguments, in: scratch.path)
    #expect(run.status == 0, "\(run.errors)")
    return run.outputText
  }

  /// Where a frequency lies between 20 Hz and 24 kHz.
  func place(_ frequency: Double) -> Double { log(frequency / 20) / log(1_200) }

  // MARK: Spectrum

  /// Whatever the format, whatever the channel: a sine has its level where it lies.
  @Test(arguments: [("in.wav", AudioFileContainer.wav, 2), ("in.flac", .flac, 1), ("in.aiff", .aiff, 9)])
  func aSineIsALineOfItsLevel(file: String, container: AudioFileContainer, channels: Int) throws {
    let sine = Self.sine(2, decibels: -12)
    try scratch.makeSound(file, Array(repeating: sine, count: channels), encoding: .s24, container: container)
    let curves = try #require(try drawnPanels(try picture(file, "--spectrum"))["Level of a sine"])
    #expect(curves.count == 2)
    for curve in curves {
      #expect(abs(curve.value(at: place(Self.tone)) + 12) < 0.15)
      #expect(curve.value(at: place(500)) < -99 && curve.value(at: place(4_000)) < -99)
    }
  }

  /// Half of the time there, half of the power on average, and all of it at its loudest.
  @Test func theMeanAndTheLoudestMomentDiffer() throws {
    let sine = Self.sine(4, decibels: -12)
    try scratch.makeSound("in.wav", [sine + [Float](repeating: 0, count: sine.count)])
    let curves = try #require(try drawnPanels(try picture("in.wav"))["Level of a sine"])
    #expect(abs(curves[0].value(at: place(Self.tone)) + 15.01) < 0.3)
    #expect(abs(curves[1].value(at: place(Self.tone)) + 12) < 0.15)
  }

  // MARK: Waveform

  @Test func aWaveformHasEveryPeak() throws {
    var left = Self.sine(20, decibels: -12)
    left[480_000] = 0.875
    try scratch.makeSound("in.wav", [left, Self.sine(20, decibels: -20)])
    let text = try picture("in.wav", "--waveform")
    let shapes = try drawnAreas(text)
    try #require(shapes.count == 2)
    let highest = try #require(shapes[0].points.max { $0.value < $1.value })
    #expect(abs(highest.place - 0.5) < 0.002 && abs(highest.value - 0.875) < 0.01)
    let soft = shapes[1].points.map(\.value)
    #expect(abs(soft.max()! - 0.1) < 0.003 && abs(soft.min()! + 0.1) < 0.003)
    #expect(text.contains(">channel 2<"))
  }

  @Test func aFewSamplesAreACurve() throws {
    try scratch.makeSound("in.wav", [Self.sine(1, decibels: 0)])
    // A turn has 48.2 frames, so the first peak lies 12 frames behind the start.
    let curve = try #require(try drawnPanels(try picture("in.wav", "--waveform", "--end", "100samples"))["Amplitude"]?.first)
    #expect(abs(curve.value(at: 0.12) - 1) < 0.02 && abs(curve.value(at: 0)) < 0.02)
  }

  // MARK: Spectrogram

  /// The picture inside the picture: rows from the top of places in its palette, unpacked by zlib.
  func pixels(_ picture: String) throws -> (rows: [[UInt8]], palette: [[UInt8]]) {
    let code = try #require(picture.components(separatedBy: "base64,").dropFirst().first).prefix { $0 != "\"" }
    let file = [UInt8](try #require(Data(base64Encoded: String(code))))
    #expect(file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    func number(_ place: Int) -> Int { file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    let zlib = try #require(dlopen("libz.so.1", RTLD_NOW))
    defer { dlclose(zlib) }
    let check = unsafeBitCast(dlsym(zlib, "crc32"), to: (@convention(c) (UInt, UnsafePointer<UInt8>?, UInt32) -> UInt).self)
    let unpack = unsafeBitCast(
      dlsym(zlib, "uncompress"),
      to: (@convention(c) (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt>, UnsafePointer<UInt8>, UInt) -> Int32).self)
    var chunks: [String: [UInt8]] = [:]
    var place = 8
    while place < file.count {
      let length = number(place), named = Array(file[place + 4..<place + 8 + length])
      #expect(Int(check(0, named, UInt32(named.count))) == number(place + 8 + length))
      chunks[String(decoding: named.prefix(4), as: UTF8.self)] = Array(named.dropFirst(4))
      place += 12 + length
    }
    let header = try #require(chunks["IHDR"]), data = try #require(chunks["IDAT"]), colors = try #require(chunks["PLTE"])
    let width = header[0..<4].reduce(0) { $0 << 8 | Int($1) }, height = header[4..<8].reduce(0) { $0 << 8 | Int($1) }
    var bytes = [UInt8](repeating: 0, count: (width + 1) * height + 1)
    var count = UInt(bytes.count)
    #expect(unpack(&bytes, &count, data, UInt(data.count)) == 0)
    #expect(Int(count) == (width + 1) * height && chunks["IEND"] != nil)
    let rows = (0..<height).map { Array(bytes[$0 * (width + 1)..<($0 + 1) * (width + 1)]) }
    #expect(rows.allSatisfy { $0[0] == 0 })
    return (rows.map { Array($0.dropFirst()) }, (0..<colors.count / 3).map { Array(colors[3 * $0..<3 * $0 + 3]) })
  }

  /// A tone in the second half: a bright line from the middle on at its frequency, and nothing before it.
  @Test(arguments: [1.0, 40]) func aSpectrogramHasTheToneWhereAndWhenItIs(seconds: Double) throws {
    let sine = Self.sine(seconds, decibels: -6.5)
    try scratch.makeSound("in.wav", [[Float](repeating: 0, count: sine.count) + sine])
    let (rows, palette) = try pixels(try picture("in.wav", "--spectrogram"))
    let width = rows[0].count
    #expect(rows.count == 220 && (271...541).contains(width), "\(width)")
    #expect(palette.count == 64 && rows.joined().allSatisfy { $0 < 64 })
    let column = width * 3 / 4
    let brightest = try #require(rows.indices.max { rows[$0][column] < rows[$1][column] })
    #expect(abs((219.5 - Double(brightest)) / 220 - place(Self.tone)) < 0.008)
    // The scale ends at the multiple of 6 dB above the loudest, 90 dB higher than it begins.
    #expect(abs(Double(rows[brightest][column]) - 63) <= 1)
    #expect(rows.allSatisfy { $0[width / 4] == 0 })
    #expect(rows[219 - Int(220 * place(60))][column] == 0 && rows[219 - Int(220 * place(9_000))][column] == 0)
  }

  // MARK: Long files

  /// Pictures and memory do not grow with the file: its 184 MB as floats would not fit.
  @Test func aLongFileIsASmallPicture() throws {
    try scratch.makeSound("long.wav", noise(48_000 * 480, channels: 2), encoding: .s16)
    let run = Tool.shell("ulimit -v 160000; talea plot long.wav -o long.svg", in: scratch.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(scratch.data("long.svg").count < 160_000, "\(scratch.data("long.svg").count)")
  }

  /// Numbers that are none, silence, one frame, very low rates.
  @Test func oddFilesAreDrawn() throws {
    var odd = noise(4_000)
    odd[0][100] = .nan
    odd[0][2_000] = .infinity
    odd[0][3_000] = -1e30
    try scratch.makeSound("odd.wav", odd)
    try scratch.makeSound("silence.wav", constant(0, 5_000))
    try scratch.makeSound("one.wav", constant(0.5, 1))
    try scratch.makeSound("slow.wav", noise(500), rate: 30)
    try scratch.makeSound("wide.wav", noise(2_000, channels: 40))
    for file in ["odd", "silence", "one", "slow", "wide"] {
      let text = try picture("\(file).wav")
      #expect(!text.contains("nan") && !text.contains("inf"), "\(file)")
      #expect(scratch.talea("plot", "\(file).wav", "-o", "\(file).png").status == 0)
    }
  }

  // MARK: PNG

  @Test func aPictureMayBePNG() throws {
    #expect(scratch.talea("plot", "lowpass 1kHz", "-o", "p.png").status == 0)
    let picture = [UInt8](scratch.data("p.png"))
    #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    // Twice 900 pixels wide.
    #expect(Array(picture[16..<20]) == [0, 0, 0x07, 0x08])
    #expect(scratch.talea("plot", "lowpass 1kHz", "-o", "p.png").errors.contains("--force"))
    #expect(scratch.names == ["p.png"])
  }

  @Test func withoutItsProgramPNGIsRefusedAndNothingIsLeft() {
    let run = Tool.shell("PATH=/nowhere \(Tool.path) plot 'lowpass 1kHz' -o p.png", in: scratch.path)
    #expect(run.status == 1)
    #expect(
      run.errors.contains("p.png: rsvg-convert, which makes PNG out of SVG, is not installed; install the package librsvg2-bin"))
    #expect(scratch.names.isEmpty)
  }

  @Test func aConversionThatFailsLeavesNothing() {
    // The shell writes the program, not this process, whose other children could hold it open.
    let run = Tool.shell(
      """
      printf '#!/bin/sh\\necho half a picture\\necho "no such font" >&2\\nexit 3\\n' > rsvg-convert; chmod +x rsvg-convert
      PATH=.:$PATH \(Tool.path) plot 'lowpass 1kHz' -o p.png
      """, in: scratch.path)
    #expect(run.status == 1)
    #expect(run.errors == "error: p.png: rsvg-convert could not convert the picture: no such font\n")
    #expect(scratch.names == ["rsvg-convert"])
  }

  // MARK: What is refused

  @Test func optionsOfTheOtherKindAreRefused() throws {
    try scratch.makeSound("in.wav", noise(1_000))
    scratch.write("RIFF, but no sound", to: "notes.txt")
    #expect(scratch.talea("plot", "in.wav", "--decay").errors.contains("--decay is for patches, and in.wav is a sound file"))
    #expect(scratch.talea("plot", "lowpass 1kHz", "--spectrum").errors.contains("--spectrum is for sound files"))
    #expect(scratch.talea("plot", "no.wav").errors == "error: no.wav: there is no such file\n")
    #expect(scratch.talea("plot", "notes.txt").status != 0)
    try scratch.makeSound("empty.wav", [[]])
    #expect(scratch.talea("plot", "empty.wav").status == 1)
  }
}
