import GRDB

/// What makes a sound file behave like one in trouble, for whoever tests how a role bears that. SQLite itself meets the
/// trouble, so its own error codes come.
extension Disk {
    /// Lets the file grow by a few pages and no further, as on a full disk; nil lets it grow again.
    ///
    /// Pages that lie free inside the file can be used all the same.
    package func limitGrowth(toPages pages: Int?) throws {
        try read { db in
            let present = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            let most = pages.map { present + max(0, $0) } ?? Self.pagesWithoutLimit
            try db.execute(sql: "PRAGMA max_page_count = \(max(1, most))")
        }
    }

    /// SQLite's own limit, where nobody sets another. Source: SQLite, "Implementation Limits For SQLite".
    private static let pagesWithoutLimit = 1_073_741_823

    /// How many pages SQLite grants the file.
    package var mostPages: Int {
        get throws { try read { try Int.fetchOne($0, sql: "PRAGMA max_page_count") ?? 0 } }
    }

    /// Makes every write fail as one to a read-only file does, or no longer.
    package func refuseWrites(_ isRefusing: Bool) throws {
        try read { try $0.execute(sql: "PRAGMA query_only = \(isRefusing)") }
    }

    package var isRefusingWrites: Bool {
        get throws { try read { try Bool.fetchOne($0, sql: "PRAGMA query_only") ?? false } }
    }
}
