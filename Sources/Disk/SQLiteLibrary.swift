import CSQLite

/// The SQLite library of this process.
package enum SQLiteLibrary {
    /// Sets the library up, once and before its first use: whoever opens a file calls this.
    package static func prepare() { _ = isPrepared }

    private static let isPrepared = csqlite_keep_no_memory_statistics() == 0
}
