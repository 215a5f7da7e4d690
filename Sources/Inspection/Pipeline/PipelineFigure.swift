import Clockwork

/// A number of the pipeline, by the name under which people ask for it.
package enum PipelineFigure: Hashable, Sendable {
    case whole(Whole)
    /// Of one partner, such as `crm.pending`.
    case partner(String, Lane)

    /// Numbers of the whole pipeline.
    package enum Whole: String, CaseIterable, Sendable {
        case sent, acknowledged, refused, unsent, share
        case answerP99 = "answer_p99_ms"
        case waiting, delayed
        case inFlight = "in_flight"
        case deadLetters = "dead_letters"
        case oldestAge = "oldest_age_ms"
        case stored, rejected, conflicts, repeats, outbox
        case cancelled
        case cancelledEarly = "cancelled_early"
        case cancellationsWaiting = "cancellations_waiting"
        case records, behind
        case lag = "lag_ms"
        case gaps
        case openGaps = "open_gaps"
        case delivered
        case deliveriesPending = "deliveries_pending"
        case parked, lost
    }

    /// Numbers that each partner has.
    package enum Lane: String, CaseIterable, Sendable {
        case delivered, pending, parked
        case age = "p95_age_ms"
    }

    /// - Throws: ``PipelineCondition/Fault``, which names the nearest.
    package init(named name: String) throws(PipelineCondition.Fault) {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, !parts[0].isEmpty {
            guard let lane = Lane(rawValue: String(parts[1])) else {
                let nearest = NearestName.to(String(parts[1]), among: Lane.allCases.map(\.rawValue))
                throw .noSuchFigure(name, nearest: nearest.map { "\(parts[0]).\($0)" })
            }
            self = .partner(String(parts[0]), lane)
        } else if name == "dead" {  // as `queue stats` says
            self = .whole(.deadLetters)
        } else if let whole = Whole(rawValue: name) {
            self = .whole(whole)
        } else {
            throw .noSuchFigure(name, nearest: NearestName.to(name, among: Whole.allCases.map(\.rawValue)))
        }
    }

    package var name: String {
        switch self {
        case .whole(let whole): whole.rawValue
        case .partner(let partner, let lane): "\(partner).\(lane.rawValue)"
        }
    }

    /// Whether it takes a look at every row, and is therefore left out of a look when nobody asks for it.
    package var isTotal: Bool {
        switch self {
        case .whole(let whole): whole == .parked || whole == .lost
        case .partner(_, let lane): lane == .parked
        }
    }

    /// Where it is counted.
    var ledgers: [Ledger] {
        switch self {
        case .partner: [.notify]
        case .whole(let whole):
            switch whole {
            case .sent, .acknowledged, .refused, .unsent, .share, .answerP99: [.shop]
            case .waiting, .delayed, .inFlight, .deadLetters, .oldestAge, .records: [.broker]
            case .stored, .rejected, .conflicts, .repeats, .outbox: [.oms]
            case .cancelled, .cancelledEarly, .cancellationsWaiting: [.oms]
            case .behind, .lag: [.broker, .notify]
            case .gaps, .openGaps: [.function]
            case .delivered, .deliveriesPending, .parked: [.notify]
            case .lost: [.shop, .broker, .oms]
            }
        }
    }
}

extension PipelineSnapshot {
    /// A number at this moment; nil where nobody knows it: its ledger is missing, or there is no such partner.
    package func value(of figure: PipelineFigure) -> Double? {
        guard !figure.ledgers.contains(where: missing.contains) else { return nil }
        switch figure {
        case .whole(let whole): return isBeyondSight(whole) ? nil : value(of: whole)
        case .partner(let name, let lane):
            guard let partner = partners.first(where: { $0.name == name }) else { return nil }
            switch lane {
            case .delivered: return Double(partner.delivered)
            case .pending: return Double(partner.pending)
            case .parked: return Double(partner.parked)
            case .age: return partner.ageP95Milliseconds.map(Double.init)
            }
        }
    }

    /// Whether it is decided inside another's queue or stream, which does not tell it.
    private func isBeyondSight(_ whole: PipelineFigure.Whole) -> Bool {
        switch whole {
        case .waiting, .delayed, .inFlight, .deadLetters, .openGaps: !knowsQueue
        case .oldestAge: elsewhere?.has(.queue) ?? false
        case .lag: elsewhere?.has(.stream) ?? false
        case .lost: (equation.unseen ?? 0) > 0
        default: false
        }
    }

    private func value(of whole: PipelineFigure.Whole) -> Double? {
        func sum(_ count: (Partner) -> Int) -> Double { Double(partners.reduce(0) { $0 + count($1) }) }
        switch whole {
        case .sent: return Double(shop.sent)
        case .acknowledged: return Double(shop.acknowledged)
        case .refused: return Double(shop.refused)
        case .unsent: return Double(shop.unsent)
        case .share: return shop.share
        case .answerP99: return Double(shop.answerP99Milliseconds)
        case .waiting: return Double(queue.waiting)
        case .delayed: return Double(queue.delayed)
        case .inFlight: return Double(queue.inFlight)
        case .deadLetters: return Double(queue.deadLetters)
        case .oldestAge: return Double(queue.oldestAgeMilliseconds ?? 0)  // nothing waits
        case .stored: return Double(orders.stored)
        case .rejected: return Double(orders.rejected)
        case .conflicts: return Double(orders.conflicts)
        case .repeats: return Double(orders.repeats)
        case .outbox: return Double(orders.outbox)
        case .cancelled: return Double(orders.cancelled)
        case .cancelledEarly: return Double(orders.cancelledEarly)
        case .cancellationsWaiting: return Double(orders.cancellationsWaiting)
        case .records: return Double(streamRecords)
        case .behind: return Double(streamBehind)
        case .lag: return Double(streamLagMilliseconds ?? 0)  // nothing waits
        case .gaps: return Double(gaps)
        case .openGaps: return Double(openGaps)
        case .delivered: return sum(\.delivered)
        case .deliveriesPending: return sum(\.pending)
        case .parked: return sum(\.parked)
        case .lost: return Double(equation.lost)
        }
    }
}
