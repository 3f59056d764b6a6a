import ArgumentParser
import Talea

/// The exit statuses of the program.
enum ExitStatus {
  static let failed: Int32 = 1
  static let wrong: Int32 = 2
  /// What was compared differs. Commands that compare have `trouble` for everything that goes wrong, as `cmp` and `diff` do.
  static let different: Int32 = 1
  static let trouble: Int32 = 2
}

/// Something the program cannot do, in the words for its user.
struct CommandError: Error {
  /// A sentence without `error:` before it and without a full stop.
  var message: String
  var status: Int32

  /// The patch or the command line is wrong.
  static func wrong(_ message: String) -> CommandError { CommandError(message: message, status: ExitStatus.wrong) }

  /// The work failed.
  static func failed(_ message: String) -> CommandError { CommandError(message: message, status: ExitStatus.failed) }
}

/// An error as it is printed, with a newline at its end, and the exit status that it means.
func errorText(_ error: any Error, color: Bool) -> (text: String, status: Int32) {
  switch error {
  case let error as CommandError: ("error: \(error.message)\n", error.status)
  case let error as PatchFailure: (render(error, color: color), ExitStatus.wrong)
  case let error as PatchFileError: ("error: \(error)\n", ExitStatus.failed)
  case let error as SoundFileError: ("error: \(error)\n", error.isUsageError ? ExitStatus.wrong : ExitStatus.failed)
  case let error as LiveError: ("error: \(error)\n", ExitStatus.wrong)
  default: ("error: \(error)\n", ExitStatus.failed)
  }
}
