import ArgumentParser
import Inspection
import JSON

/// `orderflow rejections …`: what was readable and not taken.
struct RejectionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejections", abstract: "List and show what was rejected, and why.",
        subcommands: [List.self, Show.self, Reasons.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List rejections, the latest first.",
            discussion:
                "Exits with 0, also when there are none; 2 for wrong usage; 4 when there is no such ledger.")

        @OptionGroup var data: DataOptions
        @Option(help: "Only those with this reason, such as total_mismatch.") var code: String?
        @Option(help: ArgumentHelp("Only those of this order.", valueName: "number")) var order: String?
        @OptionGroup var limit: LimitOption
        @Option(help: "Begin behind this id, as the page before gave it.") var after: Int64?
        @OptionGroup var output: PrintOptions

        func run() async throws {
            let listing = try RejectionWindow.list(
                of: try await data.ledgers([.oms]), code: code, order: order, before: after,
                limit: limit.limit)
            try output.print(listing, shown: RejectionWindow.shown)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one rejection with all its reasons and the document.",
            discussion: "Exits with 0, or with 4 when there is none of this id.")

        @OptionGroup var data: DataOptions
        @Argument(help: "The rejection's id.") var id: Int64
        @OptionGroup var output: PageOptions

        func run() async throws {
            guard let rejection = try RejectionWindow.show(id, of: try await data.ledgers([.oms])) else {
                throw Ending(status: 4, words: "There is no rejection \(id).")
            }
            output.print(.object(rejection)) { Self.text(of: rejection) }
        }

        private static func text(of rejection: JSONObject) -> String {
            func field(_ name: String) -> String { PlainText.forTerminal(rejection[name]?.shown ?? "") }
            var text = """
                rejection \(field("rejection_id"))  \(field("rejected_at"))
                  order     \(field("order_number"))
                  key       \(field("idempotency_key"))
                  message   \(field("message_id"))

                """
            for reason in rejection["reasons"]?.array ?? [] {
                let place = reason["path"]?.string.flatMap { $0.isEmpty ? nil : " at \($0)" } ?? ""
                text +=
                    PlainText.forTerminal(
                        "  \(reason["code"]?.shown ?? "?")\(place): \(reason["message"]?.shown ?? "")") + "\n"
            }
            return text + "\n" + PlainText.forTerminal(rejection["document"]?.shown ?? "") + "\n"
        }
    }

    struct Reasons: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count how often each rule was broken.",
            discussion: "Exits with 0, or with 4 when there is no such ledger.")

        @OptionGroup var data: DataOptions
        @OptionGroup var output: PrintOptions

        func run() async throws {
            try output.print(try RejectionWindow.reasons(of: try await data.ledgers([.oms])))
        }
    }
}
