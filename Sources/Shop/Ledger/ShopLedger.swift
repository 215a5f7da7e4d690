import Clockwork
import Disk
import GRDB
import Logging
import Orders

/// The shop's own account of what it took, tried and was told: a witness for the audit.
///
/// A try is on disk before the call, and what came of it after the call; between the two an honest "unknown"
/// stands there. A parcel stays until its last answer is on disk, so that a shop that was killed sends it
/// again.
struct ShopLedger: Sendable {
    private let disk: Disk

    init(in storage: Storage) throws {
        disk = try storage.open(ShopSchema.file, schema: ShopSchema.migrator)
    }

    func close(orderly: Bool = true) { disk.close(orderly: orderly) }

    /// Looks after the file and the room around it, until the task is cancelled.
    ///
    /// - Throws: `DiskError` as soon as another file, or none, lies in its place.
    func keepWatch(by time: any TimeSource, logger: Logger) async throws {
        await disk.keepWatch(by: time, logger: logger)
        try disk.verifyPlace()
    }

    // MARK: The day

    /// How far a source of orders has been sold.
    struct Day: Hashable, Sendable {
        var openedAt: Timestamp
        var ordersTaken = 0
        var pranksPlayed = 0
    }

    /// Opens a source for the first time, or again.
    func open(_ source: String, now: Timestamp) throws -> Day {
        try disk.write { db in
            try db.run(
                "INSERT INTO trading_days (source, opened_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [source, now.description])
            let row = try Row.fetchOne(
                db, sql: "SELECT opened_at, orders_taken, pranks_played FROM trading_days WHERE source = ?",
                arguments: [source])
            guard let row else { return Day(openedAt: now) }
            return Day(
                openedAt: Timestamp(row[0] as String) ?? now, ordersTaken: row[1], pranksPlayed: row[2])
        }
    }

    /// Notes that every order of a source has been taken.
    func close(_ source: String, now: Timestamp) throws {
        try disk.write { db in
            try db.run(
                "UPDATE trading_days SET closed_at = coalesce(closed_at, ?) WHERE source = ?",
                [now.description, source])
        }
    }

    // MARK: Taking

    /// A message that is to be sent, before it stands in the ledger.
    struct Draft {
        let orderNumber: String
        let idempotencyKey: String
        let document: OrderDocument
        let group: String
        let deduplicationID: String
        let trace: TraceParent
        let deliberate: Prank.Kind?
        /// Which series a prank belongs to; nil for one of the day's own, and for a customer's order.
        var series: PrankSeries?
    }

    /// Takes messages, and counts them in the same transaction: what belongs to a series there, the rest with its source.
    /// From here on none of them can be forgotten.
    ///
    /// - Returns: The row of the last one.
    /// - Throws: `DiskError.full` also while there is only room left for handing over.
    func take(_ drafts: [Draft], of source: String, now: Timestamp) throws -> Int64 {
        guard disk.space?.refusal == nil else { throw DiskError.full(file: disk.name) }
        return try disk.write { db in
            for draft in drafts { try db.insert(draft, now: now) }
            let last = db.lastInsertedRowID
            try db.count(drafts, of: source)
            for series in drafts.compactMap(\.series) { try db.countOne(of: series) }
            return last
        }
    }

    /// How many pranks of a series have been taken.
    func played(of series: PrankSeries) throws -> Int {
        try disk.read { db in
            try Int.fetchOne(
                db, sql: "SELECT played FROM prank_series WHERE series = ?", arguments: [series.name]) ?? 0
        }
    }

    /// How many of those have been sent and have their last answer.
    func settled(of series: PrankSeries) throws -> Int {
        try disk.read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT played - (SELECT count(*) FROM outgoing o WHERE o.series = s.series)
                    FROM prank_series s WHERE s.series = ?
                    """, arguments: [series.name]) ?? 0
        }
    }

    /// Counts a prank as played that cannot be.
    func leaveOutPrank(of source: String) throws {
        try disk.write { db in
            try db.run("UPDATE trading_days SET pranks_played = pranks_played + 1 WHERE source = ?", [source])
        }
    }

    // MARK: Handing over

    /// The row of the last parcel that waits, 0 when none does.
    func lastOutgoing() throws -> Int64 {
        try disk.read { try Int64.fetchOne($0, sql: "SELECT max(outgoing_id) FROM outgoing") ?? 0 }
    }

    /// How many parcels wait or are on their way.
    func outgoingCount() throws -> Int {
        try disk.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM outgoing") ?? 0 }
    }

    /// The next parcels behind a row, oldest first.
    func outgoing(after row: Int64, limit: Int) throws -> [Parcel] {
        try disk.read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT outgoing_id, order_number, idempotency_key, document, document_sha256,
                               message_group, deduplication_id, traceparent, deliberate, attempts
                        FROM outgoing WHERE outgoing_id > ? ORDER BY outgoing_id LIMIT ?
                        """),
                arguments: [row, limit])
            return rows.map(Parcel.init)
        }
    }

    /// Writes down that parcels are about to be sent, each as a try of its own.
    func intend(_ parcels: [Parcel], now: Timestamp) throws -> [Attempt] {
        try disk.write { db in
            try parcels.map { parcel in
                let attempt = try Int.fetchOne(
                    db.cachedStatement(
                        sql:
                            "UPDATE outgoing SET attempts = attempts + 1 WHERE outgoing_id = ? RETURNING attempts"
                    ),
                    arguments: [parcel.id])
                try db.run(
                    """
                    INSERT INTO submissions
                      (order_number, idempotency_key, document_sha256, attempt, sent_at, deliberate, trace_id)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        parcel.orderNumber, parcel.idempotencyKey, parcel.contentHash, attempt ?? 1,
                        now.description,
                        parcel.deliberate?.rawValue, TraceParent(parcel.trace)?.traceID ?? "",
                    ])
                return Attempt(submission: db.lastInsertedRowID, parcel: parcel)
            }
        }
    }

    /// Writes down what the shop was told; what is settled is outgoing no more.
    func note(_ outcomes: [(Attempt, Outcome)], now: Timestamp) throws {
        try disk.write { db in
            for (attempt, outcome) in outcomes {
                try db.note(outcome, of: attempt, now: now)
                if outcome.isSettled { try db.remove(attempt.parcel) }
            }
        }
    }

    /// Writes down what the shop was told last, and what the customer wanted who had to go without.
    func turnAway(_ attempt: Attempt, after outcome: Outcome, now: Timestamp) throws {
        let parcel = attempt.parcel
        try disk.write { db in
            try db.note(outcome, of: attempt, now: now)
            try db.remove(parcel)
            guard parcel.deliberate == nil else { return }
            try db.run(
                "INSERT INTO turned_away (order_number, document, turned_away_at) VALUES (?, ?, ?)",
                [parcel.orderNumber, parcel.document, now.description])
        }
    }
}

extension Outcome {
    fileprivate var columns: (word: String, messageID: String?, error: String?) {
        switch self {
        case .acknowledged(let messageID): ("acknowledged", messageID, nil)
        case .refused(let error, _), .throttled(let error): ("refused", nil, error)
        case .unknown(let error): ("unknown", nil, error)
        }
    }
}

extension Parcel {
    fileprivate init(_ row: Row) {
        id = row[0]
        orderNumber = row[1]
        idempotencyKey = row[2]
        document = row[3]
        contentHash = row[4]
        group = row[5]
        deduplicationID = row[6]
        trace = row[7]
        deliberate = (row[8] as String?).flatMap(Prank.Kind.init(rawValue:))
        attempts = row[9]
    }
}

extension Database {
    /// Executes a statement that stays prepared.
    fileprivate func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    fileprivate func note(_ outcome: Outcome, of attempt: Attempt, now: Timestamp) throws {
        let (word, messageID, error) = outcome.columns
        try run(
            """
            UPDATE submissions SET answered_at = ?, outcome = ?, message_id = ?, error = ? WHERE submission_id = ?
            """, [now.description, word, messageID, error, attempt.submission])
    }

    fileprivate func remove(_ parcel: Parcel) throws {
        try run("DELETE FROM outgoing WHERE outgoing_id = ?", [parcel.id])
    }

    /// Counts customers' orders and the day's own pranks.
    fileprivate func count(_ drafts: [ShopLedger.Draft], of source: String) throws {
        let own = drafts.filter { $0.series == nil }
        let orders = own.count { $0.deliberate == nil }
        try run(
            """
            UPDATE trading_days SET orders_taken = orders_taken + ?, pranks_played = pranks_played + ?
            WHERE source = ?
            """, [orders, own.count - orders, source])
    }

    fileprivate func countOne(of series: PrankSeries) throws {
        try run(
            """
            INSERT INTO prank_series (series, kind, wanted, played) VALUES (?, ?, ?, 1)
            ON CONFLICT DO UPDATE SET played = played + 1
            """, [series.name, series.kind.rawValue, series.count])
    }

    fileprivate func insert(_ draft: ShopLedger.Draft, now: Timestamp) throws {
        try run(
            """
            INSERT INTO outgoing
              (order_number, idempotency_key, document, document_sha256, message_group, deduplication_id,
               traceparent, deliberate, series, taken_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                draft.orderNumber, draft.idempotencyKey, draft.document.text,
                draft.document.contentHash.rawValue,
                draft.group, draft.deduplicationID, draft.trace.description, draft.deliberate?.rawValue,
                draft.series?.name, now.description,
            ])
    }
}
