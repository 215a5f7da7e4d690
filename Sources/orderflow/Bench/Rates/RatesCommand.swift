import ArgumentParser
import Broker
import Clockwork
import Logging
import Outages
import ServiceLifecycle
import Synchronization
import Wire

/// `orderflow bench rates`: what the broker does in a second on this machine, beside what plain SQLite does.
struct RatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rates",
        abstract: "Measure the broker on this machine, side by side with plain SQLite in the same run.",
        discussion: """
            Shares are of what plain SQLite does with rows of the same bytes: for writes in commits of the size that the \
            broker's load makes, for reads in queries of as many as an answer holds. Exits with 0.
            """)

    @Option(help: "Seconds, about, for each figure.") var seconds = 3
    @Option(help: "Bytes of one message's body.") var bytes = 1_024
    @Option(help: "Connections of the load.") var connections = 64
    @OptionGroup var options: MeasuringOptions

    func run() async throws {
        let figures = try await options.inScratch { try await measure(in: $0) }
        options.print(Figure.listing(figures))
    }

    private func measure(in scratch: String) async throws -> [Figure] {
        var figures: [Figure] = []
        let plain = try PlainSQLite(directory: scratch)
        let limits = try [1, connections, 10 * connections, 500].map {
            try plain.rowsWrittenPerSecond(
                rows: max($0 * 20, 20_000 / (501 - min($0, 500))), bytes: bytes, perCommit: $0)
        }
        let readLimit = try plain.rowsReadPerSecond(perQuery: 10_000, span: .seconds(seconds) / 3)
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
            figures.append(try await bench.reads(limit: readLimit))
        }
        return figures
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
