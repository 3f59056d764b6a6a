import Foundation
import Glibc
import Talea
import Testing

/// Files that stand in for devices, `talea play` and `talea record`.
@Suite("talea live with files", .serialized) struct LiveFileTests {
  private let calm = ["--period", "1024", "--periods", "4"]

  /// What leaves is what went in behind the fade, at the pace of the clock.
  @Test func aFileStandsInForEitherDeviceInRealTime() throws {
    let scratch = Scratch()
    let input = noise(48_000, channels: 2, amplitude: 0.5, bits: 24, seed: 3)
    try scratch.makeSound("in.wav", input)
    let began = Date()
    let run = scratch.talea("live", "gain 0dB", "-i", "in.wav", "-o", "out.wav")
    let seconds = Date().timeIntervalSince(began)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("wrote out.wav: "), "\(run.errors)")
    #expect(seconds > 0.99)
    let output = try scratch.sound("out.wav").channels
    for channel in 0..<2 {
      #expect(Array(output[channel][2_400..<48_000]) == Array(input[channel][2_400...]))
      #expect(output[channel][48_000...].allSatisfy { $0 == 0 })
    }
    #expect(output[0].count >= 48_000 + 2_400)
    #expect(scratch.talea("live", "gain 0dB", "-i", "in.wav", "-o", "out.wav").status != 0, "the file was replaced unasked")
  }

  @Test func theEndOfAFileWaitsForItsEchoes() throws {
    let scratch = Scratch()
    try scratch.makeSound("in.wav", impulse(24_000, at: 12_000))
    scratch.write("regen = gain -6dB\nin -> out\nin -> [200ms] -> regen -> out\nregen -> [200ms] -> regen\n", to: "echo.talea")
    let run = scratch.talea("live", "echo.talea", "-i", "in.wav", "-o", "out.wav", "--safety-limit", "off")
    #expect(run.status == 0, "\(run.errors)")
    let output = try scratch.sound("out.wav").channels[0]
    let hits = output.indices.filter { output[$0].magnitude > 1e-5 }
    // 6.02 dB an echo: 1e-5 is passed after 16 of them.
    #expect(hits.count >= 16)
    for (place, hit) in hits.enumerated() { #expect(hit == 12_000 + 9_600 * place) }
  }

  @Test func playAndRecordAreOneLineUses() throws {
    let rig = Rig("source file")
    let sound = noise(48_000, channels: 2, amplitude: 0.5, bits: 24, seed: 9)
    try rig.scratch.makeSound("take.wav", sound, encoding: .s24)
    let play = rig.talea(["play", "take.wav", "-o", "rig"] + calm)
    #expect(play.status == 0, "\(play.errors)")
    try #require(!play.errors.contains("incidents"), "\(play.errors)")
    let played = try rig.scratch.sound("played.wav").channels
    #expect(Array(played[1][4_096 + 2_400..<4_096 + 48_000]) == Array(sound[1][2_400...]))

    let record = rig.talea(["record", "kept.wav", "-i", "rig", "--duration", "0.5s"] + calm, captured: "take.wav")
    #expect(record.status == 0, "\(record.errors)")
    try #require(!record.errors.contains("incidents"), "\(record.errors)")
    let kept = try rig.scratch.sound("kept.wav").channels
    #expect(kept[0].count >= 24_000)
    #expect(Array(kept[0][2_400..<24_000]) == Array(sound[0][2_400..<24_000]))
  }

  @Test func mapChoosesChannelsOnBothSides() throws {
    let rig = Rig("source file channels [ 4 ] formats [ FLOAT_LE ]")
    let sound = noise(48_000, channels: 4, amplitude: 0.25, bits: 24, seed: 5)
    try rig.scratch.makeSound("four.wav", sound)
    let run = rig.talea(
      ["live", "gain 0dB", "-i", "rig", "-o", "rig", "--map", "in=4,2", "--map", "out=3,1", "--duration", "0.5s"] + calm,
      captured: "four.wav")
    #expect(run.status == 0, "\(run.errors)")
    try #require(!run.errors.contains("incidents"), "\(run.errors)")
    let played = try rig.scratch.sound("played.wav").channels
    let frames = 2_400..<20_000
    #expect(Array(played[2][6_496..<24_096]) == Array(sound[3][frames]))
    #expect(Array(played[0][6_496..<24_096]) == Array(sound[1][frames]))
    #expect(played[1].allSatisfy { $0 == 0 } && played[3].allSatisfy { $0 == 0 })
    let missing = rig.talea(["live", "gain 0dB", "-i", "rig", "-o", "rig", "--map", "out=1,9"] + calm)
    #expect(missing.status == 2)
    #expect(missing.errors.contains("--map names channel 9, and rig has 4"), "\(missing.errors)")
    let short = rig.talea(["live", "gain 0dB", "-i", "rig", "-o", "rig", "--map", "out=1"] + calm)
    #expect(short.errors.contains("--map out names 1 for the 4 of `out`; name one for each"), "\(short.errors)")
  }

  @Test func whatAFileCannotDoIsSaid() throws {
    let scratch = Scratch()
    try scratch.makeSound("in.wav", impulse(100), rate: 44_100)
    let rate = scratch.talea("live", "gain 0dB", "-i", "in.wav", "-o", "out.wav", "--rate", "48000")
    #expect(rate.status == 2)
    #expect(rate.errors.contains("in.wav has 44100 Hz, and --rate says 48000"), "\(rate.errors)")
    let missing = scratch.talea("play", "nosuch.wav", "-o", "out.wav")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("nosuch.wav"))
    #expect(scratch.names == ["in.wav"])
  }
}
