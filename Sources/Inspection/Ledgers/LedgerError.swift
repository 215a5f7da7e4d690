/// Why there is nothing to look at.
package enum LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
    case noDirectory(String)
    /// The question needs a ledger that is not there, or cannot be read.
    case missing(Ledger, in: String)
    case unreadable(Ledger, reason: String)

    package var description: String {
        switch self {
        case .noDirectory(let path):
            "There is no data directory \(path). Name it with --data or ORDERFLOW_DATA, or start with `orderflow demo`."
        case .missing(let ledger, let directory):
            "\(directory) has no \(ledger.file) yet. Its role has not run here, or keeps its data elsewhere (--data)."
        case .unreadable(let ledger, let reason):
            "\(ledger.file) cannot be read: \(reason)"
        }
    }
}
