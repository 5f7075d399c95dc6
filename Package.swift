// swift-tools-version:6.2
import PackageDescription

/// The settings of every target: strict imports, strict existentials, warnings are errors.
///
/// Debug builds, and so all tests, check at run time that accesses don't overlap; in a release
/// build that check took 6 % of a loaded hub's CPU.
let strict: [SwiftSetting] = [
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// The same, for targets that reach a C++ library through its thin shim's C header.
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "touchline",
    products: [
        .executable(name: "touchline", targets: ["touchline"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird",
            exact: "2.28.1",
            traits: []
        ),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Floor 4: the command, composition root.
        .executableTarget(
            name: "touchline",
            dependencies: [
                "HubServer", "Console", "AuditStore", "PolicyFiles", "HubCore", "Handshake",
                "PolicyEngine", "AuditLog", "Outcomes", "WebSocketFrames", "JSONDocument",
                "Spelling",
                crypto, logging, yams,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ] + nio,
            swiftSettings: strict
        ),
        // Measures the record with the hub's own parts, which a package of its own could not see.
        .executableTarget(
            name: "record-benchmark",
            dependencies: ["AuditStore", "HubCore", "AuditLog", "Outcomes", logging],
            path: "Benchmarks/record/Sources",
            swiftSettings: strict
        ),
        // Measures the judging of messages, the same way.
        .executableTarget(
            name: "policy-benchmark",
            dependencies: [
                "PolicyFiles", "HubCore", "PolicyEngine", "AuditLog", "ContentMatching",
                "JSONSchema", "JSONDocument", "CEL", "Outcomes", "CAllocations", crypto,
            ],
            path: "Benchmarks/policy/Sources",
            swiftSettings: strict
        ),
        // Floor 3: adapters.
        .target(
            name: "HubServer",
            dependencies: [
                "HubCore", "Handshake", "PolicyEngine", "AuditLog", "Outcomes", "WebSocketFrames",
                "JSONDocument", crypto, logging,
            ] + nio,
            swiftSettings: strict
        ),
        .target(
            name: "Console",
            dependencies: [
                "HubCore", "PolicyEngine", "AuditLog", "Outcomes", logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            resources: [.embedInCode("openapi.json")],
            swiftSettings: strict
        ),
        .target(
            name: "AuditStore",
            dependencies: ["HubCore", "AuditLog", "Outcomes", "CPostgres", crypto, logging],
            resources: [
                .embedInCode("SQL/0001-audit.sql"), .embedInCode("SQL/0002-views.sql"),
                .embedInCode("SQL/0003-tree.sql"), .embedInCode("SQL/0004-keeping.sql"),
                .embedInCode("SQL/0005-hub.sql"), .embedInCode("SQL/0006-keeping.sql"),
                .embedInCode("SQL/0007-proofs.sql"), .embedInCode("SQL/0008-matters.sql"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PolicyFiles",
            dependencies: ["PolicyEngine", "ContentMatching", logging],
            swiftSettings: strict
        ),
        // Floor 2: decisions.
        .target(
            name: "HubCore",
            dependencies: [
                "AuditLog", "PolicyEngine", "JSONDocument", "WebSocketFrames", "Outcomes", crypto,
            ],
            swiftSettings: strict
        ),
        // Floor 1: the three subjects.
        .target(
            name: "Handshake",
            dependencies: [
                "JSONDocument", "Outcomes", crypto,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PolicyEngine",
            dependencies: [
                "CEL", "ContentMatching", "JSONDocument", "JSONSchema", "Outcomes", "Spelling",
                crypto, yams,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "AuditLog",
            dependencies: [
                "Outcomes", "CChecksum", crypto,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        // Floor 0: leaves.
        .target(name: "Outcomes", swiftSettings: strict),
        .target(name: "WebSocketFrames", dependencies: ["Outcomes"], swiftSettings: strict),
        .target(
            name: "JSONSchema",
            dependencies: ["JSONDocument", "Spelling", "CRE2", "CUnicode"],
            resources: [
                "schema", "core", "applicator", "unevaluated", "validation", "meta-data",
                "format-annotation", "format-assertion", "content",
            ].map { .embedInCode("MetaSchemas/\($0).json") },
            swiftSettings: strict
        ),
        .target(name: "CEL", dependencies: ["Spelling", "CRE2"], swiftSettings: strict),
        .target(
            name: "ContentMatching",
            dependencies: ["CHyperscan", "CRE2", "CUnicode"],
            swiftSettings: strict
        ),
        .target(name: "Spelling", swiftSettings: strict),
        // A parsed document, which a schema reads, too.
        .target(name: "JSONDocument", dependencies: ["CSimdjson"], swiftSettings: strict),
        // What Swift has no words for: the processor's own CRC instruction.
        .target(name: "CChecksum", cSettings: [.unsafeFlags(["-O2"])]),
        // Shims over Debian's libraries.
        .target(
            name: "CSimdjson",
            cxxSettings: [.unsafeFlags(["-O2"])],
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(
            name: "CUnicode",
            linkerSettings: [.linkedLibrary("icui18n"), .linkedLibrary("icuuc")]
        ),
        .systemLibrary(
            name: "CHyperscan",
            pkgConfig: "libhs",
            providers: [.apt(["libhyperscan-dev"])]
        ),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    ]
        + [
            "WebSocketFrames", "JSONDocument", "ContentMatching", "PolicyFiles",
        ].map { name in
            .testTarget(
                name: "\(name)Tests",
                dependencies: [.byName(name: name), "Outcomes"],
                swiftSettings: strict
            )
        } + [
            .testTarget(
                name: "HubCoreTests",
                dependencies: ["HubCore", "JSONSchema", "JSONDocument", "Outcomes"],
                swiftSettings: strict
            ),
            .testTarget(
                name: "OutcomesTests",
                dependencies: ["Outcomes"],
                swiftSettings: strict
            ),
            .testTarget(
                name: "PolicyEngineTests",
                dependencies: ["PolicyEngine", "JSONDocument", "Outcomes"],
                swiftSettings: strict
            ),
            .testTarget(
                name: "HandshakeTests",
                dependencies: ["Handshake", "Outcomes"],
                swiftSettings: strict
            ),
            .testTarget(
                name: "AuditLogTests",
                dependencies: [
                    "AuditLog", "CChecksum", "Outcomes", crypto,
                    .product(name: "CryptoExtras", package: "swift-crypto"),
                ],
                swiftSettings: strict
            ),
            .testTarget(
                name: "AuditStoreTests",
                dependencies: ["AuditStore", "HubCore", "AuditLog", "Outcomes", logging],
                swiftSettings: strict
            ),
            .testTarget(
                name: "SpellingTests",
                dependencies: ["Spelling"],
                swiftSettings: strict
            ),
            .testTarget(name: "CELTests", dependencies: ["CEL"], swiftSettings: strict),
            .testTarget(
                name: "JSONSchemaTests",
                dependencies: ["JSONSchema", "JSONDocument", "CAllocations"],
                swiftSettings: strict
            ),
            // Counts what a test allocates: its malloc stands before the C library's.
            .target(name: "CAllocations", path: "Tests/CAllocations"),
            .testTarget(name: "HouseTests", dependencies: ["Outcomes"], swiftSettings: strict),
            .testTarget(
                name: "touchlineTests",
                dependencies: [
                    "touchline", "Console", "AuditStore", "AuditLog", "HubCore", "Handshake",
                    "JSONDocument", "Outcomes", crypto, logging,
                    .product(name: "NIOCore", package: "swift-nio"),
                    .product(name: "NIOEmbedded", package: "swift-nio"),
                ],
                swiftSettings: strict
            ),
        ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// Built by scripts/fuzz alone: libFuzzer brings its main.
if Context.environment["TOUCHLINE_FUZZING"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "PolicyFiles", "PolicyEngine", "JSONSchema", "JSONDocument", "CEL", "Outcomes",
            ],
            path: "Tests/Fuzz",
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]
        )
    )
}
