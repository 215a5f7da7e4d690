import JSON

/// What an audit found. Every figure is counted from rows.
package struct AuditReport: Hashable, Sendable {
    package var ledgers: [LedgerLine]
    package var backlog: Backlog
    package var equation: Equation
    package var counts: Counts
    package var verdicts: [Verdict: Int]
    package var requirements: [RequirementResult]
    package var partners: [PartnerAccount]
    package var recoveries: [Recovery]
    /// Every order that is not plainly well, by number.
    package var notable: [NotableOrder]

    /// A ledger, and whether it could be read.
    package struct LedgerLine: Hashable, Sendable {
        package var ledger: Ledger
        package var standing: LedgerStanding
    }

    /// An order that needs explaining.
    package struct NotableOrder: Hashable, Sendable {
        package var orderNumber: String
        package var verdict: Verdict
        /// Where it was seen last, in a sentence.
        package var lastPlace: String
    }

    /// What was held to have happened to one partner's events.
    package struct PartnerAccount: Hashable, Sendable {
        package var name: String
        /// Events that it should have heard of.
        package var expected: Int
        /// Heard of once.
        package var once: Int
        /// Heard of more than once, and recognised.
        package var repeated: Int
        /// Receipts beyond the first of each event.
        package var repeats: Int
        /// Not heard of, and not on the way.
        package var missing: Int
        /// On the way.
        package var pending: Int
        package var parked: Int
        /// Of the times from acceptance to delivery; nil before the first.
        package var ageP95Milliseconds: Int64?
    }
}

/// What was under way when the audit looked.
package struct Backlog: Hashable, Sendable {
    /// Taken by the shop, and not yet settled with the queue.
    package var unsent = 0
    /// Visible or delayed in the queue of orders.
    package var waiting = 0
    package var inFlight = 0
    /// Events that the stream has not acknowledged.
    package var outbox = 0
    /// Records that the function has not passed.
    package var unread = 0
    /// Deliveries neither made nor given up.
    package var deliveries = 0

    /// Nothing is under way: what is missing now will stay missing.
    package var isEmpty: Bool { unsent + waiting + inFlight + outbox + unread + deliveries == 0 }
}

/// `acknowledged = stored + rejected + waiting + in flight + dead letters + discarded`, over distinct order numbers.
///
/// Deliberate repeats, conflicts, cancellations and messages that are no order are counted beside it, never in it. An order
/// that is cancelled is stored.
package struct Equation: Hashable, Sendable {
    package var acknowledged = 0
    package var stored = 0
    package var rejected = 0
    package var waiting = 0
    package var inFlight = 0
    package var deadLetters = 0
    /// Dead letters that somebody has removed for good, with a reason on record.
    package var discarded = 0
    /// In no ledger, where the queue is another's: they may be there. Nil where there is nothing that cannot be seen.
    package var unseen: Int?

    /// What the right side lacks.
    package var lost: Int {
        acknowledged - stored - rejected - waiting - inFlight - deadLetters - discarded - (unseen ?? 0)
    }
}

extension Equation: CustomStringConvertible {
    /// Discarded orders stand in it only where there are any.
    package var description: String {
        "acknowledged \(acknowledged) = stored \(stored) + rejected \(rejected) + waiting \(waiting) "
            + "+ in flight \(inFlight) + dead letters \(deadLetters)"
            + (discarded == 0 ? "" : " + discarded \(discarded)")
            + (unseen.map { " + not seen \($0)" } ?? "")
    }
}

/// How much of each there was.
package struct Counts: Hashable, Sendable {
    /// Things the shop wanted to send: orders, and what it sent beside them on purpose.
    package var attempted = 0
    package var acknowledged = 0
    package var refused = 0
    package var unknown = 0
    /// Orders in the books.
    package var stored = 0
    /// Messages that came again and were recognised.
    package var repeats = 0
    package var conflicts = 0
    /// Orders in the books that were cancelled.
    package var cancelled = 0
    /// Those of which the cancellation came first.
    package var cancelledEarly = 0
    /// Cancellations that wait for their orders.
    package var cancellationsWaiting = 0
    /// Messages in the dead-letter queue; nil where that is another's and told nothing.
    package var deadLetters: Int? = 0
    /// What the shop sent on purpose: `repeat`, `conflict`, `poison`, `oversize`, `early_cancel`.
    package var deliberate: [String: Int] = [:]
}

extension Counts {
    /// Such as "3 cancelled, 2 of them before they came"; nil when there was nothing to cancel.
    package var cancellations: String? {
        guard cancelled + cancellationsWaiting > 0 else { return nil }
        let early = cancelledEarly == 0 ? "" : ", \(cancelledEarly) of them before they came"
        let waiting =
            cancellationsWaiting == 0 ? "" : ", \(cancellationsWaiting) more waiting for their orders"
        return "\(cancelled) cancelled\(early)\(waiting)"
    }
}

/// Whether a requirement held, and by what that is known.
package struct RequirementResult: Hashable, Sendable {
    package var requirement: Requirement
    /// Nil when there was nothing to tell it by; ``evidence`` says what was missing.
    package var held: Bool?
    /// True when it is decided inside another's queue or stream, into which nobody here can look.
    package var isBeyondSight = false
    /// Figures, in a fixed order.
    package var measured: [Measure]
    /// What broke it; at most as many as asked for.
    package var evidence: [Evidence]
    /// All that broke it.
    package var breaches: Int

    package struct Measure: Hashable, Sendable {
        package var name: String
        package var value: JSONValue
    }

    package struct Evidence: Hashable, Sendable, CustomStringConvertible {
        package var orderNumber: String?
        package var details: String

        package var description: String { orderNumber.map { "\($0): \(details)" } ?? details }
    }
}

/// How long it took after a fault's end until what it had held up was done.
package struct Recovery: Hashable, Sendable {
    package var fault: FaultTimeline.Fault
    /// Orders, or deliveries of one partner, that were under way when it ended.
    package var backlogAtEnd: Int
    /// Until the last of them was done; nil while some are not.
    package var seconds: Double?
}

extension AuditReport {
    package func result(for requirement: Requirement) -> RequirementResult? {
        requirements.first { $0.requirement == requirement }
    }

    /// What the audit comes to when these are demanded.
    ///
    /// - Parameter strictly: True when they were asked for by name: then what is beyond sight proves nothing. Otherwise all
    ///   is demanded that can be seen.
    package func outcome(
        demanding demanded: [Requirement] = Requirement.demandedAlways, strictly: Bool = false
    ) -> AuditOutcome {
        let results = demanded.compactMap(result)
        if let broken = results.first(where: { $0.held == false }) { return .broken(broken) }
        let untold = results.filter { $0.held == nil }
        if let first = untold.first(where: { strictly || !$0.isBeyondSight }) { return .invalid(first) }
        guard untold.count < results.count else { return untold.first.map(AuditOutcome.invalid) ?? .held }
        return untold.isEmpty ? .held : .heldAsFarAsSeen(unseen: untold)
    }
}

/// One word for an audit.
package enum AuditOutcome: Hashable, Sendable {
    case held
    /// What can be seen from here held; these are decided where nobody here can look.
    case heldAsFarAsSeen(unseen: [RequirementResult])
    /// The first requirement that did not hold.
    case broken(RequirementResult)
    /// Nothing was proven: a ledger is missing that one would have to see.
    case invalid(RequirementResult)

    /// 0, 1 or 3.
    package var exitStatus: Int32 {
        switch self {
        case .held, .heldAsFarAsSeen: 0
        case .broken: 1
        case .invalid: 3
        }
    }

    package var word: String {
        switch self {
        case .held: "HELD"
        case .heldAsFarAsSeen: "HELD AS FAR AS SEEN"
        case .broken: "BROKEN"
        case .invalid: "INVALID"
        }
    }
}
