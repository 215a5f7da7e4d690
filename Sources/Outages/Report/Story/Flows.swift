import Clockwork
import GRDB
import Inspection

/// What the shop was told, and when.
struct ShopFlow: Hashable, Sendable {
    var acknowledged: [Timestamp] = []
    var refused: [Timestamp] = []
    /// Tries that never got an answer, by the time at which they were made.
    var unknown: [Timestamp] = []
}

/// What the OMS decided, and when.
struct IntakeFlow: Hashable, Sendable {
    var stored: [Timestamp] = []
    var rejected: [Timestamp] = []
    /// Another content under a known number.
    var conflicts: [Timestamp] = []
    /// Messages that came again and were recognised.
    var repeats: [Timestamp] = []
}

/// What one partner heard, and what it had to wait for.
struct PartnerFlow: Hashable, Sendable {
    var name: String
    var delivered: [Timestamp] = []
    /// From the courier's taking an event on until the partner had heard.
    var waits = Waits([])
    /// When deliveries were given up: at their last attempt.
    var parked: [Timestamp] = []
}

/// Reads the flows, after an audit of the same ledgers: from the copies which it made.
struct FlowReader {
    let ledgers: Ledgers

    func shop() throws -> ShopFlow {
        ShopFlow(
            acknowledged: try times(
                "SELECT answered_at FROM audit_submissions WHERE outcome = 'acknowledged'"),
            refused: try times(
                "SELECT coalesce(answered_at, sent_at) FROM audit_submissions WHERE outcome = 'refused'"),
            unknown: try times("SELECT sent_at FROM audit_submissions WHERE outcome = 'unknown'"))
    }

    func intake() throws -> IntakeFlow {
        IntakeFlow(
            stored: try times("SELECT accepted_at FROM audit_orders"),
            rejected: try times("SELECT rejected_at FROM audit_rejections WHERE code IS NOT 'conflict'"),
            conflicts: try times("SELECT rejected_at FROM audit_rejections WHERE code = 'conflict'"),
            repeats: try times("SELECT occurred_at FROM audit_events WHERE type = 'order.repeat_received'"))
    }

    /// By name.
    func partners() throws -> [PartnerFlow] {
        let names = try ledgers.look {
            try String.fetchAll(
                $0,
                sql:
                    "SELECT partner FROM audit_partners UNION SELECT partner FROM audit_deliveries ORDER BY 1"
            )
        }
        return try names.map { name in
            let deliveries = try ledgers.look {
                try Row.fetchAll(
                    $0,
                    sql: """
                        SELECT staged_at, delivered_at, state,
                               (SELECT max(started_at) FROM audit_attempts a
                                 WHERE a.event_id = d.event_id AND a.partner = d.partner)
                        FROM audit_deliveries d WHERE partner = ?
                        """, arguments: [name])
            }
            var flow = PartnerFlow(name: name)
            var waits: [Waits.Wait] = []
            flow.delivered = deliveries.compactMap { $0.time(1) }.sorted()
            for row in deliveries where (row[2] as String) != "skipped" {
                let givenUpAt = (row[2] as String) == "parked" ? row.time(3) ?? row.time(0) : nil
                if let givenUpAt { flow.parked.append(givenUpAt) }
                if let stagedAt = row.time(0) {
                    waits.append(Waits.Wait(from: stagedAt, until: row.time(1) ?? givenUpAt))
                }
            }
            flow.waits = Waits(waits)
            return flow
        }
    }

    private func times(_ query: String) throws -> [Timestamp] {
        try ledgers.look { try String.fetchAll($0, sql: query) }.compactMap { Timestamp($0) }.sorted()
    }
}
