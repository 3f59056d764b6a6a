import Foundation

/// A simulated sound device: a plug-in of libasound with a real clock, built once from Tests/Rigs/simdev.
///
/// It is `rig`, and stands in for `default` and every `hw:`. Each rig is a device of its own, so that tests can run beside each other. What is played goes to `played.wav` in the
/// scratch directory when the program closes the device; what is captured comes from `captured.wav` where it is named.
final class Rig {
  let scratch = Scratch()
  private let name = "rig" + UUID().uuidString.prefix(8)

  /// - Parameters:
  ///   - keys: further settings of the device, as in a file of libasound.
  ///   - other: settings of the device `other`, which has a clock of its own.
  ///   - cable: a file of the scratch directory that is heard on top of what was played, as over a loopback cable.
  init(_ keys: String = "", other: String = "", cable: String? = nil) {
    let keys = keys + (cable.map { " source loop infile \"\(scratch[$0])\"" } ?? "")
    scratch.write(
      """
      </usr/share/alsa/alsa.conf>
      pcm_type.simdev { lib "\(Self.plugin)" }
      pcm.rig { type simdev device "\(name)" start_align 480 \(keys) hint { show on description "Simulated device" } }
      pcm.!default { type simdev device "\(name)" }
      pcm.!hw {
        @args [ CARD DEV SUBDEV ]
        @args.CARD { type string default "0" }
        @args.DEV { type integer default 0 }
        @args.SUBDEV { type integer default -1 }
        type simdev device "\(name)"
      }
      pcm.other { type simdev device "\(name)other" \(other) }

      """, to: "asound.conf")
  }

  deinit {
    for device in [name, name + "other"] { try? FileManager.default.removeItem(atPath: "/dev/shm/simdev.\(device)") }
  }

  private static let plugin: String = {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Rigs/simdev").path
    let library = NSTemporaryDirectory() + "talea-simdev-\(ProcessInfo.processInfo.processIdentifier).so"
    let run = Tool.shell(
      "cc -O2 -w -DPIC -fPIC -shared -o \(library) \(sources)/pcm_simdev.c -lasound -lm", in: sources)
    precondition(run.status == 0, "the simulated device does not compile: \(run.errors)")
    removeAtExit(library)
    return library
  }()

  /// The environment in which libasound finds the device.
  func environment(faults: String = "", captured: String? = nil) -> [String: String] {
    var environment = ["ALSA_CONFIG_PATH": scratch["asound.conf"], "SIMDEV_OUTFILE": scratch["played.wav"]]
    if !faults.isEmpty { environment["SIMDEV_FAULTS"] = faults }
    if let captured { environment["SIMDEV_INFILE"] = scratch[captured] }
    return environment
  }

  /// Runs `talea` with the device in its configuration, for a minute at most.
  func talea(_ arguments: [String], faults: String = "", captured: String? = nil) -> Run {
    Tool.finish(
      Tool.start(
        ["timeout", "-k", "5", "60", Tool.path] + arguments, in: scratch.path,
        environment: environment(faults: faults, captured: captured)))
  }
}

/// Removes a file when the process ends.
private func removeAtExit(_ path: String) {
  leftovers.append(path)
  if leftovers.count == 1 { atexit { for path in leftovers { unlink(path) } } }
}
nonisolated(unsafe) private var leftovers: [String] = []
