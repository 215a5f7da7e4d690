import Clockwork
import GRDB
import JSON

extension OrderTrace {
    /// Follows an order through every ledger that is here.
    ///
    /// - Parameters:
    ///   - faults: What was broken meanwhile.
    ///   - now: For what is still waiting.
    /// - Returns: Nil when no ledger knows the number.
    package init?(
        of orderNumber: String, in ledgers: Ledgers, faults: FaultTimeline = FaultTimeline(), now: Timestamp
    ) throws {
        let reader = TraceReader(order: orderNumber, ledgers: ledgers, now: now)
        let found =
            try reader.shop() + reader.letters() + reader.broker() + reader.oms() + reader.stream()
            + reader.courier()
        guard !found.isEmpty else { return nil }
        let hops = found.enumerated()
            .sorted {
                ($0.element.at, $0.element.rank, $0.offset) < ($1.element.at, $1.element.rank, $1.offset)
            }
            .map(\.element)
        self.orderNumber = orderNumber
        let order = try reader.heading()
        status = order?["status"]?.string
        total = order?["total"]?.string
        placedAt = order?["placed_at"]?.string
        self.hops = hops.map { hop in
            var hop = hop
            hop.faults = faults.active(at: hop.at).filter { $0.concerns(hop.house) }
            return hop
        }
        isComplete = try reader.isComplete(hasOrder: order != nil)
    }
}

/// Reads the hops of one order, house by house.
struct TraceReader {
    let order: String
    let ledgers: Ledgers
    let now: Timestamp

    func heading() throws -> JSONObject? {
        try rows(
            "SELECT status, total, placed_at FROM oms.order_overview WHERE order_number = ?", of: .oms,
            needs: ["order_overview"]
        ).first
    }

    func isComplete(hasOrder: Bool) throws -> Bool {
        guard hasOrder else {
            let rejections = try rows(
                "SELECT 1 FROM oms.rejections WHERE order_number = ?", of: .oms, needs: ["rejections"])
            return try !rejections.isEmpty || !discards().isEmpty
        }
        let unpublished = try rows(
            "SELECT 1 FROM oms.outbox WHERE order_number = ? AND published_at IS NULL", of: .oms,
            needs: ["outbox"])
        let deliveries = try rows(
            "SELECT state FROM notify.deliveries WHERE order_number = ?", of: .notify, needs: ["deliveries"])
        return unpublished.isEmpty && !deliveries.isEmpty
            && deliveries.allSatisfy { !["pending", "retrying"].contains($0["state"]?.string) }
    }

    // MARK: Shop and queue

    func shop() throws -> [Hop] {
        let tries = try rows(
            """
            SELECT sent_at, answered_at, outcome, attempt, message_id, error, deliberate FROM shop.submissions
            WHERE order_number = ? ORDER BY submission_id
            """, of: .shop, needs: ["submissions"])
        var hops: [Hop] = []
        for attempt in tries {
            guard let sentAt = attempt.time("sent_at") else { continue }
            let purpose = attempt["deliberate"]?.string.map { ", a deliberate \($0)" } ?? ""
            hops.append(
                Hop(sentAt, "shop", "sent, attempt \(attempt.text("attempt"))\(purpose)", rank: .shop))
            let answeredAt = attempt.time("answered_at")
            switch attempt["outcome"]?.string {
            case "acknowledged":
                hops.append(
                    Hop(
                        answeredAt ?? sentAt, "broker",
                        "stored, message \(Self.short(message: attempt.text("message_id")))", rank: .broker))
            case "refused":
                hops.append(
                    Hop(answeredAt ?? sentAt, "shop", "refused: \(attempt.text("error"))", rank: .shop))
            default:
                guard let answeredAt else { continue }  // the shop died over it, or waits
                hops.append(Hop(answeredAt, "shop", "no answer: \(attempt.text("error"))", rank: .shop))
            }
        }
        let waiting = try rows(
            "SELECT taken_at, attempts FROM shop.outgoing WHERE order_number = ?", of: .shop,
            needs: ["outgoing"])
        hops += waiting.map {
            Hop(now, "shop", "not handed over yet, taken \($0.text("taken_at"))", rank: .pending)
        }
        return hops
    }

    func broker() throws -> [Hop] {
        let messages = try rows(
            """
            SELECT queue, message_id, receive_count, state, visible_at, first_received_at FROM broker.queue_messages
            WHERE order_number = ? ORDER BY sequence
            """, of: .broker, needs: ["queue_messages"])
        return messages.map { message in
            let times = message["receive_count"]?.integer ?? 0
            let isHidden = (message["visible_at"]?.integer ?? 0) > now.microseconds
            let state =
                message["state"]?.string == "dead"
                ? "dead-lettered" : isHidden ? (times > 0 ? "in flight" : "delayed") : "waiting"
            return Hop(
                now, "broker",
                "\(state) in \(message.text("queue")), message \(Self.short(message: message.text("message_id"))), received \(times) times",
                rank: .pending)
        }
    }

    static func short(message: String) -> String {
        message.count > 12 ? "\(message.prefix(8))…" : message
    }

    // MARK: OMS and stream

    func oms() throws -> [Hop] {
        let events = try rows(
            """
            SELECT occurred_at, type, actor, detail, from_status, to_status FROM oms.order_events
            WHERE order_number = ? ORDER BY event_seq
            """, of: .oms, needs: ["order_events"])
        let rejections = try rows(
            "SELECT rejected_at, rejection_id, reasons FROM oms.rejections WHERE order_number = ? ORDER BY rejection_id",
            of: .oms,
            needs: ["rejections"])
        let unpublished = try rows(
            "SELECT event_id, attempts, last_error FROM oms.outbox WHERE order_number = ? AND published_at IS NULL",
            of: .oms,
            needs: ["outbox"])
        let awaiting = try rows(
            "SELECT received_at FROM oms.early_cancellations WHERE order_number = ? AND settled_at IS NULL",
            of: .oms, needs: ["early_cancellations"])
        return events.compactMap(hop(ofEvent:)) + rejections.compactMap(hop(ofRejection:))
            + awaiting.map {
                Hop(
                    now, "oms", "a cancellation waits for the order since \($0.text("received_at"))",
                    rank: .pending)
            }
            + unpublished.map { entry in
                let error = entry["last_error"]?.string.map { ", last error: \($0)" } ?? ""
                return Hop(
                    now, "oms",
                    "event \(entry.text("event_id")) waits for the stream, tried \(entry.text("attempts")) times\(error)",
                    rank: .pending)
            }
    }

    private func hop(ofEvent event: JSONObject) -> Hop? {
        guard let at = event.time("occurred_at") else { return nil }
        let detail = event["detail"]?.string.flatMap { try? JSONValue(parsing: Array($0.utf8)) }
        let count = detail?["receive_count"]?.integer.map { ", receive count \($0)" } ?? ""
        let died = (detail?["receive_count"]?.integer ?? 1) > 1 ? "  (earlier receives came to nothing)" : ""
        let waited = detail?["waited_since"]?.string.map { ", which had waited since \($0)" } ?? ""
        return Hop(
            at, "oms", "\(event.text("type")) by \(event.text("actor"))\(count)\(died)\(waited)", rank: .oms)
    }

    private func hop(ofRejection rejection: JSONObject) -> Hop? {
        guard let at = rejection.time("rejected_at") else { return nil }
        let reasons =
            rejection["reasons"]?.string.flatMap { try? JSONValue(parsing: Array($0.utf8)) }?.array ?? []
        let words = reasons.map { reason in
            [reason["code"]?.string, reason["path"]?.string.flatMap { $0.isEmpty ? nil : "at \($0)" }]
                .compactMap(\.self).joined(separator: " ")
        }
        return Hop(
            at, "oms", "rejected as \(rejection.text("rejection_id")): \(words.joined(separator: ", "))",
            rank: .oms)
    }

    func stream() throws -> [Hop] {
        let published = try rows(
            """
            SELECT b.event_id, b.published_at, b.shard_id, b.sequence_number, b.attempts, e.type AS event_type
            FROM oms.outbox b LEFT JOIN oms.order_events e USING (event_id)
            WHERE b.order_number = ? AND b.published_at IS NOT NULL ORDER BY b.outbox_seq
            """, of: .oms, needs: ["outbox", "order_events"])
        var hops: [Hop] = []
        for entry in published {
            guard let at = entry.time("published_at") else { continue }
            let sequence = entry.text("sequence_number"), shard = entry.text("shard_id")
            let tries = (entry["attempts"]?.integer ?? 1) > 1 ? ", attempt \(entry.text("attempts"))" : ""
            hops.append(
                Hop(
                    at, "stream",
                    "\(Self.short(shard: shard)) seq \(Self.short(sequence: sequence))\(tries)\(Self.name(ofLater: entry))",
                    rank: .stream))
            hops += try invocations(shard: shard, sequence: sequence)
        }
        return hops
    }

    /// Numbers of one shard are of one length, so they compare as texts.
    private func invocations(shard: String, sequence: String) throws -> [Hop] {
        let found = try rows(
            """
            SELECT started_at, duration_ms, records, attempt, outcome, error FROM function.invocations
            WHERE shard_id = ?2 AND first_sequence_number <= ?3 AND last_sequence_number >= ?3 AND ?1 IS NOT NULL
            ORDER BY invocation_id
            """, of: .function, needs: ["invocations"], and: [shard, sequence])
        return found.compactMap { invocation in
            guard let at = invocation.time("started_at") else { return nil }
            let attempt =
                (invocation["attempt"]?.integer ?? 1) > 1 ? ", attempt \(invocation.text("attempt"))" : ""
            let error = invocation["error"]?.string.map { ": \($0)" } ?? ""
            return Hop(
                at, "function",
                "\(invocation.text("outcome")) in a batch of \(invocation.text("records")), "
                    + "\(invocation.text("duration_ms")) ms\(attempt)\(error)", rank: .function)
        }
    }

    /// Tells which of an order's events is meant, where it is not the first.
    private static func name(ofLater entry: JSONObject) -> String {
        guard let type = entry["event_type"]?.string, type != "order.accepted" else { return "" }
        return "  \(type)"
    }

    private static func short(shard: String) -> String {
        let number = shard.drop { !$0.isNumber }.suffix(3)
        return "shard-\(number)"
    }

    private static func short(sequence: String) -> String {
        sequence.count > 12 ? "\(sequence.prefix(4))…\(sequence.suffix(6))" : sequence
    }

    // MARK: Courier and partners

    func courier() throws -> [Hop] {
        let messages = try rows(
            """
            SELECT m.received_at, m.event_type, (SELECT count(*) FROM notify.deliveries d WHERE d.event_id = m.event_id) AS partners
            FROM notify.messages m
            WHERE m.event_id IN (SELECT event_id FROM notify.deliveries WHERE order_number = ?1) ORDER BY m.message_seq
            """, of: .notify, needs: ["messages", "deliveries"])
        let attempts = try rows(
            """
            SELECT a.started_at, a.partner, a.attempt, a.http_status, a.duration_ms, a.class, a.error, a.next_attempt_at,
                   d.event_type
            FROM notify.attempt_log a JOIN notify.deliveries d USING (event_id, partner)
            WHERE a.order_number = ? ORDER BY a.attempt_id
            """, of: .notify, needs: ["attempt_log", "deliveries"])
        let open = try rows(
            """
            SELECT partner, state, attempts, next_attempt_at, parked_reason FROM notify.deliveries
            WHERE order_number = ? AND state <> 'delivered' ORDER BY partner
            """, of: .notify, needs: ["deliveries"])
        return messages.compactMap { message in
            message.time("received_at").map {
                Hop(
                    $0, "courier",
                    "\(message.text("event_type")) staged for \(message.text("partners")) partners",
                    rank: .courier)
            }
        } + attempts.compactMap(hop(ofAttempt:)) + open.map(hop(ofOpen:))
    }

    private func hop(ofAttempt attempt: JSONObject) -> Hop? {
        guard let startedAt = attempt.time("started_at") else { return nil }
        let duration = attempt["duration_ms"]?.integer
        let took = duration.map { " in \($0) ms" } ?? ""
        let outcome: String
        if let status = attempt["http_status"]?.integer {
            outcome = "\(status)\(took)"
        } else if let error = attempt["error"]?.string {
            outcome = "no answer\(took): \(error)"
        } else {
            outcome = "posted, outcome unknown"
        }
        let number = (attempt["attempt"]?.integer ?? 1) > 1 ? "  attempt \(attempt.text("attempt"))" : ""
        let end = startedAt + .milliseconds(duration ?? 0)
        let next = attempt.time("next_attempt_at").map { "  next try +\(TimeSpan.written($0 - end))" } ?? ""
        return Hop(
            end, attempt.text("partner"), outcome + number + Self.name(ofLater: attempt) + next,
            rank: .partner)
    }

    private func hop(ofOpen delivery: JSONObject) -> Hop {
        let words: String
        switch delivery["state"]?.string {
        case "parked":
            words = "given up after \(delivery.text("attempts")) attempts: \(delivery.text("parked_reason"))"
        case "skipped": words = "skipped"
        case let state:
            let next =
                delivery["next_attempt_at"]?.string.map { ", next try \($0)" }
                ?? ", behind an earlier event of this order"
            words = "\(state ?? "open") after \(delivery.text("attempts")) attempts\(next)"
        }
        return Hop(now, delivery.text("partner"), words, rank: .pending)
    }

    // MARK: Asking

    /// Rows as objects; none where the ledger or one of its tables is not there. `?1` is the order's number.
    ///
    /// - Parameter other: A table of another ledger that is needed too.
    func rows(
        _ query: String, of ledger: Ledger, needs tables: [String], besides other: (Ledger, String)? = nil,
        and more: [String] = []
    ) throws -> [JSONObject] {
        guard try tables.allSatisfy({ try ledgers.hasTable($0, in: ledger) }),
            try other.map({ try ledgers.hasTable($0.1, in: $0.0) }) ?? true
        else { return [] }
        return try ledgers.look { db in
            try Listing.fetch(db, sql: query, arguments: StatementArguments([order] + more)).objects
                .compactMap(\.object)
        }
    }
}

extension JSONObject {
    func time(_ name: String) -> Timestamp? { self[name]?.string.flatMap { Timestamp($0) } }
    func text(_ name: String) -> String { self[name]?.shown ?? "" }
}
