import ArgumentParser
import Clockwork
import Inspection
import JSON

/// `orderflow dlq …`: what was put aside, and its way back.
struct DeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dlq",
        abstract: "List and show dead letters, correct them, send them back, or discard them.",
        discussion: """
            A letter's reason is the code of the rule by which it is no order, such as unreadable_json; received_too_often \
            for a sound one that nobody came to an end with; sent_straight for what no queue has put aside.
            """,
        subcommands: [List.self, Show.self, Edit.self, Redrive.self, Discard.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List dead letters, or count them by reason. None is received or counted.",
            discussion:
                "Exits with 0, also when there are none; 2 for wrong usage; 4 when there is no such queue or ledger."
        )

        @OptionGroup var data: DataOptions
        @OptionGroup var queue: DeadLetterQueueOption
        @Flag(help: "Count them by queue, origin and reason instead.") var group = false
        @Flag(help: "Those that were removed for good instead, newest first: by whom, and why.")
        var discarded = false
        @Option(help: ArgumentHelp("Only those with this reason.", valueName: "code")) var reason: String?
        @Option(help: ArgumentHelp("Only those whose body contains this.", valueName: "text")) var grep:
            String?
        @OptionGroup var limit: LimitOption
        @Option(help: ArgumentHelp("Begin behind this message, as the page before gave it.", valueName: "id"))
        var after: String?
        @OptionGroup var output: PrintOptions

        func validate() throws {
            if group, reason != nil || grep != nil || after != nil {
                throw ValidationError("--group counts all letters. Leave out --reason, --grep and --after.")
            }
            if discarded, group || reason != nil || grep != nil {
                throw ValidationError(
                    "--discarded lists all that were removed. Leave out --group, --reason and --grep.")
            }
        }

        func run() async throws {
            guard !discarded else { return try await listDiscarded() }
            let ledgers = try await data.ledgers([.broker])
            let now = SystemTime().now
            let queue = try queue.checked(among: ledgers, now: now)
            guard !group else {
                return try output.print(DeadLetterWindow.groups(of: ledgers, now: now, queue: queue))
            }
            try output.print(
                DeadLetterWindow.list(
                    of: ledgers, now: now, queue: queue, reason: reason, containing: grep, after: after,
                    limit: limit.limit), shown: DeadLetterWindow.shown)
        }

        private func listDiscarded() async throws {
            try output.print(
                DiscardWindow.list(
                    of: await data.ledgers([.shop, .broker]), queue: queue.queue, before: after,
                    limit: limit.limit), shown: DiscardWindow.shown)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one dead letter with its body, and what it was called before.",
            discussion: "Exits with 0, or with 4 when there is none of this id.")

        @OptionGroup var data: DataOptions
        @Argument(help: "The message's id.") var id: String
        @OptionGroup var output: PageOptions

        func run() async throws {
            let ledgers = try await data.ledgers([.broker])
            guard let letter = try DeadLetterWindow.show(id, of: ledgers, now: SystemTime().now) else {
                throw Ending(status: 4, words: "There is no dead letter \(PlainText.forTerminal(id)).")
            }
            output.print(.object(letter)) { Self.text(of: letter) }
        }

        private static func text(of letter: JSONObject) -> String {
            func field(_ name: String) -> String { PlainText.forTerminal(letter[name]?.shown ?? "") }
            var text = """
                dead letter \(field("message_id")) in \(field("queue"))
                  reason    \(field("reason"))
                  order     \(field("order_number"))
                  origin    \(field("origin"))
                  sent      \(field("sent_at"))
                  received  \(field("receive_count")) times, first \(field("first_received_at"))

                """
            for move in letter["moves"]?.array ?? [] {
                func told(_ name: String) -> String { PlainText.forTerminal(move[name]?.shown ?? "") }
                let deed = move["edited_by"]?.string == nil ? "" : ", corrected by \(told("edited_by"))"
                text +=
                    "  moved     \(told("moved_at")) from \(told("from_queue")), where it was \(told("former_message_id"))\(deed)\n"
            }
            return text + "\n" + field("body") + "\n"
        }
    }
}

/// Which dead-letter queue.
struct DeadLetterQueueOption: ParsableArguments {
    @Option(help: ArgumentHelp("Only this dead-letter queue.", valueName: "name")) var queue: String?

    /// - Throws: ``Ending`` with 4 for a queue that takes nobody's dead letters.
    func checked(among ledgers: Ledgers, now: Timestamp) throws -> String? {
        guard let queue else { return nil }
        let known = try DeadLetterWindow.deadLetterQueues(of: ledgers, now: now)
        guard !known.contains(queue) else { return queue }
        let nearest = NearestName.to(queue, among: known)
        throw Ending(
            status: 4,
            words: "No queue sends its dead letters to \(PlainText.forTerminal(queue))."
                + (nearest.map { " Did you mean \(PlainText.forTerminal($0))?" } ?? ""))
    }
}
