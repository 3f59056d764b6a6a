import Foundation
import Testing

@Suite("talea sdf") struct SDFTests {
  let scratch = Scratch()

  init() throws {
    scratch.write(
      """
      {"name": "ring", "kind": "sdf", "actors": [{"name": "A", "exec_time": 2}, {"name": "B"}], "edges": [
       {"name": "ab", "from": "A", "to": "B", "produce": 2, "consume": 3, "delay": 0},
       {"name": "ba", "from": "B", "to": "A", "produce": 3, "consume": 2, "delay": 6}]}
      """, to: "ring.json")
  }

  @Test func theAnswerIsOneJSONObject() throws {
    let run = scratch.talea("sdf", "ring.json", "--json")
    #expect(run.status == 0)
    let answer = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
    #expect(answer["kind"] as? String == "sdf" && answer["consistent"] as? Bool == true && answer["live"] as? Bool == true)
    #expect(answer["repetition"] as? [String: Int] == ["A": 3, "B": 2])
    #expect(answer["firings"] as? Int == 5)
    #expect((answer["bounds"] as? [String: Int])?["perEdge"] == 10)
    #expect((answer["loops"] as? [[String: Any]])?.first?["largestBlock"] as? Int == 1)
    #expect(answer["period"] != nil && answer["seconds"] is Double)
    #expect((answer["minimumBuffer"] as? [String: Any])?["schedule"] is String)
    #expect((answer["singleAppearance"] as? [String: Any])?["exists"] as? Bool == true)
  }

  @Test func textSaysTheSame() {
    let run = scratch.talea("sdf", "ring.json")
    #expect(run.status == 0)
    for text in ["ring: sdf, 2 actors, 2 edges", "repetition         A 3, B 2", "live               yes"] {
      #expect(run.outputText.contains(text), "\(run.outputText)")
    }
  }

  @Test(arguments: ["hello", "{}", #"{"actors": [{"name": "A"}], "edges": [{"name": "e", "from": "A", "to": "Z"}]}"#, ""])
  func wrongInputIsStatus2(text: String) {
    scratch.write(text, to: "wrong.json")
    let run = scratch.talea("sdf", "wrong.json", "--json")
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("error: ") && run.errors.contains("wrong.json:1:"), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test func tablesTakeSeveralGraphs() {
    let run = scratch.talea("sdf", "--table", "ring.json", "ring.json", "--effort", "fast")
    #expect(run.status == 0)
    #expect(run.outputText.split(separator: "\n").count == 4)
    #expect(scratch.talea("sdf", "ring.json", "ring.json").status == 2)
  }
}
