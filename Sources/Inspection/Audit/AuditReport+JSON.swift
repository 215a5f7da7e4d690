import JSON

extension AuditReport {
    /// The report as programs read it; names as in the journal of a run.
    package func json(
        demanding demanded: [Requirement] = Requirement.demandedAlways, strictly: Bool = false
    ) -> JSONValue {
        [
            "verdict": .string(outcome(demanding: demanded, strictly: strictly).word.lowercased()),
            "phase": .string(backlog.isEmpty ? "at rest" : "under way"),
            "equation": equation.json,
            "backlog": backlog.json,
            "counts": counts.json,
            "verdicts": .object(verdictCounts),
            "must_hold": .array(demanded.compactMap(result).map(\.json)),
            "measured": .array(requirements.filter { !demanded.contains($0.requirement) }.map(\.json)),
            "partners": .array(partners.map(\.json)),
            "recovery": .array(recoveries.map(\.json)),
            "orders": .array(notable.map(\.json)),
            "ledgers": .array(ledgers.map(\.json)),
        ]
    }

    private var verdictCounts: JSONObject {
        var counts = JSONObject()
        for verdict in Verdict.allCases {
            counts[verdict.rawValue] = JSONValue(verdicts[verdict, default: 0])
        }
        return counts
    }
}

extension Equation {
    package var json: JSONValue {
        var object = JSONObject()
        object["acknowledged"] = JSONValue(acknowledged)
        object["stored"] = JSONValue(stored)
        object["rejected"] = JSONValue(rejected)
        object["waiting"] = JSONValue(waiting)
        object["in_flight"] = JSONValue(inFlight)
        object["dead_letters"] = JSONValue(deadLetters)
        object["discarded"] = JSONValue(discarded)
        object["not_seen"] = unseen.map { JSONValue($0) }
        object["lost"] = JSONValue(lost)
        return .object(object)
    }
}

extension Backlog {
    package var json: JSONValue {
        [
            "unsent": JSONValue(unsent), "waiting": JSONValue(waiting), "in_flight": JSONValue(inFlight),
            "outbox": JSONValue(outbox), "unread": JSONValue(unread),
            "deliveries_pending": JSONValue(deliveries),
        ]
    }
}

extension Counts {
    package var json: JSONValue {
        var kinds = JSONObject()
        for (kind, count) in deliberate.sorted(by: { $0.key < $1.key }) { kinds[kind] = JSONValue(count) }
        return [
            "attempted": JSONValue(attempted), "acknowledged": JSONValue(acknowledged),
            "refused": JSONValue(refused),
            "unknown": JSONValue(unknown), "stored": JSONValue(stored), "repeats": JSONValue(repeats),
            "conflicts": JSONValue(conflicts), "cancelled": JSONValue(cancelled),
            "cancelled_early": JSONValue(cancelledEarly),
            "cancellations_waiting": JSONValue(cancellationsWaiting), "dead_letters": JSONValue(deadLetters),
            "deliberate": .object(kinds),
        ]
    }
}

extension RequirementResult {
    var json: JSONValue {
        var figures = JSONObject()
        for measure in measured { figures[measure.name] = measure.value }
        return [
            "name": .string(requirement.rawValue), "held": held.map { .bool($0) } ?? .null,
            "measured": .object(figures),
            "breaches": JSONValue(breaches), "evidence": .array(evidence.map { .string($0.description) }),
        ]
    }
}

extension AuditReport.PartnerAccount {
    var json: JSONValue {
        [
            "name": .string(name), "expected": JSONValue(expected), "once": JSONValue(once),
            "repeated": JSONValue(repeated), "repeats": JSONValue(repeats), "missing": JSONValue(missing),
            "pending": JSONValue(pending), "parked": JSONValue(parked),
            "p95_age_ms": JSONValue(ageP95Milliseconds),
        ]
    }
}

extension Recovery {
    var json: JSONValue {
        [
            "fault": .string(fault.name), "target": .string(fault.target),
            "backlog_at_end": JSONValue(backlogAtEnd),
            "seconds": seconds.map { .number(DecimalText.written($0, digits: 3)) } ?? .null,
        ]
    }
}

extension AuditReport.NotableOrder {
    var json: JSONValue {
        [
            "order_number": .string(orderNumber), "verdict": .string(verdict.rawValue),
            "last_known_place": .string(lastPlace),
        ]
    }
}

extension AuditReport.LedgerLine {
    var json: JSONValue {
        let (word, reason): (String, String?) =
            switch standing {
            case .open: ("read", nil)
            case .openAsCopy: ("read as a copy", nil)
            case .absent: ("absent", nil)
            case .unreadable(let reason): ("unreadable", reason)
            }
        return ["ledger": .string(ledger.file), "standing": .string(word), "reason": JSONValue(reason)]
    }
}
