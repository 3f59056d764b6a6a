// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that building Talea does not build its measurements.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Talea", path: "..")],
  targets: [
    .executableTarget(name: "loops", dependencies: [.product(name: "Talea", package: "Talea")], path: "Loops")
  ]
)
