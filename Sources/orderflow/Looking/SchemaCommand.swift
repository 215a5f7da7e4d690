import ArgumentParser
import Inspection
import JSON
import OMS
import Orders
import Shop

/// `orderflow schema …`: what documents and databases look like.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the description of a document that the shop sends, or of the databases.",
        subcommands: [Order.self, Cancellation.self, Database.self])

    struct Order: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "order", abstract: "Print the JSON Schema of order.placed/1.",
            discussion: "JSON Schema, draft 2020-12. Amounts are whole minor units. Exits with 0.")

        func run() { Output.write(Orders.Order.jsonSchema.indentedText + "\n") }
    }

    struct Cancellation: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancellation", abstract: "Print the JSON Schema of order.cancelled/1.",
            discussion: "JSON Schema, draft 2020-12. Exits with 0.")

        func run() { Output.write(Orders.Cancellation.jsonSchema.indentedText + "\n") }
    }

    struct Database: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "db", abstract: "Print the tables and views of the order database, as SQL.",
            discussion: """
                The text makes an empty orders.db in sqlite3. With --ledger it is read from that ledger's file instead. \
                Behind the order database stand the views that `orderflow sql` adds. Exits with 0, or with 4 when the ledger \
                is not there.
                """)

        @OptionGroup var data: DataOptions
        @Option(
            help: "shop, broker, oms, function, notify, or a partner's name; its file's name will do, too.")
        var ledger: String?

        func run() async throws {
            guard let ledger else {
                Output.write(OrderSchema.text)
                for view in SQLViews.offered {
                    Output.write(
                        "\n-- In `orderflow sql`: \(view.meaning)\n-- \(view.name): "
                            + Self.commented(view.sql) + "\n")
                }
                return
            }
            let ledgers = try await data.ledgers()
            let known = ledgers.standings.map(\.ledger)
            guard let found = known.first(where: { $0.names.contains(ledger) }) else {
                let nearest = NearestName.to(ledger, among: known.flatMap(\.names))
                throw ValidationError(
                    "There is no ledger \(ledger)." + (nearest.map { " Did you mean \($0)?" } ?? ""))
            }
            Output.write(try ledgers.schema(of: found))
        }

        private static func commented(_ sql: String) -> String {
            sql.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n--   ")
        }
    }
}
