import ArgumentParser
import Broker
import Clockwork
import Foundation
import JSON
import Logging
import Outages
import ServiceLifecycle
import Synchronization
import Wire

/// `orderflow bench`: what the broker does in a second on this machine, beside what plain SQLite does.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the broker on this machine, side by side with plain SQLite in the same run.",
        discussion: """
            Starts a broker of its own in a temporary directory, on loopback, and loads it from this process, so the load \
            shares the machine with it. Every send is durable and every signature is verified. Ratios are to plain SQLite \
            writing the same bytes in commits of the size that the broker's load makes. Exits with 0.
            """)

    @Option(help: "Seconds, about, for each figure.") var seconds = 3
    @Option(help: "Bytes of one message's body.") var bytes = 1_024
    @Option(help: "Connections of the load.") var connections = 64
    @Option(help: "Where to make the temporary directory; the disk under it is what is measured.")
    var directory = FileManager.default.currentDirectoryPath
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let scratch = "\(directory)/.build-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        var figures: [Figure] = []
        let plain = try PlainSQLite(directory: scratch)
        let limits = try [1, connections, 10 * connections, 500].map {
            try plain.rowsPerSecond(
                rows: max($0 * 20, 20_000 / (501 - min($0, 500))), bytes: bytes, perCommit: $0)
        }
        plain.close()
        try await withBroker(in: scratch) { port in
            let bench = BrokerBench(
                load: Load(host: "127.0.0.1", port: port, credentials: KeyRing.house[.developer].credentials),
                bytes: bytes, connections: connections, span: .seconds(seconds))
            figures.append(try await bench.sends(limit: limits[1]))
            figures.append(try await bench.batchedSends(limit: limits[2]))
            figures.append(try await bench.drain())
            figures.append(try await bench.puts(limit: limits[1]))
            figures.append(try await bench.batchedPuts(limit: limits[3]))
            figures.append(try await bench.reads())
        }
        if json {
            print(JSONValue.array(figures.map(\.json)).text)
        } else {
            print(Figure.table(figures))
        }
    }

    private func withBroker(in scratch: String, _ measure: (Int) async throws -> Void) async throws {
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        let port = AsyncStream<Int>.makeStream()
        let keys = KeyRing.house.known(onLoopback: true)
        let broker = try LocalBroker(
            BrokerSettings(directory: scratch, port: 0, keys: keys), logger: logger,
            listening: { port.continuation.yield($0) })
        let group = ServiceGroup(services: [broker], logger: logger)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            for await number in port.stream {
                try await measure(number)
                break
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// One measured figure.
struct Figure {
    var name: String
    var perSecond: Double
    var unit: String
    var p50: Duration
    var p99: Duration
    /// What plain SQLite writes per second in commits of a like size; nil for reads.
    var limit: Double?

    var json: JSONValue {
        [
            "name": .string(name), "per_second": JSONValue(Int(perSecond)), "unit": .string(unit),
            "p50_us": JSONValue(p50.microseconds), "p99_us": JSONValue(p99.microseconds),
            "plain_sqlite_per_second": JSONValue(limit.map { Int($0) }),
        ]
    }

    static func table(_ figures: [Figure]) -> String {
        let rows = figures.map { figure in
            [
                figure.name, "\(Int(figure.perSecond)) \(figure.unit)/s",
                figure.p50.milliseconds(decimals: 2),
                figure.p99.milliseconds(decimals: 2),
                figure.limit.map { "\(Int($0))/s, \(String(format: "%.2f", figure.perSecond / $0)) of it" }
                    ?? "",
            ]
        }
        let header = ["what", "rate", "p50", "p99", "plain SQLite"]
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return ([header] + rows).map { row in
            zip(row, widths).map { $0.padding(toLength: $1 + 2, withPad: " ", startingAt: 0) }.joined()
        }.joined(separator: "\n")
    }
}

extension Duration {
    fileprivate func milliseconds(decimals: Int) -> String {
        String(format: "%.\(decimals)f ms", fractionalSeconds * 1_000)
    }
}
