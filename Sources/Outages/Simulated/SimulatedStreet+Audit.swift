import Clockwork
import GRDB
import Inspection

/// The proof at the end of a run, and what the run has shown beside it.
extension SimulatedStreet {
    func audit() throws {
        let ledgers = try Ledgers(in: directory.path)
        var settings = AuditSettings(now: world.now)
        settings.demandsRest = true
        settings.mostEvidence = 5
        let report = try Audit.report(on: ledgers, settings)
        acknowledged = report.equation.acknowledged
        for requirement in Requirement.demandedAlways + [.recovered] {
            guard let result = report.result(for: requirement), result.held != true else { continue }
            let evidence = result.evidence.map(\.description).joined(separator: "; ")
            breaches.append("\(requirement.rawValue): \(evidence)")
        }
        for number in [
            report.equation.stored, report.equation.rejected, report.equation.deadLetters,
            report.counts.repeats,
        ] {
            world.note(UInt64(number))
        }
        try see(what: ledgers, report)
    }

    private func see(what ledgers: Ledgers, _ report: AuditReport) throws {
        sightings.note(.repeatRecognised, times: report.counts.repeats)
        sightings.note(.conflictRecorded, times: report.counts.conflicts)
        sightings.note(.orderRejected, times: report.equation.rejected)
        for (sighting, query) in Self.recoveries {
            let times = try ledgers.look { try Int.fetchOne($0, sql: query) ?? 0 }
            sightings.note(sighting, times: times)
        }
    }

    /// Recovery branches, each seen in the rows that it leaves.
    private static let recoveries: [(Sighting, String)] = [
        (
            .unknownResolved,
            """
            SELECT count(DISTINCT order_number) FROM temp.audit_submissions u WHERE outcome = 'unknown'
              AND EXISTS (SELECT 1 FROM temp.audit_submissions a
                           WHERE a.order_number = u.order_number AND a.outcome = 'acknowledged')
            """
        ),
        (
            .poisonDeadLettered,
            "SELECT count(*) FROM temp.audit_messages WHERE state = 'dead' AND order_number IS 'not-an-order'"
        ),
        (.eventPublishedTwice, "SELECT count(*) - count(DISTINCT event_id) FROM temp.audit_records"),
        (.batchHandledAgain, "SELECT count(*) FROM function.invocations WHERE attempt > 1"),
        (.webhookSentAgain, "SELECT count(*) FROM temp.audit_attempts WHERE attempt > 1"),
        (.partnerSawRepeat, "SELECT count(*) FROM temp.audit_received WHERE NOT first_time"),
        (.relayLeaseTakenOver, "SELECT max(epoch) - 1 FROM oms.relay_lease"),
    ]
}
