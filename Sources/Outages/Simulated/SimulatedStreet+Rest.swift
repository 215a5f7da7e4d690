import Clockwork
import Disk
import GRDB
import Orders
import Shop

/// What can be seen while the street is at work, through the files that its processes have open.
extension SimulatedStreet {
    private func look<Answer>(_ name: String, in part: String, _ question: (Database) throws -> Answer) throws
        -> Answer?
    {
        try self.part(part)?.disk(named: name)?.read(question)
    }

    /// Every order that the shop was told yes for is stored, rejected, or in a queue, at every moment.
    ///
    /// Only while all three who know are up; the audit at the end sees the rest.
    func lookForLoss() throws {
        let acknowledged = try look("shop.db", in: "shop") { db in
            try String.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT order_number FROM submissions
                        WHERE outcome = 'acknowledged' AND deliberate IS NULL ORDER BY order_number
                        """))
        }
        let queued = try look("broker.db", in: "broker") { db in
            try Set(
                String.fetchAll(
                    db.cachedStatement(
                        sql: "SELECT order_number FROM queue_messages WHERE order_number IS NOT NULL")))
        }
        let decided = try look("orders.db", in: "oms") { db in
            try Set(
                String.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT order_number FROM orders
                            UNION SELECT order_number FROM rejections WHERE order_number IS NOT NULL
                            """)))
        }
        guard let acknowledged, let queued, let decided else { return }
        let lost = acknowledged.filter { !queued.contains($0) && !decided.contains($0) }
        guard !lost.isEmpty else { return }
        breaches.append(
            "no-loss: \(lost.joined(separator: ", ")) acknowledged, and after \(world.uptime.milliseconds) ms in no ledger"
        )
    }

    /// Whether nothing is under way any more.
    func isAtRest() throws -> Bool {
        try rests().allSatisfy { $0.count == 0 }
    }

    /// What is still under way, for whoever wonders why there is no rest.
    func unrest() throws -> String {
        let counts = try rests().compactMap { rest -> String? in
            switch rest.count {
            case nil: "\(rest.what): its process is down"
            case 0?: nil
            case let count?: "\(count) \(rest.what)"
            }
        }
        return (counts + (try stragglers())).joined(separator: ", ")
    }

    /// The first few that are still under way, by name.
    private func stragglers() throws -> [String] {
        let messages = try look("broker.db", in: "broker") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT coalesce(order_number, message_id) || ' ' || state || ' after ' || receive_count || ' receives'
                    FROM queue_messages WHERE queue = ? ORDER BY 1 LIMIT 3
                    """, arguments: [plan.shop.queue])
        }
        let deliveries = try look("courier.db", in: "courier") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT event_id || ' to ' || partner || ' ' || state || ' after ' || attempts || ' attempts, '
                           || coalesce(last_error, last_status, '') || ', next ' || coalesce(next_attempt_at, 'never')
                    FROM deliveries WHERE state IN ('pending','retrying') ORDER BY 1 LIMIT 3
                    """)
        }
        let events = try look("orders.db", in: "oms") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT event_id || ' unpublished after ' || attempts || ' attempts' FROM outbox
                    WHERE published_at IS NULL ORDER BY 1 LIMIT 3
                    """)
        }
        return (messages ?? []) + (events ?? []) + (try unheard()) + (deliveries ?? [])
    }

    /// Events that the stream has and the courier does not.
    private func unheard() throws -> [String] {
        let published = try look("orders.db", in: "oms") { db in
            try String.fetchAll(
                db, sql: "SELECT event_id FROM outbox WHERE published_at IS NOT NULL ORDER BY 1")
        }
        let heard = try look("courier.db", in: "courier") { db in
            try Set(String.fetchAll(db, sql: "SELECT event_id FROM messages"))
        }
        guard let published, let heard else { return [] }
        return published.filter { !heard.contains($0) }.prefix(3).map { "\($0) never handed on" }
    }

    private func rests() throws -> [(what: String, count: Int?)] {
        func count(_ file: String, _ part: String, _ query: String) throws -> Int? {
            try look(file, in: part) { try Int.fetchOne($0.cachedStatement(sql: query)) ?? 0 }
        }
        let expected = plan.orders + plan.shop.pranks.count
        let taken = try count("shop.db", "shop", "SELECT sum(orders_taken + pranks_played) FROM trading_days")
        let outbox = try count("orders.db", "oms", "SELECT count(*) FROM outbox")
        let handedOn = try count("courier.db", "courier", "SELECT count(*) FROM messages")
        return [
            ("customers to serve", taken.map { expected - $0 }),
            ("orders to hand over", try count("shop.db", "shop", "SELECT count(*) FROM outgoing")),
            (
                "messages in the queue",
                try count(
                    "broker.db", "broker",
                    "SELECT count(*) FROM queue_messages WHERE queue = '\(plan.shop.queue)'")
            ),
            (
                "events in the outbox",
                try count("orders.db", "oms", "SELECT count(*) FROM outbox WHERE published_at IS NULL")
            ),
            ("events to hand on", outbox.flatMap { outbox in handedOn.map { outbox - $0 } }),
            (
                "deliveries to make",
                try count(
                    "courier.db", "courier",
                    "SELECT count(*) FROM deliveries WHERE state IN ('pending','retrying')")
            ),
        ]
    }
}
