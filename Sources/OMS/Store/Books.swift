import Clockwork
import GRDB
import JSON
import Orders

/// The books while a transaction is open: what is entered here holds together, or not at all.
///
/// A repeat is known by the inbox's primary key and never by the queue's message id, which a redrive changes.
struct Books {
    let db: Database
    let actor: String
    let now: Timestamp
    let today: String
    let planted: PlantedBug?

    init(db: Database, actor: String, now: Timestamp, planted: PlantedBug?) {
        self.db = db
        self.actor = actor
        self.now = now
        today = now.description
        self.planted = planted
    }

    /// Enters one message.
    func enter(_ message: JudgedMessage) throws -> Decision {
        switch message.judgement {
        case .sound(let sound): try take(sound, from: message)
        case .cancellation(let sound): try cancel(sound, from: message)
        case .rejected(let rejection): try turnDown(rejection, from: message)
        case .unreadable(let reason): .unreadable(reason.code)
        }
    }

    private func take(_ sound: SoundOrder, from message: JudgedMessage) throws -> Decision {
        let order = sound.order
        let key = key(order.idempotencyKey.rawValue, of: message)
        guard try claim(key, sound.contentHash, order.number, .accepted, message) else {
            return try recognise(key, sound.contentHash, message)
                ?? contradict(Rejection(conflicting: sound), under: key, from: message)
        }
        guard try insert(order, hash: sound.contentHash) else {
            try reject(key)
            _ = try conflict(Rejection(conflicting: sound), with: order.number, from: message)
            return .conflicting
        }
        try insertParts(of: sound)
        let event = OrderEvent.accepted(order, at: now, trace: message.trace)
        try note(event.id, .accepted, on: order.number, from: "new", to: "accepted", about: message)
        try insertOutbox(event)
        try settleCancellations(thatAwaited: order.number)
        return .accepted
    }

    private func turnDown(_ rejection: Rejection, from message: JudgedMessage) throws -> Decision {
        let key = key(rejection.idempotencyKey?.rawValue ?? "document#\(rejection.contentHash)", of: message)
        let isNew = try claim(key, rejection.contentHash, rejection.orderNumber, .rejected, message)
        if !isNew, let known = try recognise(key, rejection.contentHash, message) { return known }
        let record = try insertRejection(rejection, from: message)
        if !isNew { try remember(rejection.contentHash, under: key, as: record) }
        return .rejected
    }

    /// Another content under a key that we know. The order stays as it is.
    func contradict(
        _ rejection: Rejection, under key: String, from message: JudgedMessage
    ) throws -> Decision {
        let owner = try String.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT order_number FROM orders WHERE order_number = ?1
                    UNION ALL SELECT order_number FROM orders WHERE idempotency_key = ?2 LIMIT 1
                    """),
            arguments: [rejection.orderNumber?.rawValue, key])
        let record = try conflict(
            rejection, with: owner.flatMap(OrderNumber.init(rawValue:)), from: message)
        try remember(rejection.contentHash, under: key, as: record)
        return .conflicting
    }

    /// Puts a conflict on record, and into the history of the order that it contradicts.
    private func conflict(
        _ rejection: Rejection, with known: OrderNumber?, from message: JudgedMessage
    ) throws -> Int64 {
        let reasons = known == rejection.orderNumber ? rejection.reasons : [Self.keyIsTaken]
        let record = try insertRejection(rejection, reasons: reasons, from: message)
        if let known {
            let id = try nextEventID(known, .conflictReceived)
            try note(
                id, .conflictReceived, on: known, about: message, with: ["rejection_id": .integer(record)])
        }
        return record
    }

    static let keyIsTaken = Reason(
        .conflict, at: "/idempotency_key",
        "This key was used before, for another content. Send a change under a key of its own.")

    // MARK: Inbox

    enum Outcome: String { case accepted, rejected }

    /// Enters a key into the inbox. - Returns: False when it stands there already.
    func claim(
        _ key: String, _ hash: ContentHash, _ number: OrderNumber?, _ outcome: Outcome,
        _ message: JudgedMessage
    ) throws -> Bool {
        try db.run(
            """
            INSERT INTO inbox
              (idempotency_key, order_number, document_sha256, outcome, first_message_id, first_seen_at, last_seen_at)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [key, number?.rawValue, hash.rawValue, outcome.rawValue, message.id, today, today])
        return db.changesCount == 1
    }

    /// Counts a message whose content we have decided about; nil when this content is new under its key.
    func recognise(_ key: String, _ hash: ContentHash, _ message: JudgedMessage) throws -> Decision? {
        let known = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE inbox SET deliveries = deliveries + 1, last_seen_at = ?1
                    WHERE idempotency_key = ?2 AND document_sha256 = ?3 RETURNING deliveries, outcome, order_number
                    """),
            arguments: [today, key, hash.rawValue])
        guard let known else { return try recogniseConflict(key, hash) }
        let deliveries: Int = known[0]
        // A cancellation may be known before its order, which then has no history yet.
        if known[1] == Outcome.accepted.rawValue, let number = OrderNumber(rawValue: known[2]),
            try standing(of: number) != nil
        {
            try note(
                try nextEventID(number, .repeatReceived), .repeatReceived, on: number, about: message)
        }
        return .repeated(deliveries: deliveries)
    }

    private func recogniseConflict(_ key: String, _ hash: ContentHash) throws -> Decision? {
        try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE inbox_conflicts SET deliveries = deliveries + 1, last_seen_at = ?1
                    WHERE idempotency_key = ?2 AND document_sha256 = ?3 RETURNING deliveries
                    """),
            arguments: [today, key, hash.rawValue]
        ).map { .repeated(deliveries: $0) }
    }

    /// Remembers that this content came under a key that stands for another one.
    private func remember(_ hash: ContentHash, under key: String, as rejection: Int64) throws {
        try db.run(
            """
            INSERT INTO inbox_conflicts (idempotency_key, document_sha256, rejection_id, last_seen_at)
            VALUES (?, ?, ?, ?)
            """,
            [key, hash.rawValue, rejection, today])
    }

    /// Notes that what came under this key was turned down.
    func reject(_ key: String) throws {
        try db.run("UPDATE inbox SET outcome = 'rejected' WHERE idempotency_key = ?", [key])
    }

    func key(_ key: String, of message: JudgedMessage) -> String {
        planted == .deduplicationByMessageID ? message.id : key
    }
}
