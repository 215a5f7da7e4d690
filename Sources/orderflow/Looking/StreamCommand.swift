import ArgumentParser
import Clockwork
import Inspection
import JSON
import Orders

/// `orderflow stream …`: what is in the stream.
struct StreamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream",
        abstract:
            "List streams, read their records, and replay some to a partner, without a reader's place being moved.",
        subcommands: [List.self, Tail.self, Replay.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A line for each shard: its records, and how far the function has come.",
            discussion: "Exits with 0, or with 4 when there is no such ledger.")

        @OptionGroup var data: DataOptions
        @OptionGroup var output: PrintOptions

        func run() async throws {
            try output.print(try StreamWindow.list(of: try await data.ledgers([.broker, .function])))
        }
    }

    struct Tail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read records in the order of their arrival.",
            discussion: """
                Tables leave the data out; --json and --columns shard_id,data show it. Exits with 0, 2 for wrong usage, 4 when \
                there is no such stream.
                """)

        @OptionGroup var data: DataOptions
        @Argument(help: "The stream's name.") var stream = Pipeline.eventStream
        @Option(
            help:
                "trim (the oldest), latest, a time such as 10m or 2010-12-01T08:26:00Z, or a sequence number. Default: the last ones."
        )
        var from: String?
        @Option(help: ArgumentHelp("Only this order's.", valueName: "number")) var order: String?
        @Flag(name: .shortAndLong, help: "Go on as records arrive, until interrupted.") var follow = false
        @OptionGroup var limit: LimitOption
        @OptionGroup var output: PrintOptions

        func run() async throws {
            let ledgers = try await data.ledgers([.broker])
            var start = try start(), places: [String: Int64] = [:], isFirst = true
            while true {
                guard
                    let listing = try StreamWindow.records(
                        stream, of: ledgers, from: start, order: order, beyond: places, limit: limit.limit)
                else {
                    throw Ending(status: 4, words: "There is no stream \(PlainText.forTerminal(stream)).")
                }
                StreamWindow.advance(&places, over: listing)
                guard follow else {
                    return try output.print(listing, shown: StreamWindow.shown) { "Go on with --from \($0)." }
                }
                if isFirst || !listing.rows.isEmpty {
                    Output.write(try output.text(of: listing, shown: StreamWindow.shown, header: isFirst))
                }
                if isFirst, case .last = start {
                    start = .oldest; places.merge(try ends(ledgers)) { known, _ in known }
                }
                isFirst = false
                if listing.next == nil { try await SystemTime().sleep(for: .milliseconds(250)) }
            }
        }

        private func ends(_ ledgers: Ledgers) throws -> [String: Int64] {
            let shards = try StreamWindow.list(of: ledgers).objects.filter { $0["stream"]?.string == stream }
            return Dictionary(
                shards.compactMap { shard in
                    shard["shard_id"]?.string.flatMap { id in shard["last_counter"]?.integer.map { (id, $0) }
                    }
                }, uniquingKeysWith: max)
        }

        private func start() throws -> StreamWindow.Start {
            switch from {
            case nil: return .last(limit.limit)
            case "trim", "oldest": return .oldest
            case "latest": return .last(0)
            case let text?:
                if let moment = Moment(text, now: SystemTime().now) { return .moment(moment.start) }
                if text.count == 56 { return .after(sequenceNumber: text) }
                throw ValidationError("--from \(text) is neither trim, latest, a time nor a sequence number.")
            }
        }
    }
}
