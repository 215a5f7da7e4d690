import Clockwork
import Synchronization

/// Looks at the whole pipeline again and again, four times a second if need be, whether its processes live or
/// not.
package final class PipelineWatch: Sendable {
    private let directory: String
    private let time: any TimeSource
    private let state = Mutex(State())

    private struct State {
        var ledgers: Ledgers?
        /// What lay in the directory when the ledgers were opened.
        var files: [DirectoryListing.Entry] = []
        var counting = PipelineCounting()
    }

    /// - Parameter directory: The data directory; its files may come into being later.
    package init(directory: String, time: any TimeSource = SystemTime()) {
        self.directory = directory
        self.time = time
    }

    /// Counts everything once.
    ///
    /// - Parameters:
    ///   - withTotals: False leaves out the equation and what was parked, which take a look at every row.
    ///   - elsewhere: Where queue and stream are when they are not ours, and what they say now.
    /// - Throws: ``LedgerError/noDirectory(_:)``; a ledger that is missing or cannot be read only counts as
    ///   missing.
    package func look(withTotals: Bool = true, elsewhere: Elsewhere? = nil) throws -> PipelineSnapshot {
        try state.withLock { state in
            guard let entries = DirectoryListing.entries(in: directory) else {
                throw LedgerError.noDirectory(directory)
            }
            let files = entries.filter { $0.name.hasSuffix(".db") }
            let ledgers: Ledgers
            if let known = state.ledgers, files == state.files {
                ledgers = known
            } else {  // a file has come or gone: all counting begins anew
                ledgers = try Ledgers(in: directory, only: Ledger.singles)
                state = State(ledgers: ledgers, files: files)
            }
            return try state.counting.look(
                at: ledgers, now: time.now, uptime: { time.uptime }, elsewhere: elsewhere,
                withTotals: withTotals)
        }
    }
}

extension PipelineSnapshot {
    /// The numbers at one moment, for whoever looks once.
    package init(of ledgers: Ledgers, now: Timestamp, elsewhere: Elsewhere? = nil) throws {
        var counting = PipelineCounting()
        self = try counting.look(at: ledgers, now: now, uptime: { .zero }, elsewhere: elsewhere)
    }
}
