import Clockwork
import GRDB
import JSON

/// What an audit says where queue or stream are another's: what the ledgers that are here prove, and what it has not seen.
extension Audit {
    /// Judges by what is here. What breaks it here breaks it; when nothing does, nobody has proven it.
    func asFarAsSeen(_ requirement: Requirement, _ half: Elsewhere.Half, _ report: AuditReport) throws
        -> RequirementResult
    {
        let found = try breaches(of: requirement)
        let measured = try measures(of: requirement, report)
        guard found.isEmpty else { return .counted(requirement, found, measured: measured, settings) }
        return RequirementResult(
            requirement: requirement, held: nil, isBeyondSight: true, measured: measured,
            evidence: [.init(details: settings.elsewhere?.sentence(about: half) ?? "")], breaches: 0)
    }

    /// An order that was acknowledged and is not in the books is in the queue, or lost. Which of the two, only the queue's
    /// count can tell: those that were acknowledged before it was asked must have been in it, or be in the books by now.
    func noLoss(_ report: AuditReport, besides elsewhere: Elsewhere) throws -> RequirementResult {
        let found = try breaches(of: .noLoss)
        let measured = try measures(of: .noLoss, report)
        let unseen = report.equation.unseen ?? 0
        guard found.isEmpty, unseen > 0 else {
            return .counted(.noLoss, found, measured: measured, settings)
        }
        guard let told = elsewhere.told else {
            return RequirementResult(
                requirement: .noLoss, held: nil, measured: measured,
                evidence: [
                    .init(
                        details:
                            "\(unseen) acknowledged orders are not in the books, and the queue at \(elsewhere.queue ?? "?") "
                            + elsewhere.silence)
                ], breaches: 0)
        }
        let orders = try ledgers.look { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT order_number FROM audit_verdicts
                    WHERE verdict = :unseen AND acknowledged_at <= :asked ORDER BY order_number
                    """, arguments: ["unseen": Verdict.unseen.rawValue, "asked": told.at.description])
        }
        guard orders.count > told.held else {
            return RequirementResult(
                requirement: .noLoss, held: nil, measured: measured,
                evidence: [
                    .init(
                        details:
                            "\(unseen) acknowledged orders are not in the books; the queue says that it holds \(told.held) messages, "
                            + "and nobody here can look into them")
                ], breaches: 0)
        }
        let words =
            "acknowledged and not in the books; of \(orders.count) such orders the queue holds \(told.held)"
        return RequirementResult(
            requirement: .noLoss, held: false, measured: measured,
            evidence: orders.prefix(settings.mostEvidence).map { .init(orderNumber: $0, details: words) },
            breaches: orders.count - told.held)
    }

    /// How much there was, of which the queue tells its part.
    func counts(in db: Database) throws -> Counts {
        var counts = try Counts(in: db)
        if let elsewhere = settings.elsewhere, elsewhere.has(.queue) {
            counts.deadLetters = elsewhere.told?.deadLetters
        }
        return counts
    }

    /// What is under way, of which the queue tells its part, and what has come to the courier tells the stream's.
    func backlog(in db: Database) throws -> Backlog {
        var backlog = try Backlog(in: db)
        guard let elsewhere = settings.elsewhere else { return backlog }
        if elsewhere.has(.queue) {
            backlog.waiting = (elsewhere.told?.waiting ?? 0) + (elsewhere.told?.delayed ?? 0)
            backlog.inFlight = elsewhere.told?.inFlight ?? 0
        }
        if elsewhere.has(.stream) {
            backlog.unread =
                try Int.fetchOne(db, sql: "SELECT count(*) FROM audit_outbox b WHERE \(EventSQL.isUnheard)")
                ?? 0
        }
        return backlog
    }
}
