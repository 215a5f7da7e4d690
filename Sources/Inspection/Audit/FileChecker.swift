import GRDB

/// Asks each file whether it is whole: SQLite's own checks.
struct FileChecker {
    let ledgers: Ledgers
    let checks: AuditSettings.FileChecks

    /// - Returns: How many files were looked at, and what is wrong with them. A file that cannot be read is
    ///   wrong too.
    func findings() throws -> (files: Int, [RequirementResult.Evidence]) {
        var findings: [RequirementResult.Evidence] = []
        var files = 0
        for (ledger, standing) in ledgers.standings {
            switch standing {
            case .absent: continue
            case .unreadable(let reason):
                findings.append(.init(details: "\(ledger.file) cannot be read: \(reason)"))
            case .open, .openAsCopy:
                files += 1
                let found = try ledgers.whileAttached(ledger) { try problems(in: ledger) }
                findings += found.map { .init(details: "\(ledger.file): \($0)") }
            }
        }
        return (files, findings)
    }

    private func problems(in ledger: Ledger) throws -> [String] {
        try ledgers.look { db in
            try brokenReferences(in: ledger, db) + (checks == .full ? damage(in: ledger, db) : [])
        }
    }

    private func brokenReferences(in ledger: Ledger, _ db: Database) throws -> [String] {
        do {
            return try Row.fetchAll(db, sql: "PRAGMA \(ledger.schema).foreign_key_check").map { row in
                "a row of \(row[0] as String) refers to none of \(row[2] as String)"
            }
        } catch let error as DatabaseError {
            return ["references cannot be checked: \(error.message ?? "\(error.resultCode)")"]
        }
    }

    private func damage(in ledger: Ledger, _ db: Database) throws -> [String] {
        do {
            return try String.fetchAll(db, sql: "PRAGMA \(ledger.schema).integrity_check(20)").filter {
                $0 != "ok"
            }
        } catch let error as DatabaseError {
            return ["cannot be read through: \(error.message ?? "\(error.resultCode)")"]
        }
    }
}
