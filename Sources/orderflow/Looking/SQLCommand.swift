import ArgumentParser
import Clockwork
import Inspection

/// `orderflow sql`: asks all ledgers at once, and can do nothing but read.
struct SQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Ask all ledgers at once in SQL. Nothing can be changed.",
        discussion: """
            The ledgers are called shop, broker, oms, function, notify and partner_NAME. Ready views: \
            \(SQLViews.offered.map { "\($0.name) (\($0.meaning))" }.joined(separator: "; ")); and received (what all partners \
            have on record). Without a query it is read from standard input.

            One statement at a time, 5 s and 10,000 rows or 16 MiB at most; a notice says what was cut off. Columns that tell \
            who somebody is are empty unless --show-personal. Exits with 0, 2 when the statement cannot be read or is not \
            allowed, 4 when there is no such directory.
            """)

    @OptionGroup var data: DataOptions
    @Argument(help: "The statement.") var query: String?
    @Flag(help: "Tell how SQLite would go about it instead.") var explain = false
    @Flag(help: "Show names, addresses and documents.") var showPersonal = false
    @OptionGroup var output: PrintOptions

    func run() async throws {
        let window = try SQLWindow(
            on: try await data.ledgers(), now: SystemTime().now, showsPersonal: showPersonal)
        let answer = try window.ask(try query ?? Input.text(of: "-"), explaining: explain)
        try output.print(answer.listing)
        if let cut = answer.cut { Output.remark("Only \(cut) are shown; there are more.") }
        if answer.hidPersonal {
            Output.remark("Columns with personal data are left empty; --show-personal shows them.")
        }
        if let command = answer.sqliteCommand {
            Output.remark("The same in sqlite3: \(PlainText.forTerminal(command))")
        } else {
            Output.remark(
                "audit, lost, pipeline, latency and received are views of this window; `orderflow schema db` prints them."
            )
        }
    }
}
