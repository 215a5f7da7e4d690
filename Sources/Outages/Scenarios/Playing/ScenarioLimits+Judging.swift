import Clockwork
import GRDB
import Inspection

/// What an audit's figures come to under a scenario's limits, in whichever theatre it was played.
extension ScenarioLimits {
    /// What took too long or happened too often, in words.
    func deviations(in report: AuditReport) -> [String] {
        let limit = recovery.fractionalSeconds
        let slow = report.recoveries.compactMap { recovery -> String? in
            guard let seconds = recovery.seconds, seconds > limit else { return nil }
            return "recovery from \(recovery.fault.title) took \(seconds) s; the limit is \(limit) s"
        }
        guard let most = repeatsPerPartner else { return slow }
        return slow
            + report.partners.filter { $0.repeats > most }.map {
                "\($0.name) was told \($0.repeats) times again; the limit is \(most)"
            }
    }

    /// Why a run with so few orders shows nothing; nil when there were enough.
    func objection(to affected: Int) -> String? {
        affected >= fewestOrders
            ? nil
            : "only \(affected) orders were acknowledged while something was broken; \(fewestOrders) are needed"
    }

    /// Orders that the shop was told yes for while one fault lasted: of that with the most.
    static func ordersMeanwhile(
        _ faults: [FaultTimeline.Fault], in ledgers: Ledgers, now: Timestamp
    ) throws -> Int {
        try ledgers.look { db in
            try faults.map { fault in
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT count(DISTINCT order_number) FROM shop.submissions
                        WHERE outcome = 'acknowledged' AND deliberate IS NULL AND answered_at BETWEEN ? AND ?
                        """,
                    arguments: [fault.effectiveAt.description, (fault.endedAt ?? now).description]) ?? 0
            }.max() ?? 0
        }
    }
}
