import Clockwork
import Inspection
import JSON

/// What happened during a run, read once from its directory, with everybody dead.
///
/// ``RunReport`` tells it as pages. Figures come from the ledgers' rows; from the conductor's notes come only what no
/// ledger knows: what was broken, what was played, and how full the queue was in between.
struct RunStory: Sendable {
    /// The directory's name, such as `2026-11-22T221530Z-demo-7`.
    var name: String
    /// The directory, as it was given.
    var path: String
    /// The first and the last moment of the run.
    var span: ClosedRange<Timestamp>
    var verdict: RunVerdict
    var audit: AuditReport
    /// What had to hold, in this run.
    var demanded: [Requirement]
    var outages: [Outage]
    var shop: ShopFlow
    var intake: IntakeFlow
    var partners: [PartnerFlow]
    /// In the order in which the shop sent them.
    var journeys: [OrderJourney]
    /// Orders that were not plainly well, the gravest first; slow ones are not among them.
    var remarkable: [RemarkableOrder]
    var notes: RunNotes
    /// Ledgers that are not here or cannot be read, and why.
    var missing: [Ledger: String]

    /// A fault, how it is known that it took effect, and how long its traces lasted.
    struct Outage: Hashable, Sendable {
        var fault: FaultTimeline.Fault
        var proof: String?
        /// Nil while the fault lasts.
        var recovery: Recovery?
    }

    /// From when on an order counts as one that had to wait, from the first try to the last partner.
    static let patience = AuditSettings.Limits().freshnessP95
}

extension RunStory {
    /// Orders that arrived, but not soon.
    var slow: [OrderJourney] {
        journeys.filter { $0.ending == .arrived && $0.length ?? .zero > Self.patience }
    }

    /// What waited for the OMS: from the queue's yes until the decision.
    var queueWaits: Waits { waits(from: .acknowledged, to: .decided) }

    /// What waited for the function: from the stream to the courier.
    var streamWaits: Waits { waits(from: .published, to: .staged) }

    /// The first reason why something cannot be told; nil when all these ledgers could be read.
    func whyUntold(_ ledgers: Ledger...) -> String? { ledgers.lazy.compactMap { missing[$0] }.first }

    /// Since the run began, such as `00:20.3`.
    func clock(_ moment: Timestamp) -> String {
        let since = max(.zero, moment - span.lowerBound)
        return "\(since.runClock).\(since.milliseconds / 100 % 10)"
    }

    private func waits(from: OrderJourney.Station, to: OrderJourney.Station) -> Waits {
        Waits(
            journeys.compactMap { journey in
                // What was turned away waits for nothing more.
                guard let begin = journey[from], journey[to] != nil || journey.ending == .open else {
                    return nil
                }
                return Waits.Wait(from: begin, until: journey[to])
            })
    }
}

/// How the run ended, in a word and what there is to say about it.
struct RunVerdict: Hashable, Sendable {
    /// `HELD`, `BROKEN`, `INVALID`, or what the conductor wrote instead.
    var word: String
    var remarks: [String]

    var isGood: Bool { ["HELD", "HELD AS FAR AS SEEN", "BROKE AS EXPECTED"].contains(word) }
}
