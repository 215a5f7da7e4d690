import ArgumentParser
import Clockwork
import Inspection
import JSON
import Orders
import Outages
import Wire

extension DeadLettersCommand {
    /// `orderflow dlq redrive`: has the broker carry dead letters back.
    struct Redrive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the broker carry dead letters back to the queues that they came from.",
            discussion: """
                The broker must be up; see `queue send --help` for endpoint and credentials. --all speaks SQS \
                (StartMessageMoveTask), so it works on Amazon too: it concerns the letters that lie there now, and waits for one \
                that a receiver holds. Letters chosen by id or reason are looked up in the files and moved by a request of our \
                own; one that a receiver holds is left. One that was sent straight to the dead-letter queue always stays.

                A letter gets a new id; `dlq show` tells the old ones, and so does the window message_moves.

                Exits with 0 when all were moved that could be, 1 when some were left, or the move failed, was refused or has \
                not ended in time (it goes on by itself), 2 for wrong usage, 3 when nobody can tell, 4 when there is no such \
                queue or letter.
                """)

        @OptionGroup var data: DataOptions
        @Argument(help: ArgumentHelp("The letters' ids.", valueName: "message-id")) var ids: [String] = []
        @Option(help: ArgumentHelp("All letters with this reason; see `dlq list`.", valueName: "code"))
        var reason: String?
        @Flag(help: "All letters of the queue.") var all = false
        @Option(
            help: ArgumentHelp(
                "The dead-letter queue. Default: with --all the one of the orders, else any.",
                valueName: "name"))
        var queue: String?
        @Option(
            help: ArgumentHelp(
                "Messages a second, 1/s to 500/s. Default: as fast as it goes.", valueName: "n/s"),
            transform: { text in
                guard let rate = Outages.Redrive.rate(text) else {
                    throw ValidationError("\(text) is no rate. Write 10/s; 1/s to 500/s is possible.")
                }
                return rate
            })
        var rate: Int?
        @Flag(help: "Only count what would be moved and to where, from the files.") var dryRun = false
        @Option(
            help: ArgumentHelp(
                "With --all, how long to wait for the end (default: 60s).", valueName: "span"),
            transform: SpanOption.parsed)
        var timeout: Duration?
        @Option(help: ArgumentHelp("Where the broker is.", valueName: "url")) var endpointUrl: String?
        @Option(help: "The region. Default: AWS_REGION, AWS_DEFAULT_REGION, then us-east-1.") var region:
            String?
        @OptionGroup var output: PageOptions

        func validate() throws {
            guard [!ids.isEmpty, reason != nil, all].count(where: { $0 }) == 1 else {
                throw ValidationError("Say which letters: their ids, --reason CODE, or --all.")
            }
            guard all || timeout == nil else {
                throw ValidationError("--timeout goes with --all; chosen letters are moved at once.")
            }
        }

        func run() async throws {
            switch (dryRun, all) {
            case (true, _): try await count()
            case (false, true): try await moveAll()
            case (false, false): try await moveChosen()
            }
        }

        private func moveAll() async throws {
            let redrive = Outages.Redrive(
                queue: queue, mostPerSecond: rate, timeout: timeout ?? Outages.Redrive.usualTimeout)
            let usual = await usualQueue()
            let outcome = try await caller().call(SQS.self, unknown: Self.unknown) { client in
                try await redrive.run(by: client, time: SystemTime(), orElse: usual)
            }
            output.print([
                "status": .string(outcome.status), "moved": .integer(Int64(outcome.moved)),
                "to_move": .integer(Int64(outcome.toMove)),
                "failure_reason": JSONValue(outcome.failureReason),
            ]) {
                "\(outcome.status.lowercased()): \(outcome.moved) of \(outcome.toMove) moved\n"
            }
            guard !outcome.hasMovedAll else { return }
            throw Ending(
                status: 1,
                words: outcome.failureReason.map { "The move has failed: \($0)" }
                    ?? "The move has not ended in time and goes on by itself.")
        }

        private func moveChosen() async throws {
            let places = try await chosen().filter { $0.origin != nil }
            var moved: [RedriveMessages.Renaming] = [], left: [String] = []
            let batch = rate == nil ? 100 : 1
            let pause = rate.map { Duration.seconds(1) / $0 } ?? .zero
            try await caller().call(BrokerControl.self, unknown: Self.unknown) { client in
                for (queue, letters) in Dictionary(grouping: places, by: \.queue).sorted(by: {
                    $0.key < $1.key
                }) {
                    for start in stride(from: 0, to: letters.count, by: batch) {
                        let ids = letters[start...].prefix(batch).map(\.id)
                        let answer = try await client(RedriveMessages(queueName: queue, messageIds: ids))
                        moved += answer.moved
                        left += answer.left
                        try await SystemTime().sleep(for: pause)
                    }
                }
            }
            output.print([
                "moved": .array(
                    moved.map {
                        [
                            "former_message_id": .string($0.formerMessageId),
                            "message_id": .string($0.messageId), "queue": .string($0.queueName),
                        ]
                    }), "left": .array(left.map(JSONValue.string)),
            ]) {
                moved.map { "\($0.formerMessageId) is \($0.messageId) in \($0.queueName)\n" }.joined()
            }
            guard !left.isEmpty else { return }
            throw Ending(
                status: 1,
                words: "Left, because a receiver has them or they are gone: \(left.joined(separator: ", ")).")
        }

        /// What would be moved, by dead-letter queue and queue of origin.
        private func count() async throws {
            let places = try await chosen().filter { $0.origin != nil }
            let counts = Dictionary(grouping: places) { [$0.queue, $0.origin ?? ""] }.mapValues(\.count)
            let listing = Listing(
                columns: ["queue", "would_go_to", "letters"],
                rows: counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, letters in
                    key.map(JSONValue.string) + [.integer(Int64(letters))]
                })
            output.print(.array(listing.objects)) { listing.printed(as: .table, width: Output.width) }
        }

        /// The letters that are meant, from the files.
        ///
        /// - Throws: ``Ending`` with 4 for an id that no dead letter has.
        private func chosen() async throws -> [DeadLetterWindow.Place] {
            let ledgers = try await data.ledgers([.broker])
            let usual = all ? await usualQueue() : nil
            let places = try DeadLetterWindow.places(
                of: ledgers, now: SystemTime().now, queue: queue ?? usual,
                ids: ids.isEmpty ? nil : Set(ids), reason: reason)
            let found = Set(places.map(\.id))
            if let missing = ids.first(where: { !found.contains($0) }) {
                throw Ending(status: 4, words: "There is no dead letter \(PlainText.forTerminal(missing)).")
            }
            return places
        }

        private func caller() async throws -> QueueCaller {
            try QueueCaller(endpoint: endpointUrl, region: region, directory: await data.path())
        }

        /// The dead-letter queue of the orders, whichever kind of queue takes them here.
        private func usualQueue() async -> String {
            let known = try? await DeadLetterWindow.deadLetterQueues(
                of: data.ledgers([.broker]), now: SystemTime().now)
            return known?.contains(Pipeline.standardDeadOrderQueue) == true
                ? Pipeline.standardDeadOrderQueue : Pipeline.deadOrderQueue
        }

        private static let unknown =
            "Nobody can tell whether letters were moved. `dlq list` shows what lies there."
    }
}
