/// The umbrella of the engine for Swift programs: one import brings patches, compiler, executor and sound files.
@_exported import ALSADevices
@_exported import DSP
@_exported import Dataflow
@_exported import Engine
@_exported import Live
@_exported import PatchLanguage
@_exported import Signal
@_exported import SoundFiles

/// Facts about this build.
public enum Talea {
  /// The release, after semantic versioning.
  public static let version = "0.1.0"
}
