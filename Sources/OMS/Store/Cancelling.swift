import Clockwork
import GRDB
import JSON
import Orders

/// Cancellations of orders in the books, and of orders that have yet to come.
extension Books {
    /// How long a cancellation waits for its order: as long as Amazon SQS keeps a message at most, so an order that was
    /// on the queue by then has come out of it, or never will.
    ///
    /// Source: Amazon SQS API Reference, `SetQueueAttributes`, "MessageRetentionPeriod".
    static let patience = Duration.seconds(14 * 86_400)

    /// Enters a cancellation: carries it out, or keeps it until there is an order to carry it out on.
    ///
    /// An order that was rejected is not in the books, so its cancellation waits too: the shop may correct the order and
    /// send it again.
    func cancel(_ sound: SoundCancellation, from message: JudgedMessage) throws -> Decision {
        let number = sound.cancellation.orderNumber
        let key = key(sound.cancellation.idempotencyKey.rawValue, of: message)
        guard try claim(key, sound.contentHash, number, .accepted, message) else {
            return try recognise(key, sound.contentHash, message)
                ?? contradict(Rejection(of: sound, because: [Self.keyIsTaken]), under: key, from: message)
        }
        guard let standing = try standing(of: number) else {
            if planted != .earlyCancellationForgotten { try keep(sound, under: key, from: message) }
            return .awaitingOrder
        }
        return try carryOut(sound, on: standing, under: key, from: message)
    }

    /// Where an order stands.
    struct Standing {
        let status: String
        let version: Int
    }

    /// - Returns: Nil when the order is not in the books.
    func standing(of number: OrderNumber) throws -> Standing? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT status, version FROM orders WHERE order_number = ?"),
            arguments: [number.rawValue]
        ).map { Standing(status: $0[0], version: $0[1]) }
    }

    /// - Parameter arrival: When it came, where that was before its order did.
    private func carryOut(
        _ sound: SoundCancellation, on order: Standing, under key: String, from message: JudgedMessage,
        arrival: String? = nil
    ) throws -> Decision {
        let cancellation = sound.cancellation
        let number = cancellation.orderNumber
        if order.status == Self.cancelled {
            try note(
                try nextEventID(number, .note), .note, on: number, about: message,
                with: ["note": "cancelled again", "idempotency_key": .string(key)])
            return .cancelled
        }
        let obstacles = try obstacles(to: cancellation, from: order.status)
        guard obstacles.isEmpty else {
            return try refuse(sound, because: obstacles, under: key, from: message)
        }
        let version = order.version + 1
        try db.run(
            "UPDATE orders SET status = ?, version = ?, updated_at = ? WHERE order_number = ?",
            [Self.cancelled, version, today, number.rawValue])
        let event = OrderEvent.cancelled(cancellation, version: version, at: now, trace: message.trace)
        try note(
            event.id, .cancelled, on: number, from: order.status, to: Self.cancelled, about: message,
            with: [
                "reason": .string(cancellation.reason), "idempotency_key": .string(key),
                "waited_since": JSONValue(arrival),
            ])
        try insertOutbox(event)
        return .cancelled
    }

    private static let cancelled = "cancelled"

    /// Why an order cannot be cancelled like this: its lines, or a status that leads nowhere.
    private func obstacles(to cancellation: Cancellation, from status: String) throws -> [Reason] {
        let number = cancellation.orderNumber
        let isAStep = try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT 1 FROM status_transitions WHERE from_status = ? AND to_status = ?"),
            arguments: [status, Self.cancelled])
        guard isAStep != nil else {
            return [
                Reason(
                    .notCancellable, at: "/order_number",
                    "The order is \(status), and cannot be cancelled any more.")
            ]
        }
        guard cancellation.lines != nil else { return [] }
        let lines = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT line_number, quantity FROM order_lines WHERE order_number = ?"),
            arguments: [number.rawValue])
        return cancellation.reasons(
            againstLines: Dictionary(uniqueKeysWithValues: lines.map { ($0[0] as Int, $0[1] as Int) }))
    }

    private func refuse(
        _ sound: SoundCancellation, because reasons: [Reason], under key: String, from message: JudgedMessage
    ) throws -> Decision {
        try reject(key)
        _ = try insertRejection(Rejection(of: sound, because: reasons), from: message)
        return .rejected
    }
}

// MARK: Before the order

extension Books {
    /// Carries out what came before an order that is in the books now, in the order in which it came.
    func settleCancellations(thatAwaited number: OrderNumber) throws {
        let waiting = try early("order_number = ? ORDER BY received_at, idempotency_key", number.rawValue)
        for early in waiting {
            guard let standing = try standing(of: number) else {
                preconditionFailure("the order has been entered by whoever calls this")
            }
            let decision = try carryOut(
                early.sound, on: standing, under: early.key, from: early.message, arrival: early.receivedAt)
            try settle(early, as: decision == .cancelled ? .applied : .rejected)
        }
    }

    /// Rejects cancellations that have waited longer than ``patience``; their orders will not come.
    func giveUpOnOrders() throws {
        let overdue = try early(
            "received_at < ? ORDER BY received_at LIMIT 100", (now - Self.patience).description)
        for early in overdue {
            _ = try refuse(early.sound, because: [Self.noOrder], under: early.key, from: early.message)
            try settle(early, as: .expired)
        }
    }

    private static let noOrder = Reason(
        .unknownOrder, at: "/order_number", "No order of this number came within 14 days.")

    private enum EarlyOutcome: String { case applied, rejected, expired }

    /// A cancellation that waits, as it came.
    private struct EarlyCancellation {
        let key: String
        let receivedAt: String
        let sound: SoundCancellation
        let message: JudgedMessage

        /// Judged by the clock of its arrival, which found it sound.
        init?(_ row: Row) {
            key = row[0]
            receivedAt = row[5]
            guard let arrival = Timestamp(receivedAt),
                case .cancellation(let sound) = OrderDocument(row[1] as String).judged(now: arrival)
            else { return nil }
            self.sound = sound
            message = JudgedMessage(
                id: row[2], receiveCount: row[3], judgement: .cancellation(sound),
                trace: (row[4] as String?).flatMap { TraceParent($0) })
        }
    }

    private func keep(_ sound: SoundCancellation, under key: String, from message: JudgedMessage) throws {
        try db.run(
            """
            INSERT INTO early_cancellations
              (idempotency_key, order_number, document, message_id, receive_count, traceparent, received_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                key, sound.cancellation.orderNumber.rawValue, sound.document, message.id,
                message.receiveCount, message.trace?.description, today,
            ])
    }

    /// Those that wait. One that is not read as sound any more, which no change of ours should bring about, stays as it is:
    /// the audit names its order.
    private func early(_ condition: String, _ argument: String) throws -> [EarlyCancellation] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT idempotency_key, document, message_id, receive_count, traceparent, received_at
                    FROM early_cancellations WHERE settled_at IS NULL AND \(condition)
                    """),
            arguments: [argument]
        ).compactMap(EarlyCancellation.init)
    }

    private func settle(_ early: EarlyCancellation, as outcome: EarlyOutcome) throws {
        try db.run(
            "UPDATE early_cancellations SET settled_at = ?, outcome = ? WHERE idempotency_key = ?",
            [today, outcome.rawValue, early.key])
    }
}
