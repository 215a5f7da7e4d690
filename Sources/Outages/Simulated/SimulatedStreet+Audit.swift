import Clockwork
import GRDB
import Inspection

/// The proof at the end of a run, and what the run has shown beside it.
extension SimulatedStreet {
    /// How strictly the street is looked at: as its scenario says, where it has one.
    var auditSettings: AuditSettings {
        var settings = AuditSettings(now: world.now)
        settings.mostEvidence = 5
        settings.faults = FaultTimeline(timeline + afflictions.map { $0.entry(endedAt: nil) })
        if let limits = scenario?.staging.limits {
            settings.limits = limits.audit
            settings.allowsParked = limits.parkedIsFine
        }
        return settings
    }

    func audit() throws -> AuditReport {
        let ledgers = try Ledgers(in: directory.path)
        var settings = auditSettings
        settings.demandsRest = true
        let demanded = scenario?.staging.mustHold.requirements ?? Requirement.demandedAlways + [.recovered]
        let report = try Audit.report(on: ledgers, settings)
        acknowledged = report.equation.acknowledged
        for requirement in demanded {
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
        if let scenario { try judge(scenario, by: report, ledgers) }
        return report
    }

    private func judge(_ scenario: Scenario, by report: AuditReport, _ ledgers: Ledgers) throws {
        let limits = scenario.staging.limits
        deviations += limits.deviations(in: report)
        let affected = try ScenarioLimits.ordersMeanwhile(timeline, in: ledgers, now: world.now)
        invalid = scenario.faults.isEmpty ? nil : limits.objection(to: affected)
    }

    private func see(what ledgers: Ledgers, _ report: AuditReport) throws {
        sightings.note(.repeatRecognised, times: report.counts.repeats)
        sightings.note(.conflictRecorded, times: report.counts.conflicts)
        sightings.note(.orderRejected, times: report.equation.rejected)
        sightings.note(.cancelledEarly, times: report.counts.cancelledEarly)
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
