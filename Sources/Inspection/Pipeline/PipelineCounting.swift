import Clockwork
import GRDB
import JSON
import Orders

/// The counting behind a ``PipelineSnapshot``.
///
/// What only grows is counted once: of the tables that log every try it remembers how far it has come. So a
/// look costs about the same after a million orders as after ten.
struct PipelineCounting {
    private var submissions = Tally()
    private var events = Tally()
    private var attempts: [String: Tally] = [:]
    private var equation = Equation()
    /// Deliveries given up, by partner.
    private var parked: [String: Int] = [:]
    private var totalsDueAt = Duration.zero

    /// What takes a look at every row is done again once that takes less than one part in so many of the
    /// time.
    private static let totalsShare = 20

    /// Counts everything once.
    ///
    /// - Parameters:
    ///   - uptime: By which the cost of counting is told.
    ///   - elsewhere: Where queue and stream are when they are not ours, and what they say.
    ///   - withTotals: Whether to count what takes a look at every row, too.
    mutating func look(
        at ledgers: Ledgers, now: Timestamp, uptime: () -> Duration, elsewhere: Elsewhere? = nil,
        withTotals: Bool = true
    ) throws -> PipelineSnapshot {
        var snapshot = PipelineSnapshot(at: now)
        let hasNoBroker = elsewhere?.hasNoBroker ?? false
        snapshot.missing = ledgers.standings.filter { !$0.standing.isOpen }.map(\.ledger)
            .filter { !($0 == .broker && hasNoBroker) }
        if withTotals {
            try reckon(ledgers, now: now, uptime: uptime, queueIsHere: !(elsewhere?.has(.queue) ?? false))
        }
        try readShop(ledgers, &snapshot)
        try readQueue(ledgers, &snapshot)
        try readOrders(ledgers, &snapshot)
        try readStream(ledgers, &snapshot)
        try readGaps(ledgers, &snapshot)
        try readPartners(ledgers, &snapshot)
        snapshot.equation = equation
        if let elsewhere { try hear(elsewhere, ledgers, &snapshot) }
        return snapshot
    }

    /// Takes over what the queue says of itself; how far the stream's readers are, outbox and courier tell.
    private func hear(
        _ elsewhere: Elsewhere, _ ledgers: Ledgers, _ snapshot: inout PipelineSnapshot
    ) throws {
        snapshot.elsewhere = elsewhere
        if elsewhere.has(.queue) {
            snapshot.queue = PipelineSnapshot.Queue()
            if let told = elsewhere.told {
                snapshot.queue.waiting = told.waiting
                snapshot.queue.delayed = told.delayed
                snapshot.queue.inFlight = told.inFlight
                snapshot.queue.deadLetters = told.deadLetters
                snapshot.openGaps += told.gaps
            }
        }
        guard elsewhere.has(.stream), try ledgers.hasTable("outbox", in: .oms) else { return }
        let published = try ledgers.look {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM oms.outbox WHERE published_at IS NOT NULL") ?? 0
        }
        snapshot.streamRecords = published
        snapshot.streamBehind = max(0, published - (try messagesStaged(ledgers)))
        snapshot.streamLagMilliseconds = nil
    }

    // MARK: House by house

    private mutating func readShop(_ ledgers: Ledgers, _ snapshot: inout PipelineSnapshot) throws {
        guard try ledgers.hasTable("submissions", in: .shop), try ledgers.hasTable("outgoing", in: .shop)
        else { return }
        try ledgers.look { db in
            let sums = try submissions.advance(
                over: "shop.submissions", key: "submission_id",
                columns: [
                    "deliberate IS NULL AND attempt = 1", "deliberate IS NULL AND outcome = 'acknowledged'",
                    "deliberate IS NULL AND outcome = 'refused'",
                ], in: db)
            (snapshot.shop.sent, snapshot.shop.acknowledged, snapshot.shop.refused) = (
                sums[0], sums[1], sums[2]
            )
            snapshot.shop.unsent =
                try Int.fetchOne(db, sql: "SELECT count(*) FROM shop.outgoing WHERE deliberate IS NULL") ?? 0
            let answers = try Int64.fetchAll(
                db,
                sql: """
                    SELECT CAST(round((julianday(answered_at) - julianday(sent_at)) * 86400000) AS INTEGER) AS ms
                    FROM (SELECT sent_at, answered_at FROM shop.submissions ORDER BY submission_id DESC LIMIT 1000)
                    WHERE answered_at IS NOT NULL ORDER BY ms
                    """)
            snapshot.shop.answerP99Milliseconds = Percentile.of(answers, 99) ?? 0
        }
    }

    private func readQueue(_ ledgers: Ledgers, _ snapshot: inout PipelineSnapshot) throws {
        guard try ledgers.hasTable("queue_messages", in: .broker) else { return }
        let list = try QueueWindow.list(of: ledgers, now: snapshot.at)
        for queue in list.objects {
            func count(_ name: String) -> Int { Int(queue[name]?.integer ?? 0) }
            switch queue["queue"]?.string {
            case Pipeline.orderQueue, Pipeline.standardOrderQueue:
                snapshot.queue.waiting += count("waiting")
                snapshot.queue.delayed += count("delayed")
                snapshot.queue.inFlight += count("in_flight")
                let age = queue["oldest_age_ms"]?.integer.map { max(0, $0) }
                snapshot.queue.oldestAgeMilliseconds = [snapshot.queue.oldestAgeMilliseconds, age].compactMap(
                    \.self
                ).max()
            case Pipeline.deadOrderQueue, Pipeline.standardDeadOrderQueue:
                snapshot.queue.deadLetters += count("waiting") + count("delayed") + count("in_flight")
            case Pipeline.gapQueue:
                snapshot.openGaps += count("waiting") + count("delayed") + count("in_flight")
            default: continue
            }
        }
    }

    private mutating func readOrders(_ ledgers: Ledgers, _ snapshot: inout PipelineSnapshot) throws {
        guard try ledgers.hasTable("outbox", in: .oms) else { return }
        try ledgers.look { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT (SELECT count(*) FROM oms.orders), (SELECT count(*) FROM oms.rejections),
                           (SELECT count(*) FROM oms.outbox WHERE published_at IS NULL)
                    """)
            snapshot.orders.stored = row?[0] ?? 0
            snapshot.orders.rejected = row?[1] ?? 0
            snapshot.orders.outbox = row?[2] ?? 0
            let events = try events.advance(
                over: "oms.order_events", key: "event_seq",
                columns: [
                    "type = 'order.conflict_received'", "type = 'order.repeat_received'",
                    "type = 'order.cancelled'",
                ], in: db)
            (snapshot.orders.conflicts, snapshot.orders.repeats, snapshot.orders.cancelled) = (
                events[0], events[1], events[2]
            )
        }
        try readEarlyCancellations(ledgers, &snapshot)
    }

    private func readEarlyCancellations(_ ledgers: Ledgers, _ snapshot: inout PipelineSnapshot) throws {
        guard try ledgers.hasTable("early_cancellations", in: .oms) else { return }
        let row = try ledgers.look { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT count(DISTINCT CASE outcome WHEN 'applied' THEN order_number END), sum(outcome IS NULL)
                    FROM oms.early_cancellations
                    """)
        }
        snapshot.orders.cancelledEarly = row?[0] ?? 0
        snapshot.orders.cancellationsWaiting = row?[1] ?? 0
    }

    private func readStream(_ ledgers: Ledgers, _ snapshot: inout PipelineSnapshot) throws {
        guard try ledgers.hasTable("stream_records", in: .broker) else { return }
        let shards = try StreamWindow.list(of: ledgers).objects.filter {
            $0["stream"]?.string == Pipeline.eventStream
        }
        snapshot.streamRecords = shards.reduce(0) { $0 + Int($1["last_counter"]?.integer ?? 0) }
        guard ledgers.has(.function) else {
            return snapshot.streamBehind = max(0, snapshot.streamRecords - (try messagesStaged(ledgers)))
        }
        for shard in shards {
            let behind = Int(shard["behind"]?.integer ?? 0)
            guard behind > 0, let id = shard["shard_id"]?.string, let handled = shard["handled_to"]?.integer
            else { continue }
            snapshot.streamBehind += behind
            let lag = try arrival(behind: handled, of: id, ledgers).map {
                max(0, (snapshot.at - $0).milliseconds)
            }
            snapshot.streamLagMilliseconds = [snapshot.streamLagMilliseconds, lag].compactMap(\.self).max()
        }
    }

    private func readGaps(_ ledgers: Ledgers, _ snapshot: inout PipelineSnapshot) throws {
        guard try ledgers.hasTable("stream_gaps", in: .function) else { return }
        let row = try ledgers.look { db in
            try Row.fetchOne(db, sql: "SELECT count(*), count(*) - count(told_at) FROM function.stream_gaps")
        }
        snapshot.gaps = row?[0] ?? 0
        snapshot.openGaps += row?[1] ?? 0
    }

    /// When the first record behind a place arrived.
    private func arrival(behind handled: Int64, of shard: String, _ ledgers: Ledgers) throws -> Timestamp? {
        try ledgers.look { db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT arrived_at FROM broker.stream_records WHERE stream = ? AND shard_id = ? AND counter > ?
                    ORDER BY counter LIMIT 1
                    """, arguments: [Pipeline.eventStream, shard, handled])
        }.flatMap { Timestamp($0) }
    }

    /// How many events have come to the courier: what is known of the function's progress without its ledger.
    private func messagesStaged(_ ledgers: Ledgers) throws -> Int {
        guard try ledgers.hasTable("messages", in: .notify) else { return 0 }
        return try ledgers.look {
            try Int.fetchOne($0, sql: "SELECT max(message_seq) FROM notify.messages") ?? 0
        }
    }

    private mutating func readPartners(_ ledgers: Ledgers, _ snapshot: inout PipelineSnapshot) throws {
        guard try ledgers.hasTable("partner_lanes", in: .notify) else { return }
        snapshot.partners = try ledgers.look { db in
            let lanes = try Row.fetchAll(
                db,
                sql: """
                    SELECT partner, pending + retrying,
                           CASE WHEN NOT enabled THEN 'disabled' WHEN paused THEN 'paused' WHEN circuit = 'open' THEN 'left alone'
                                ELSE 'enabled' END
                    FROM notify.partner_lanes ORDER BY partner
                    """)
            return try lanes.map { lane in
                let name: String = lane[0]
                let delivered = try attempts[name, default: Tally()].advance(
                    over: "notify.delivery_attempts", key: "attempt_id",
                    columns: ["http_status BETWEEN 200 AND 299"], where: ("partner = ?", [name]), in: db)
                return PipelineSnapshot.Partner(
                    name: name, delivered: delivered[0], pending: lane[1], parked: parked[name, default: 0],
                    ageP95Milliseconds: try Self.ageP95(of: name, ledgers, db), state: lane[2])
            }
        }
    }

    /// Of the latest hundred deliveries.
    private static func ageP95(of partner: String, _ ledgers: Ledgers, _ db: Database) throws -> Int64? {
        guard ledgers.has(.oms) else { return nil }
        let ages = try Int64.fetchAll(
            db,
            sql: """
                SELECT CAST(round((julianday(d.delivered_at) - julianday(b.created_at)) * 86400000) AS INTEGER) AS age
                FROM (SELECT event_id FROM notify.delivery_attempts
                       WHERE partner = :partner AND http_status BETWEEN 200 AND 299 ORDER BY attempt_id DESC LIMIT 100) a
                JOIN notify.deliveries d ON d.event_id = a.event_id AND d.partner = :partner AND d.delivered_at IS NOT NULL
                JOIN oms.outbox b ON b.event_id = a.event_id
                ORDER BY age
                """, arguments: ["partner": partner])
        return Percentile.of(ages, 95)
    }

    // MARK: Everything anew

    /// Reckons anew what takes a look at every row, when its turn has come: each time while that is cheap,
    /// less often on a large system.
    private mutating func reckon(
        _ ledgers: Ledgers, now: Timestamp, uptime: () -> Duration, queueIsHere: Bool
    ) throws {
        let began = uptime()
        guard began >= totalsDueAt else { return }
        equation = try Equation(of: ledgers, now: now, queueIsHere: queueIsHere)
        parked = try Self.parked(ledgers)
        let ended = uptime()
        totalsDueAt = ended + (ended - began) * Self.totalsShare
    }

    private static func parked(_ ledgers: Ledgers) throws -> [String: Int] {
        guard try ledgers.hasTable("partner_totals", in: .notify) else { return [:] }
        return try ledgers.look { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT partner, sum(deliveries) FROM notify.partner_totals WHERE state IN ('parked', 'skipped') GROUP BY 1
                    """)
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int) })
        }
    }
}
