// swift-tools-version: 6.2
import PackageDescription

/// Every target is built with these, and without a warning.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// One place in the story: its module under `Sources/` and its promises under `Tests/`.
func house(_ name: String, on floorsBelow: [Target.Dependency], tests: [Target.Dependency] = []) -> [Target] {
    [
        .target(name: name, dependencies: floorsBelow, swiftSettings: strict),
        .testTarget(
            name: "\(name)Tests", dependencies: [.byName(name: name)] + floorsBelow + tests,
            swiftSettings: strict),
    ]
}

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let collections: [Target.Dependency] = [
    .product(name: "DequeModule", package: "swift-collections"),
    .product(name: "HeapModule", package: "swift-collections"),
]
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let http2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let lifecycleTests: Target.Dependency = .product(
    name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

/// What every role stands on.
let role: [Target.Dependency] = [
    "Clockwork", "JSON", "Disk", "Orders", "Wire", grdb, lifecycle, logging,
]

let targets: [[Target]] = [
    // Ground floor: time and chance as values, JSON text as a value, an SQLite file that keeps its word.
    house("Clockwork", on: [.product(name: "HeapModule", package: "swift-collections")]),
    house("JSON", on: []),
    [.target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")])],
    house("Disk", on: ["Clockwork", "CSQLite", grdb, sqlite, logging]),

    // Language, rules, protocol, windows.
    house("Orders", on: ["Clockwork", "JSON", crypto]),
    house("Queue", on: ["Clockwork", "JSON", crypto] + collections),
    house("Stream", on: ["Clockwork", "JSON", crypto]),
    house(
        "Wire",
        on: ["Clockwork", "JSON", crypto, httpClient, http2, lifecycle, logging] + nio + collections),
    house(
        "Inspection", on: ["Clockwork", "JSON", "Disk", "Orders", grdb, sqlite],
        // Its tests look into files that have the roles' own schemas.
        tests: ["Stream", "Broker", "Shop", "OMS", "Function", "Courier", "Partners"]),

    // The roles. They never import each other.
    house(
        "Broker",
        on: ["Clockwork", "JSON", "Disk", "Queue", "Stream", "Wire", grdb, sqlite, lifecycle, logging]
            + collections),
    house("Shop", on: role, tests: [lifecycleTests]),
    house("OMS", on: role, tests: [lifecycleTests]),
    house("Function", on: role),
    house("Courier", on: role + [httpClient] + nio),
    house("Partners", on: role, tests: [httpClient]),

    // Those who watch, break and prove.
    house(
        "Outages",
        on: role + [
            "Inspection", "Broker", "Shop", "OMS", "Function", "Courier", "Partners",
            httpClient,
            .product(name: "Yams", package: "Yams"),
            .product(name: "Subprocess", package: "swift-subprocess"),
            .product(name: "SystemPackage", package: "swift-system"),
        ] + nio),

    // The command line: one verb per deed.
    [
        .executableTarget(
            name: "orderflow",
            dependencies: role + [
                "Inspection", "Broker", "Shop", "OMS", "Function", "Courier", "Partners", "Outages",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: strict)
    ],
]

let package = Package(
    name: "orderflow",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "orderflow", targets: ["orderflow"]),
        .library(name: "Queue", targets: ["Queue"]),
        .library(name: "Stream", targets: ["Stream"]),
        .library(name: "Wire", targets: ["Wire"]),
        .library(name: "Broker", targets: ["Broker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: targets.flatMap(\.self)
)
