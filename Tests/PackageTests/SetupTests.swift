import Foundation
import Testing

/// `scripts/setup` on machines of all kinds: a folder of stand-ins is all that it finds.
@Suite("setup") struct SetupTests {
  static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../scripts/setup").standardized
    .path

  /// Runs the script with stand-ins by name; each is the body of a shell script.
  func setup(_ programs: [String: String]) throws -> (status: Int32, text: String) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "talea-setup-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["grep", "env", "sh"] {
      let place = try #require(["/bin", "/usr/bin"].first { FileManager.default.fileExists(atPath: "\($0)/\(name)") })
      try FileManager.default.createSymbolicLink(
        atPath: folder.appending(path: name).path, withDestinationPath: "\(place)/\(name)")
    }
    for (name, body) in programs {
      let file = folder.appending(path: name)
      try "#!/bin/sh\n\(body)\n".write(to: file, atomically: false, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [Self.script, "libasound2-dev", "libsndfile1-dev"]
    process.environment = ["PATH": folder.path]
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  let missing = ["swift": "", "dpkg-query": "exit 1", "apt-get": "echo \"run: apt-get $*\"", "id": "echo 0"]

  @Test func nothingHappensWhereAllIsThere() throws {
    let run = try setup(["swift": "", "dpkg-query": "echo install ok installed", "apt-get": "echo touched"])
    #expect(run.status == 0 && run.text.isEmpty, "\(run.text)")
  }

  @Test func rootInstallsWhatIsMissing() throws {
    let run = try setup(missing)
    #expect(run.status == 0)
    #expect(run.text.contains("setup: installing libasound2-dev libsndfile1-dev"), "\(run.text)")
  }

  @Test func onlyWhatIsMissingIsInstalled() throws {
    let some = "case \"$3\" in libasound2-dev) echo install ok installed ;; *) exit 1 ;; esac"
    let run = try setup(missing.merging(["dpkg-query": some]) { $1 })
    #expect(run.status == 0 && run.text.contains("installing libsndfile1-dev"), "\(run.text)")
    #expect(!run.text.contains("libasound2-dev"))
  }

  @Test func othersNeedSudoAndAreToldSo() throws {
    let user = missing.merging(["id": "echo 1000"]) { $1 }
    let run = try setup(user)
    #expect(run.status == 1 && run.text.contains("needs root or sudo: libasound2-dev libsndfile1-dev"), "\(run.text)")
    let withSudo = try setup(user.merging(["sudo": "echo \"as root: $*\"\nexec \"$@\""]) { $1 })
    #expect(withSudo.status == 0 && withSudo.text.contains("as root: apt-get update"), "\(withSudo.text)")
  }

  @Test func aMachineWithoutAptGetIsToldWhatToInstall() throws {
    let run = try setup(["swift": ""])
    #expect(
      run.status == 1 && run.text.contains("no apt-get") && run.text.contains("libasound2-dev libsndfile1-dev"), "\(run.text)")
  }

  @Test func aMachineWithoutAptGetThatHasTheLibrariesIsReady() throws {
    let run = try setup(["swift": "", "pkg-config": "case \"$2\" in alsa|sndfile) exit 0 ;; *) exit 1 ;; esac"])
    #expect(run.status == 0 && run.text.isEmpty, "\(run.text)")
  }

  @Test func aMissingToolchainAndAFailedInstallationAreErrors() throws {
    let bare = try setup([:])
    #expect(bare.status == 1 && bare.text.contains("no swift here"), "\(bare.text)")
    let failing = try setup(missing.merging(["apt-get": "exit 100"]) { $1 })
    #expect(failing.status != 0)
  }
}
