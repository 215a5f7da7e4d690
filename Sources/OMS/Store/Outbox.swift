import Clockwork
import Disk
import GRDB
import Orders

/// An event that the stream has yet to hear.
package struct OutboxEntry: Hashable, Sendable {
    /// Grows in the order of commits.
    package var sequence: Int64
    package var eventID: String
    package var partitionKey: String
    package var payload: String

    package init(sequence: Int64, eventID: String, partitionKey: String, payload: String) {
        self.sequence = sequence
        self.eventID = eventID
        self.partitionKey = partitionKey
        self.payload = payload
    }
}

/// What the stream said about one entry.
package enum Publication: Hashable, Sendable {
    case published(shard: String, sequenceNumber: String)
    case failed(String)
}

/// The right to tick off the outbox, until somebody else takes it.
package struct RelayLease: Hashable, Sendable {
    package var holder: String
    /// Grows by one with each new holder; a tick-off under an old one changes nothing.
    package var epoch: Int
}

extension OrderStore {
    /// Takes the lease, or renews it.
    ///
    /// - Returns: Nil while somebody else holds it.
    package func lease(to holder: String, for span: Duration, now: Timestamp) throws -> RelayLease? {
        try disk.write { db in
            try Int.fetchOne(
                db.cachedStatement(
                    sql: """
                        INSERT INTO relay_lease (lease, holder, epoch, leased_until) VALUES ('relay', ?1, 1, ?2)
                        ON CONFLICT (lease) DO UPDATE SET
                          epoch = epoch + (holder <> excluded.holder),
                          holder = excluded.holder, leased_until = excluded.leased_until
                        WHERE holder = excluded.holder OR leased_until IS NULL OR leased_until <= ?3
                        RETURNING epoch
                        """),
                arguments: [holder, (now + span).description, now.description]
            ).map { RelayLease(holder: holder, epoch: $0) }
        }
    }

    /// Gives the lease back, so that the next holder need not wait for its end.
    package func giveBack(_ lease: RelayLease) throws {
        try disk.write { db in
            try db.run(
                "UPDATE relay_lease SET leased_until = NULL WHERE holder = ? AND epoch = ?",
                [lease.holder, lease.epoch])
        }
    }

    /// Events that no stream has acknowledged, in the order of commits.
    ///
    /// - Parameter sequence: Only what was committed after this one; 0 for everything.
    package func unpublished(after sequence: Int64, limit: Int) throws -> [OutboxEntry] {
        try disk.read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT outbox_seq, event_id, partition_key, payload FROM outbox
                        WHERE published_at IS NULL AND outbox_seq > ? ORDER BY outbox_seq LIMIT ?
                        """),
                arguments: [sequence, limit]
            ).map { OutboxEntry(sequence: $0[0], eventID: $0[1], partitionKey: $0[2], payload: $0[3]) }
        }
    }

    /// Ticks off what the stream has acknowledged, and notes why the rest was not.
    ///
    /// - Returns: False when the lease is another's by now; then nothing was changed.
    package func note(
        _ publications: [(OutboxEntry, Publication)], under lease: RelayLease, now: Timestamp
    ) throws -> Bool {
        let today = now.description
        return try disk.write { db in
            for (place, (entry, publication)) in publications.enumerated() {
                try Self.note(publication, of: entry, under: lease, today: today, in: db)
                guard db.changesCount == 1 else { return false }
                if place == (publications.count - 1) / 2 {
                    try surroundings.pass(inTransaction: .relayBatchHalfMarked)
                }
            }
            return true
        }
    }

    private static func note(
        _ publication: Publication, of entry: OutboxEntry, under lease: RelayLease, today: String,
        in db: Database
    ) throws {
        switch publication {
        case .published(let shard, let sequenceNumber):
            try db.run(
                """
                UPDATE outbox SET attempts = attempts + 1, published_at = ?, shard_id = ?, sequence_number = ?
                WHERE outbox_seq = ? AND published_at IS NULL AND (SELECT epoch FROM relay_lease) = ?
                """,
                [today, shard, sequenceNumber, entry.sequence, lease.epoch])
        case .failed(let reason):
            try db.run(
                """
                UPDATE outbox SET attempts = attempts + 1, last_error = ?
                WHERE outbox_seq = ? AND published_at IS NULL AND (SELECT epoch FROM relay_lease) = ?
                """,
                [reason, entry.sequence, lease.epoch])
        }
    }

    /// Makes events unpublished again that were published into a stretch of the stream, and rings for the relay.
    ///
    /// - Returns: How many there were.
    package func reopen(_ gap: StreamGap) throws -> Int {
        let count = try disk.write { db in
            // As numbers: digits, and more of them are more.
            try db.run(
                """
                UPDATE outbox SET published_at = NULL, shard_id = NULL, sequence_number = NULL,
                                  last_error = 'expired in the stream before it was read'
                WHERE shard_id = :shard AND published_at IS NOT NULL
                  AND (length(sequence_number), sequence_number) > (length(:after), :after)
                  AND (:before IS NULL
                       OR (length(sequence_number), sequence_number) < (length(:before), :before))
                """,
                ["shard": gap.shardID, "after": gap.after, "before": gap.before])
            return db.changesCount
        }
        if count > 0 { outboxBell.ring() }
        return count
    }

    /// The newest entry's sequence, or 0.
    func newestOutboxSequence() throws -> Int64 {
        try disk.read { try Int64.fetchOne($0, sql: "SELECT max(outbox_seq) FROM outbox") ?? 0 }
    }
}
