import ArgumentParser
import Clockwork
import Inspection
import JSON
import Wire

extension DeadLettersCommand {
    /// `orderflow dlq discard`: removes dead letters for good, with a reason on record.
    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove dead letters for good, and put on record who did it and why.",
            discussion: """
                The broker must be up; see `queue send --help` for endpoint and credentials. It takes our own broker: Amazon \
                knows no such request. A letter that a receiver holds is left.

                The record is made in the commit in which the letter goes and is never forgotten: `dlq list --discarded`, \
                the window message_discards, and for an order `orders trace`. An audit counts the orders of discarded letters \
                by themselves; without a record they would be lost.

                Exits with 0 when all were discarded, 1 when some were left or the broker refused, 2 for wrong usage, 3 when \
                nobody can tell, 4 when there is no such queue or letter.
                """)

        @OptionGroup var data: DataOptions
        @Argument(help: ArgumentHelp("The letters' ids.", valueName: "message-id")) var ids: [String] = []
        @Option(help: ArgumentHelp("Why, for whoever asks later: 1 to 1000 characters.", valueName: "text"))
        var reason: String
        @Option(
            help: ArgumentHelp(
                "All letters that lie there for this reason; see `dlq list`.", valueName: "code"))
        var code: String?
        @Flag(help: "All letters.") var all = false
        @OptionGroup var queue: DeadLetterQueueOption
        @Flag(help: "Only count what would be discarded, from the files.") var dryRun = false
        @Flag(help: "Go on without further questions; needed with --all and --code.") var yes = false
        @OptionGroup var broker: BrokerOptions
        @OptionGroup var output: PageOptions

        func validate() throws {
            guard [!ids.isEmpty, code != nil, all].count(where: { $0 }) == 1 else {
                throw ValidationError("Say which letters: their ids, --code CODE, or --all.")
            }
            guard reason.contains(where: { !$0.isWhitespace }), reason.count <= 1_000 else {
                throw ValidationError("--reason says nothing, or too much. Say why in 1 to 1000 characters.")
            }
        }

        func run() async throws {
            let letters = try await chosen()
            guard !dryRun else { return count(letters) }
            guard yes || !ids.isEmpty else {
                let count = letters.places.count
                throw Ending(
                    status: 2,
                    words: """
                        This removes \(count) letter\(count == 1 ? "" : "s") for good. Add --yes to do it, or --dry-run to \
                        see where they lie.
                        """)
            }
            try await discard(letters)
        }

        private func discard(_ letters: ChosenLetters) async throws {
            var discarded: [String] = [], left: [String] = []
            try await broker.caller(besides: data).call(BrokerControl.self, unknown: Self.unknown) { client in
                for lot in letters.lots() {
                    let answer = try await client(
                        DiscardMessages(queueName: lot.queue, messageIds: lot.ids, reason: reason))
                    discarded += answer.discarded
                    left += answer.left
                }
            }
            output.print([
                "discarded": .array(discarded.map(JSONValue.string)),
                "left": .array(left.map(JSONValue.string)),
            ]) { discarded.map { "\($0) is discarded\n" }.joined() }
            guard !left.isEmpty else { return }
            throw Ending(
                status: 1,
                words: "Left, because a receiver has them or they are gone: \(left.joined(separator: ", ")).")
        }

        /// What would be discarded, by dead-letter queue.
        private func count(_ letters: ChosenLetters) {
            let counts = Dictionary(grouping: letters.places, by: \.queue).mapValues(\.count)
            let listing = Listing(
                columns: ["queue", "letters"],
                rows: counts.sorted { $0.key < $1.key }.map { [.string($0), .integer(Int64($1))] })
            output.print(.array(listing.objects)) { listing.printed(as: .table, width: Output.width) }
        }

        private func chosen() async throws -> ChosenLetters {
            let ledgers = try await data.ledgers([.broker])
            let queue = try queue.checked(among: ledgers, now: SystemTime().now)
            return try ChosenLetters(in: ledgers, queue: queue, ids: ids, reason: code)
        }

        private static let unknown =
            "Nobody can tell whether letters were discarded. `dlq list --discarded` shows which were."
    }
}
