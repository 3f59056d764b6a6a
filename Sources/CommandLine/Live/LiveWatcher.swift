import Glibc
import Talea

/// Notices when files are saved, also by editors that write another file and rename it over the old one: it is their
/// folders that are watched. Not blocking.
final class LiveWatcher {
  private let descriptor: Int32
  /// Of each folder that is watched, the names in it.
  private var names: [Int32: Set<String>] = [:]
  private var folders: [String: Int32] = [:]

  /// nil where the system gives no such thing.
  init?() {
    descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Watches these files and no others. Links are watched at both ends.
  func watch(_ paths: Set<String>) {
    names = names.mapValues { _ in [] }
    for path in paths {
      for place in [path, Self.resolved(path)].compactMap(\.self) { add(place) }
    }
    for (folder, watch) in folders where names[watch]?.isEmpty == true {
      inotify_rm_watch(descriptor, watch)
      (folders[folder], names[watch]) = (nil, nil)
    }
  }

  private func add(_ path: String) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    if folders[folder] == nil {
      let watch = inotify_add_watch(descriptor, folder, UInt32(IN_CLOSE_WRITE | IN_MOVED_TO))
      if watch >= 0 { folders[folder] = watch }
    }
    // Two ways to write one folder share its number.
    if let watch = folders[folder] { names[watch, default: []].insert(name) }
  }

  private static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether one of them was saved since the last call.
  func hasChanged() -> Bool {
    var isSaved = false
    withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { buffer in
      while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else { return }
        var place = 0
        while place + MemoryLayout<inotify_event>.size <= count {
          let event = buffer.loadUnaligned(fromByteOffset: place, as: inotify_event.self)
          let text = buffer.baseAddress! + place + MemoryLayout<inotify_event>.size
          let name = event.len > 0 ? String(cString: text.assumingMemoryBound(to: CChar.self)) : ""
          // What was lost in a flood may have been anything.
          if event.mask & UInt32(IN_Q_OVERFLOW) != 0 || names[event.wd]?.contains(name) == true { isSaved = true }
          place += MemoryLayout<inotify_event>.size + Int(event.len)
        }
      }
    }
    return isSaved
  }
}

extension Graph {
  /// The paths of all files that it was read from: patches and sounds.
  var files: Set<String> {
    Set(sources.map(\.name).filter { !$0.hasPrefix("<") && !$0.hasPrefix("--") }).union(sounds.map(\.path))
  }

  /// The sound files that its arguments name.
  var sounds: [SoundSamples] {
    var found: [SoundSamples] = []
    for actor in actors {
      let tables = [actor.configuration.structural] + actor.configuration.items.map(\.structural)
      for case .sound(let samples) in tables.flatMap(\.values) where !found.contains(where: { $0.path == samples.path }) {
        found.append(samples)
      }
    }
    return found
  }
}
