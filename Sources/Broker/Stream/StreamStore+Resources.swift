import Clockwork
import GRDB
import Stream

/// What belongs to streams and consumers by their ARNs, and to regions: tags, policies, commitments.
extension StreamStore {
    static let resourcesSchema = """
        CREATE TABLE resource_tags (
          arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
          PRIMARY KEY (arn, key)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO resource_tags (arn, key, value)
          SELECT 'arn:aws:kinesis:' || region || ':' || account || ':stream/' || name, key, value
          FROM stream_tags JOIN streams USING (stream_key);
        DROP TABLE stream_tags;
        CREATE TABLE resource_policies (
          arn TEXT PRIMARY KEY, policy TEXT NOT NULL                -- as it was put, byte for byte
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE billing_commitments (                          -- to a minimum of throughput
          region TEXT PRIMARY KEY, started_at INTEGER, ended_at INTEGER  -- microseconds since 1970
        ) STRICT, WITHOUT ROWID;
        """

    // MARK: Writing, on the commit's thread

    static func tag(
        _ arn: ResourceARN, with tags: [(key: String, value: String)], in db: Database
    ) throws {
        for (key, value) in tags {
            try db.execute(
                sql: "INSERT OR REPLACE INTO resource_tags (arn, key, value) VALUES (?, ?, ?)",
                arguments: [arn.description, key, value])
        }
    }

    static func untag(_ arn: ResourceARN, _ keys: [String], in db: Database) throws {
        for key in keys {
            try db.execute(
                sql: "DELETE FROM resource_tags WHERE arn = ? AND key = ?",
                arguments: [arn.description, key])
        }
    }

    static func put(policy: String, of arn: ResourceARN, in db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO resource_policies (arn, policy) VALUES (?, ?)",
            arguments: [arn.description, policy])
    }

    /// - Returns: False when there was none.
    static func deletePolicy(of arn: ResourceARN, in db: Database) throws -> Bool {
        try db.execute(sql: "DELETE FROM resource_policies WHERE arn = ?", arguments: [arn.description])
        return db.changesCount == 1
    }

    /// Forgets what belongs to a stream, and to its consumers.
    static func forget(_ arn: StreamARN, in db: Database) throws {
        let consumers = "\(arn)/consumer/"
        for table in ["resource_tags", "resource_policies"] {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE arn = ? OR substr(arn, 1, ?) = ?",
                arguments: [arn.description, consumers.unicodeScalars.count, consumers])
        }
    }

    /// Forgets what belongs to a consumer.
    static func forget(_ arn: ResourceARN, in db: Database) throws {
        for table in ["resource_tags", "resource_policies"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE arn = ?", arguments: [arn.description])
        }
    }

    static func save(_ commitment: BillingCommitment, in region: String, db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO billing_commitments (region, started_at, ended_at) VALUES (?, ?, ?)",
            arguments: [region, commitment.startedAt?.microseconds, commitment.endedAt?.microseconds])
    }

    // MARK: Reading

    /// By their keys, in the order of their bytes.
    static func tags(of arn: ResourceARN, in db: Database) throws -> [(key: String, value: String)] {
        try GRDB.Row.fetchAll(
            db, sql: "SELECT key, value FROM resource_tags WHERE arn = ? ORDER BY key",
            arguments: [arn.description]
        ).map { (key: $0[0], value: $0[1]) }
    }

    /// All tags, by what they belong to.
    static func tags(_ db: Database) throws -> [ResourceARN: [String: String]] {
        var tags: [ResourceARN: [String: String]] = [:]
        for row in try GRDB.Row.fetchAll(db, sql: "SELECT arn, key, value FROM resource_tags") {
            guard let arn = ResourceARN(row[0] as String) else { throw unreadable("a tag's resource") }
            tags[arn, default: [:]][row[1]] = row[2] as String
        }
        return tags
    }

    static func policy(of arn: ResourceARN, in db: Database) throws -> String? {
        try String.fetchOne(
            db, sql: "SELECT policy FROM resource_policies WHERE arn = ?", arguments: [arn.description])
    }

    static func commitments(_ db: Database) throws -> [String: BillingCommitment] {
        var commitments: [String: BillingCommitment] = [:]
        for row in try GRDB.Row.fetchAll(db, sql: "SELECT * FROM billing_commitments") {
            let (start, end): (Int64?, Int64?) = (row["started_at"], row["ended_at"])
            commitments[row["region"]] = BillingCommitment(
                startedAt: start.map(Timestamp.init(microseconds:)),
                endedAt: end.map(Timestamp.init(microseconds:)))
        }
        return commitments
    }
}
