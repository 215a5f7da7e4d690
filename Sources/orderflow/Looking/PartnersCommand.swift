import ArgumentParser
import Inspection
import JSON

/// `orderflow partners …`: how each third party is doing.
struct PartnersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partners", abstract: "List partners and show how deliveries to them go.",
        subcommands: [List.self, Show.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "A line for each partner: the courier's account, and what the partner itself has received.",
            discussion: "Exits with 0, or with 4 when there is no such ledger.")

        @OptionGroup var data: DataOptions
        @OptionGroup var output: PrintOptions

        func run() async throws {
            try output.print(try PartnerWindow.list(of: try await data.ledgers()), shown: PartnerWindow.shown)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One partner with what is not delivered, and its latest attempts.",
            discussion:
                "Times of attempts are UTC, durations milliseconds. Exits with 0, or with 4 when there is no such partner."
        )

        @OptionGroup var data: DataOptions
        @Argument(help: "The partner's name.") var partner: String
        @OptionGroup var limit: LimitOption
        @OptionGroup var output: PageOptions

        func run() async throws {
            let found = try PartnerWindow.show(partner, of: try await data.ledgers(), limit: limit.limit)
            guard let found else {
                throw Ending(
                    status: 4, words: "The courier knows no partner \(PlainText.forTerminal(partner)).")
            }
            output.print(found.json) { Self.text(of: found) }
        }

        private static func text(of details: PartnerWindow.Details) -> String {
            let facts = details.overview.members.filter { $0.value != .null }
            let width = facts.map(\.name.count).max() ?? 0
            var text = facts.map { fact in
                "\(fact.name)\(String(repeating: " ", count: width - fact.name.count + 2))\(PlainText.forTerminal(fact.value.shown))\n"
            }.joined()
            for (title, listing) in [("not delivered", details.open), ("latest attempts", details.attempts)]
            where !listing.rows.isEmpty {
                text += "\n\(title)\n" + listing.withoutEmptyColumns.printed(as: .table, width: Output.width)
            }
            return text
        }
    }
}
