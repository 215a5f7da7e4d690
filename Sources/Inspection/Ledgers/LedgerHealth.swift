import Disk
import GRDB

/// Whether the files of a data directory are whole, for whoever wonders before anything is started.
package enum LedgerHealth {
    /// The version of the SQLite library that this program uses, such as `3.40.1`.
    package static func sqliteVersion() throws -> String {
        SQLiteLibrary.prepare()
        return try DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") ?? "" }
    }

    /// Reads every ledger through, with SQLite's own checks. About 0.3 s for each 100 MiB.
    ///
    /// - Returns: How many files were read, and what is wrong with them, in words.
    package static func check(_ ledgers: Ledgers) throws -> (files: Int, problems: [String]) {
        let (files, findings) = try FileChecker(ledgers: ledgers, checks: .full).findings()
        return (files, findings.map(\.description))
    }
}
