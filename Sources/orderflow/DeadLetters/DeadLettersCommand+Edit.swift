import ArgumentParser
import Clockwork
import Inspection
import JSON
import Wire

extension DeadLettersCommand {
    /// `orderflow dlq edit`: corrects a dead letter and sends it back.
    struct Edit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Correct a dead letter's body, and have the broker send it back where it came from.",
            discussion: """
                The broker must be up; see `queue send --help` for endpoint and credentials. It takes our own broker: Amazon \
                knows no such request. The corrected letter arrives in the commit in which the old one leaves, under a new \
                id, with the group, deduplication and attributes of a redrive. When anything is wrong with it nothing \
                happens.

                Both texts and who wrote the new one stay on record: `dlq show` and `orders trace` tell it, and the window \
                message_edits has both. An audit knows an order that is stored as it was corrected.

                Without --body it opens the letter in VISUAL or EDITOR.

                Exits with 0 when it was sent back, 1 when the broker refused it or the editor failed, 2 for wrong usage and \
                for a text that is empty or unchanged, 3 when nobody can tell, 4 when there is no such letter or file.
                """)

        @OptionGroup var data: DataOptions
        @Argument(help: ArgumentHelp("The letter's id.", valueName: "message-id")) var id: String
        @Option(
            help: ArgumentHelp(
                "The file whose text is the new body; - reads standard input.", valueName: "file"))
        var body: String?
        @OptionGroup var broker: BrokerOptions
        @OptionGroup var output: PageOptions

        func run() async throws {
            let (queue, former) = try await letter()
            let text = try corrected(former)
            guard text != former else {
                throw Ending(
                    status: 2, words: "The text is the same as before. `dlq redrive` sends it back as it is.")
            }
            guard !text.isEmpty else {
                throw Ending(
                    status: 2, words: "The text is empty. `dlq discard` removes a letter for good.")
            }
            let moved = try await broker.caller(besides: data).call(
                BrokerControl.self, unknown: Self.unknown
            ) { client in
                try await client(EditMessage(queueName: queue, messageId: id, messageBody: text))
            }
            output.print([
                "former_message_id": .string(moved.formerMessageId), "message_id": .string(moved.messageId),
                "queue": .string(moved.queueName),
            ]) { "\(moved.formerMessageId) is corrected, and \(moved.messageId) in \(moved.queueName)\n" }
        }

        /// Where it lies, and what it says.
        private func letter() async throws -> (queue: String, body: String) {
            let found = try DeadLetterWindow.show(
                id, of: await data.ledgers([.broker]), now: SystemTime().now)
            guard let queue = found?["queue"]?.string, let body = found?["body"]?.string else {
                throw Ending(status: 4, words: "There is no dead letter \(PlainText.forTerminal(id)).")
            }
            return (queue, body)
        }

        private func corrected(_ former: String) throws -> String {
            if let body { return try Input.text(of: body) }
            return try TextEditor().edited(former)
        }

        private static let unknown =
            "Nobody can tell whether the letter was corrected. `dlq show` tells whether it still lies there."
    }
}
