// swift-tools-version: 6.2
import PackageDescription

// The kernels are compiled for x86-64-v3 (AVX2 and FMA). SwiftPM refuses a versioned dependency that carries
// unsafe flags, so a checkout made for another package leaves them out; docs/embedding.md says how such a client
// passes the same flag itself. The bytes are equal either way: every fused multiply-add is written as one.
let isDependency = Context.packageDirectory.contains("/checkouts/")
#if arch(x86_64)
  let kernelSettings: [SwiftSetting] = isDependency ? [] : [.unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
#else
  let kernelSettings: [SwiftSetting] = []
#endif

let package = Package(
  name: "Talea",
  products: [
    .library(name: "Talea", targets: ["Talea"]),
    .executable(name: "talea", targets: ["talea"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    .target(name: "CRealtime"),
    .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
    .target(name: "Dataflow"),
    .target(name: "Signal", dependencies: ["CRealtime", "Dataflow"], swiftSettings: kernelSettings),
    .target(name: "DSP", dependencies: ["Signal"], swiftSettings: kernelSettings),
    .target(name: "PatchLanguage", dependencies: ["Signal"]),
    .target(name: "GraphFiles", dependencies: ["Dataflow", "PatchLanguage"]),
    .target(
      name: "Engine", dependencies: ["CRealtime", "Dataflow", "Signal", "PatchLanguage"], swiftSettings: kernelSettings),
    .target(name: "SoundFiles", dependencies: ["CSndFile"], swiftSettings: kernelSettings),
    .target(name: "ALSADevices", dependencies: ["CALSA", "CRealtime"]),
    .target(
      name: "Live", dependencies: ["CRealtime", "Signal", "DSP", "PatchLanguage", "Engine", "ALSADevices"],
      swiftSettings: kernelSettings),
    .target(
      name: "Talea", dependencies: ["Dataflow", "Signal", "DSP", "PatchLanguage", "Engine", "SoundFiles", "ALSADevices", "Live"]),
    .executableTarget(
      name: "talea",
      dependencies: ["Talea", "GraphFiles", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Sources/CommandLine"
    ),
    .target(name: "TestSupport", dependencies: ["Talea"], path: "Tests/TestSupport"),
    .testTarget(name: "DataflowTests", dependencies: ["Dataflow"]),
    .testTarget(name: "DSPTests", dependencies: ["DSP", "TestSupport"]),
    .testTarget(name: "PatchLanguageTests", dependencies: ["PatchLanguage", "DSP"], exclude: ["Fixtures"]),
    .testTarget(name: "GraphFilesTests", dependencies: ["GraphFiles", "Dataflow"], exclude: ["Graphs"]),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .testTarget(name: "EngineTests", dependencies: ["Talea", "TestSupport", "CAllocationCounter"]),
    .testTarget(name: "SoundFilesTests", dependencies: ["SoundFiles"]),
    .testTarget(name: "ALSADevicesTests", dependencies: ["ALSADevices"]),
    .testTarget(name: "LiveTests", dependencies: ["Live"]),
    .testTarget(name: "PackageTests"),
    .testTarget(name: "CommandLineTests", dependencies: ["talea", "Talea", "TestSupport"], exclude: ["Fixtures"]),
  ]
)
