// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that building Talea does not build its measurements.
#if arch(x86_64)
  let processor: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
#else
  let processor: [SwiftSetting] = []
#endif
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Talea", path: "..")],
  targets: [
    .target(name: "Measuring", dependencies: [.product(name: "Talea", package: "Talea")], path: "Measuring"),
    .executableTarget(
      name: "loops", dependencies: ["Measuring", .product(name: "Talea", package: "Talea")], path: "Loops"),
    .target(name: "CLimits", path: "CLimits"),
    .executableTarget(
      name: "bench", dependencies: ["CLimits", "Measuring", .product(name: "Talea", package: "Talea")], path: "Bench",
      swiftSettings: processor),
  ]
)
