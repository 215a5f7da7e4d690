import ArgumentParser
import Clockwork
import Inspection
import JSON
import Orders
import Outages

extension DeadLettersCommand {
    /// `orderflow dlq redrive`: has the broker carry dead letters back.
    struct Redrive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the broker carry dead letters back to the queues that they came from.",
            discussion: """
                Speaks the wire as any client of SQS does (StartMessageMoveTask), so the broker must be up; see `queue send \
                --help` for endpoint and credentials. It concerns the letters that lie there now; one that a receiver holds is \
                waited for, and one that was sent straight to the dead-letter queue stays. A letter gets a new id; `dlq show` \
                tells the old ones, and so does the window message_moves.

                Exits with 0 when all were moved, 1 when the task failed, was refused or has not ended in time (it goes on by \
                itself), 2 for wrong usage, 3 when nobody can tell, 4 when there is no such queue.
                """)

        @OptionGroup var data: DataOptions
        @Flag(help: "All letters of the queue.") var all = false
        @Option(
            help: ArgumentHelp("The dead-letter queue. Default: the one of the orders.", valueName: "name"))
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
            help: ArgumentHelp("How long to wait for the end (default: 60s).", valueName: "span"),
            transform: SpanOption.parsed)
        var timeout = Outages.Redrive.usualTimeout
        @Option(help: ArgumentHelp("Where SQS is spoken.", valueName: "url")) var endpointUrl: String?
        @Option(help: "The region. Default: AWS_REGION, AWS_DEFAULT_REGION, then us-east-1.") var region:
            String?
        @OptionGroup var output: PageOptions

        func validate() throws {
            guard all else { throw ValidationError("Say which letters: --all.") }
        }

        func run() async throws {
            guard !dryRun else { return try await count() }
            let redrive = Outages.Redrive(queue: queue, mostPerSecond: rate, timeout: timeout)
            let caller = QueueCaller(endpoint: endpointUrl, region: region, directory: await data.path())
            let usual = await usualQueue()
            let outcome = try await caller.call(
                unknown: "Nobody can tell whether the move has begun. `dlq list` shows what lies there."
            ) { client in
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

        /// What would be moved, by queue of origin.
        private func count() async throws {
            let ledgers = try await data.ledgers([.broker])
            let usual = await usualQueue()
            let groups = try DeadLetterWindow.groups(
                of: ledgers, now: SystemTime().now, queue: queue ?? usual)
            var counts: [(origin: String, letters: Int64)] = []
            for group in groups.objects {
                guard let origin = group["origin"]?.string, let letters = group["letters"]?.integer else {
                    continue
                }
                if let place = counts.firstIndex(where: { $0.origin == origin }) {
                    counts[place].letters += letters
                } else {
                    counts.append((origin, letters))
                }
            }
            let listing = Listing(
                columns: ["queue", "would_go_to", "letters"],
                rows: counts.map { [.string(queue ?? usual), .string($0.origin), .integer($0.letters)] })
            output.print(.array(listing.objects)) { listing.printed(as: .table, width: Output.width) }
        }

        /// The dead-letter queue of the orders, whichever kind of queue takes them here.
        private func usualQueue() async -> String {
            let known = try? await DeadLetterWindow.deadLetterQueues(
                of: data.ledgers([.broker]), now: SystemTime().now)
            return known?.contains(Pipeline.standardDeadOrderQueue) == true
                ? Pipeline.standardDeadOrderQueue : Pipeline.deadOrderQueue
        }
    }
}
