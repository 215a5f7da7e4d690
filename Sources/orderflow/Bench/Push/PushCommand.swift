import ArgumentParser
import Clockwork
import JSON

/// `orderflow bench push`: how soon a record reaches its registered consumers.
struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Measure how soon a record reaches a consumer that has subscribed to its shard.",
        discussion: """
            A broker, a process of its own, has a stream of four shards and a registered consumer with a subscription to \
            each. Records are put singly at a steady rate, each when it is due whatever became of those before it; late is \
            how late they were sent, and more than a millisecond or two means that this machine is too slow for the rate. \
            A record has reached its consumer once it is decoded there. That may be before the put's own answer is read \
            here, and then counts as 0. Beside them stands what plain SQLite takes to write such a record. Exits with 1 \
            unless every record came exactly once.
            """)

    @Option(help: "Records put in a second.") var rate = 1_000
    @Option(help: "Seconds of putting, at most 240.") var seconds = 10
    @Option(help: "Bytes of one record, at least 20.") var bytes = 256
    @Option(help: "Connections that put.") var connections = 16
    @OptionGroup var options: MeasuringOptions

    func validate() throws {
        guard rate > 0, connections > 0, bytes >= 20, (1...240).contains(seconds) else {
            throw ValidationError(
                """
                --rate and --connections want numbers above 0, --bytes one of at least 20, --seconds 1 to 240: a \
                subscription lasts five minutes.
                """)
        }
    }

    func run() async throws {
        let finding = try await options.inScratch { scratch in
            let (exchanges, arrivals) = try await BrokerProcess.with(dataIn: "\(scratch)/broker") { broker in
                try await PushLoad(
                    port: try await broker.start().port, rate: rate, count: rate * seconds, bytes: bytes,
                    connections: connections
                ).measure()
            }
            let plain = try PlainSQLite(directory: scratch)
            defer { plain.close() }
            return PushFinding(
                exchanges: exchanges, arrivals: arrivals,
                plainWrites: try plain.spansOfSingleWrites(rows: min(exchanges.count, 2_000), bytes: bytes))
        }
        options.print(finding.listing)
        if finding.overtaking > 0 {
            Output.remark(
                "\(finding.overtaking) records came before the answer to their put was read, and count as 0.")
        }
    }
}
