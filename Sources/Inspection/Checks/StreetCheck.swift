import Clockwork
import GRDB

/// Asks of a running street whether something holds at this moment.
///
/// It is an audit's judgement over a window of time: of the ledgers it reads only the end, so that it answers within
/// milliseconds and can be asked every second while the street is busy.
package struct StreetCheck {
    let ledgers: Ledgers
    let from: Timestamp
    let to: Timestamp
    /// Limits and faults as for an audit.
    let settings: AuditSettings

    /// - Parameters:
    ///   - from: The window's beginning.
    ///   - to: Its end; what came later is not looked at.
    package init(of ledgers: Ledgers, from: Timestamp, to: Timestamp, _ settings: AuditSettings) {
        self.ledgers = ledgers
        self.from = from
        self.to = to
        self.settings = settings
    }

    // MARK: shop-open

    /// What the shop was told in the window, and how soon.
    ///
    /// A try without an answer counts as not acknowledged as soon as it has waited for longer than an answer may take;
    /// until then nobody can tell.
    package func shopOpen() throws -> RequirementResult {
        guard try ledgers.hasTable("submissions", in: .shop) else {
            return .untold(.shopOpen, missing: [.shop])
        }
        let rows = try ledgers.look { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(ShopAnswers.Try.columns) FROM shop.submissions
                    WHERE submission_id > coalesce((SELECT submission_id FROM shop.submissions WHERE sent_at < :earliest
                                                    ORDER BY submission_id DESC LIMIT 1), 0)
                      AND sent_at <= :to AND (answered_at >= :from OR answered_at IS NULL AND sent_at >= :from)
                      AND \(ShopAnswers.Try.condition)
                    ORDER BY submission_id
                    """,
                arguments: [
                    "earliest": (from - Self.longestAnswer).description, "from": from.description,
                    "to": to.description,
                ])
        }
        let now = settings.now
        let tries = rows.compactMap(ShopAnswers.Try.init).filter {
            $0.answeredAt != nil || now - $0.sentAt > settings.limits.shopAnswerP99
        }
        guard !tries.isEmpty else {
            return .untold(.shopOpen, because: "the shop tried nothing from \(from) to \(to)")
        }
        return ShopAnswers(to: tries, waitingUntil: now).judged(settings)
    }

    /// A try that was sent this long before the window has been answered before it, or never will be.
    private static let longestAnswer = Duration.seconds(30)

    // MARK: freshness and isolation

    /// How soon the partners hear of what was accepted in the window, outside of outages.
    package func freshness() throws -> RequirementResult {
        let missing = try missing(Self.tellingOfPartners)
        return missing.isEmpty ? try hearings().freshness() : .untold(.freshness, missing: missing)
    }

    /// How soon healthy partners heard while another was away, beside how soon they hear in peace, both in the window.
    package func isolation() throws -> RequirementResult {
        let missing = try missing(Self.tellingOfPartners)
        return missing.isEmpty ? try hearings().isolation() : .untold(.isolation, missing: missing)
    }

    private static let tellingOfPartners: [(Ledger, String)] = [(.oms, "outbox"), (.notify, "deliveries")]

    /// Ledgers in which a table is not to be found: they are away, or their role has only just begun to live.
    func missing(_ tables: [(ledger: Ledger, name: String)]) throws -> [Ledger] {
        let absent = try tables.filter { try !ledgers.hasTable($0.name, in: $0.ledger) }.map(\.ledger)
        return Ledger.singles.filter(absent.contains)
    }

    private func hearings() throws -> Hearings {
        let knowsShop = try ledgers.hasTable("submissions", in: .shop)
        let firstSent =
            "(SELECT min(s.sent_at) FROM shop.submissions s WHERE s.order_number = b.order_number)"
        let isFirst = "json_extract(b.payload, '$.data.version') = 1"
        let rows = try ledgers.look { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(knowsShop ? "CASE WHEN \(isFirst) THEN \(firstSent) END" : "NULL"), b.created_at,
                           d.delivered_at, p.partner
                    FROM oms.outbox b CROSS JOIN notify.partners p
                    LEFT JOIN notify.deliveries d ON d.event_id = b.event_id AND d.partner = p.partner
                    WHERE b.outbox_seq > coalesce((SELECT outbox_seq FROM oms.outbox WHERE created_at < :from
                                                   ORDER BY outbox_seq DESC LIMIT 1), 0)
                      AND b.created_at BETWEEN :from AND :to AND p.enabled AND \(Hearings.Hearing.countsSQL)
                    """, arguments: ["from": from.description, "to": to.description])
        }
        var byPartner: [String: [Hearings.Hearing]] = [:]
        for row in rows {
            if let hearing = Hearings.Hearing(row) { byPartner[row[3], default: []].append(hearing) }
        }
        let partners = byPartner.sorted { $0.key < $1.key }.map { (name: $0.key, hearings: $0.value) }
        return Hearings(partners: partners, settings: settings)
    }
}
