import PatchLanguage
import Testing

@Suite("Suggestions") struct SuggestionTests {
  let effects = ["gain", "pan", "lowpass", "highpass", "reverb", "freeverb", "delay", "drive", "mix"]

  @Test(arguments: [
    ("gian", "gain"), ("lowpas", "lowpass"), ("Reverb", "reverb"), ("delya", "delay"), ("dely", "delay"), ("low", "lowpass"),
    ("mixx", "mix"), ("hihgpass", "highpass"),
  ])
  func offerTheNearestWord(word: String, wanted: String) { #expect(suggestion(for: word, among: effects) == wanted) }

  @Test(arguments: ["x", "oscillator", "", "zz", "in"])
  func staySilentWhereNothingIsNear(word: String) { #expect(suggestion(for: word, among: effects) == nil) }

  @Test func unitsDifferByCaseOnly() {
    #expect(suggestion(for: "khz", among: ["Hz", "kHz", "s", "ms", "dB"]) == "kHz")
    #expect(suggestion(for: "db", among: ["Hz", "kHz", "s", "ms", "dB"]) == "dB")
    #expect(suggestion(for: "S", among: ["Hz", "s"]) == "s")
  }

  @Test func readAsASentence() {
    #expect(didYouMean("revreb", among: effects) == ["help: did you mean `reverb`?"])
    #expect(didYouMean("zzzz", among: effects) == [])
  }
}
