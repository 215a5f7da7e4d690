import Clockwork
import GRDB
import JSON

extension StreetCheck {
    /// Whether all that was under way at the end of the last fault is done; where nothing was broken, whether nothing
    /// is under way at all.
    ///
    /// So a street that sells on can have recovered, too. While a fault lasts, nothing has.
    package func recovered() throws -> RequirementResult {
        let elsewhere = settings.elsewhere
        if let elsewhere, elsewhere.has(.queue), elsewhere.told == nil {
            return .untold(.recovered, because: "the queue at \(elsewhere.queue ?? "?") \(elsewhere.silence)")
        }
        var sources: [(Ledger, String)] = [
            (.shop, "outgoing"), (.shop, "submissions"), (.oms, "outbox"), (.function, "checkpoints"),
            (.notify, "deliveries"),
        ]
        if elsewhere?.has(.queue) != true { sources.append((.broker, "messages")) }
        if elsewhere?.has(.stream) != true { sources.append((.broker, "records")) }
        let missing = try missing(sources)
        guard missing.isEmpty else { return .untold(.recovered, missing: missing) }
        let lasting = settings.faults.active(at: settings.now)
        let end = settings.faults.faults.compactMap(\.endedAt).filter { $0 <= settings.now }.max()
        let backlog = try backlog(from: end ?? settings.now)
        var evidence = lasting.map {
            RequirementResult.Evidence(details: "\($0.title) lasts since \($0.effectiveAt) (\($0.name))")
        }
        if !backlog.isEmpty { evidence.append(.init(details: "under way: \(backlog.json.text)")) }
        var measured =
            backlog.json.object?.members.map { RequirementResult.Measure(name: $0.name, value: $0.value) }
            ?? []
        let since = end.map { (settings.now - $0).milliseconds }
        measured.append(.init(name: "since_last_fault_ms", value: JSONValue(since)))
        return .counted(.recovered, evidence, measured: measured, settings)
    }

    /// What is under way, and whose order was sent by then at the latest.
    private func backlog(from end: Timestamp) throws -> Backlog {
        // CROSS JOIN keeps SQLite to this order of tables: a queue or a shard, then the end of its run of rows.
        let messages = """
            broker.queues q CROSS JOIN broker.messages m
              ON m.place BETWEEN (q.queue_id << 40 | q.purged_to) + 1 AND (q.queue_id << 40 | 1099511627775)
            WHERE q.name IN (SELECT value FROM json_each(:queues))
              AND (m.sent_at <= :endMicroseconds OR \(Self.wasSent("m.group_id")))
            """
        let handled = """
            coalesce((SELECT sequence_counter(c.sequence_number) FROM function.checkpoints c
                       WHERE c.stream = st.name AND c.shard_id = printf('shardId-%012d', sh.shard_number)), 0)
            """
        let records = """
            broker.streams st CROSS JOIN broker.shards sh USING (stream_key) CROSS JOIN broker.records r
              ON r.place BETWEEN (sh.shard_key << 40 | \(handled)) + 1 AND (sh.shard_key << 40 | 1099511627775)
            WHERE st.name = :stream AND (r.arrived_at <= :endMicroseconds OR \(Self.wasSent("r.partition_key")))
            """
        var backlog = Backlog()
        backlog.unsent = try count("shop.outgoing WHERE taken_at <= :end", end)
        if let told = settings.elsewhere?.told {  // which knows no order, and so tells of all of them
            backlog.inFlight = told.inFlight
            backlog.waiting = told.waiting + told.delayed
        } else {
            backlog.inFlight = try count("\(messages) AND m.visible_at > :now AND m.receive_count > 0", end)
            backlog.waiting = max(0, try count(messages, end) - backlog.inFlight)
        }
        backlog.outbox = try count(
            """
            oms.outbox o WHERE o.published_at IS NULL AND (o.created_at <= :end OR \(Self.wasSent("o.order_number")))
            """, end)
        backlog.unread = try count(settings.elsewhere?.has(.stream) == true ? Self.unheard : records, end)
        backlog.deliveries = try count(
            """
            notify.deliveries d WHERE d.state IN ('pending','retrying')
              AND (d.staged_at <= :end OR \(Self.wasSent("d.order_number")))
            """, end)
        return backlog
    }

    /// Events that the stream has, and the courier not yet: of a stream that is another's.
    private static let unheard = """
        oms.outbox o WHERE o.published_at IS NOT NULL AND (o.created_at <= :end OR \(wasSent("o.order_number")))
          AND o.event_id NOT IN (SELECT event_id FROM notify.messages)
        """

    /// Whether an order had been sent by then, wherever it has come to meanwhile.
    private static func wasSent(_ order: String) -> String {
        "EXISTS (SELECT 1 FROM shop.submissions s WHERE s.order_number = \(order) AND s.sent_at <= :end)"
    }

    private func count(_ rows: String, _ end: Timestamp) throws -> Int {
        let arguments: StatementArguments = [
            "end": end.description, "endMicroseconds": end.microseconds, "now": settings.now.microseconds,
            "queues": JSONValue.array(settings.orderQueues.map(JSONValue.string)).text,
            "stream": settings.eventStream,
        ]
        return try ledgers.look {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM \(rows)", arguments: arguments) ?? 0
        }
    }
}
