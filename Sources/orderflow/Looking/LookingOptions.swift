import ArgumentParser
import Clockwork
import Inspection
import JSON
import Outages

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Where to look.
struct DataOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            "The data directory. Default: ORDERFLOW_DATA, then what the settings file says, then data.",
            valueName: "dir"))
    var directory: String?

    /// Opens the ledgers that are needed.
    ///
    /// - Throws: `LedgerError.noDirectory`.
    /// Where what is needed lies inside another's queue or stream, says so.
    func ledgers(_ wanted: [Ledger]? = nil) async throws -> Ledgers {
        let path = await path()
        let ledgers = try Ledgers(in: path, only: wanted)
        if wanted?.contains(.broker) == true, !ledgers.has(.broker),
            let elsewhere = RunDirectory(path).elsewhere
        {
            throw Ending(status: 4, words: Self.words(about: elsewhere, in: path))
        }
        return ledgers
    }

    private static func words(about elsewhere: Elsewhere, in path: String) -> String {
        let places = [
            elsewhere.queue.map { "queue is at \($0)" }, elsewhere.stream.map { "stream is at \($0)" },
        ].compactMap(\.self)
        return """
            \(path) has no \(Ledger.broker.file): its \(places.joined(separator: ", its ")), and nobody else can look inside. \
            `orderflow queue stats` and `orderflow status` ask the queue for its numbers.
            """
    }

    /// Flag, then environment, then file, then default. A settings file that cannot be read is the roles'
    /// business.
    func path() async -> String {
        if let directory { return directory }
        if let told = getenv("ORDERFLOW_DATA") { return String(cString: told) }
        return (try? await SettingsReader(file: nil).streetSettings().data) ?? "data"
    }
}

/// How an answer is printed.
struct PrintOptions: ParsableArguments {
    @Option(help: "table, json, ndjson, csv or md.") var format: ListingFormat?
    @Flag(help: "Short for --format json.") var json = false
    @Option(
        help: "Only these columns, in this order.", transform: { $0.split(separator: ",").map(String.init) })
    var columns: [String]?
    @Flag(help: "Leave out the names of the columns, in tables and CSV.") var noHeader = false
    @Flag(help: "Times by the clock of this machine instead of UTC.") var local = false

    func validate() throws {
        if json, let format, format != .json {
            throw ValidationError("--json and --format \(format.rawValue) exclude each other.")
        }
    }

    var chosen: ListingFormat { json ? .json : format ?? .table }

    /// Prints a listing, and says when there is more of it.
    ///
    /// - Parameters:
    ///   - shown: The columns of a table unless others are asked for; programs get all.
    ///   - more: How to get the next page, where there is one.
    func print(
        _ listing: Listing, shown: [String]? = nil, more: (String) -> String = { "Go on with --after \($0)." }
    ) throws {
        Output.write(try text(of: listing, shown: shown))
        if let next = listing.next { Output.remark("There are more. \(more(next))") }
    }

    func text(of listing: Listing, shown: [String]? = nil, header: Bool = true) throws -> String {
        var listing = listing
        if let columns {
            listing = try listing.columns(columns)
        } else if let shown, chosen == .table || chosen == .md {
            listing = try listing.columns(shown.filter(listing.columns.contains))
        }
        if local { listing = listing.inLocalTime }
        return listing.printed(as: chosen, header: header && !noHeader, width: Output.width)
    }
}

/// How an answer is printed that is one page, not a listing.
struct PageOptions: ParsableArguments {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json, ndjson
    }

    @Option(help: "text, json, or ndjson for JSON in one line.") var format: Format?
    @Flag(help: "Short for --format json.") var json = false

    func validate() throws {
        if json, let format, format != .json {
            throw ValidationError("--json and --format \(format.rawValue) exclude each other.")
        }
    }

    var chosen: Format { json ? .json : format ?? .text }

    func print(_ json: JSONValue, text: () -> String) {
        switch chosen {
        case .json: Output.write(PlainText.escapingCommands(inJSON: json.indentedText) + "\n")
        case .ndjson: Output.write(PlainText.escapingCommands(inJSON: json.text) + "\n")
        case .text: Output.write(text())
        }
    }
}

extension ListingFormat: ExpressibleByArgument {}

/// How many rows.
struct LimitOption: ParsableArguments {
    @Option(help: "Rows at most, 1 to 10000.") var limit = 50

    func validate() throws {
        guard (1...10_000).contains(limit) else {
            throw ValidationError("--limit is \(limit). Use 1 to 10000.")
        }
    }
}
