import Clockwork

/// What a lane knows by heart: what is under way, how much may be, and when to look into the ledger again.
///
/// The backlog itself lies in the ledger, however long it is.
struct LaneBook {
    enum Step: Hashable {
        case claim(ClaimRequest)
        /// Nothing to do until then, or until something happens; nil: until something happens.
        case rest(until: Timestamp?)
    }

    private(set) var breaker: CircuitBreaker
    private(set) var pace: Pace
    /// Event ids of what is under way.
    private var fresh: Set<String> = []
    private var retries: Set<String> = []
    private var probe: String?
    private var isServed: Bool
    private var mayHaveFresh = true
    private var mayHaveRetries = true
    private var nextDue: Timestamp?
    private var arrivals = 0

    init(_ endpoint: Endpoint, memory: LaneMemory) {
        breaker = CircuitBreaker(endpoint.patience.breaker, state: memory.circuit)
        pace = Pace(most: endpoint.concurrency)
        isServed = memory.isServed
    }

    /// Decides what to do next.
    mutating func step(at now: Timestamp) -> Step {
        guard isServed else { return .rest(until: nil) }
        if let due = nextDue, due <= now {
            nextDue = nil
            mayHaveRetries = true
            mayHaveFresh = true
        }
        guard mayHaveFresh || mayHaveRetries else { return .rest(until: nextDue) }
        switch breaker.permission(at: now) {
        case .nothing(let end): return .rest(until: end)
        case .oneProbe: return .claim(request(fresh: 1, retries: 1, total: 1, isProbe: true))
        case .all: return claimWithinPace()
        }
    }

    /// Retries have half of the room at most, so that nothing new waits for them; and one place at least, so
    /// that they do not wait for ever.
    private func claimWithinPace() -> Step {
        let room = pace.limit - fresh.count - retries.count
        guard room > 0 else { return .rest(until: nil) }
        let forRetries = mayHaveRetries ? max(0, min(room, pace.limit / 2 - retries.count)) : 0
        let kept = forRetries > 0 && retries.isEmpty ? 1 : 0
        let forFresh = mayHaveFresh ? room - kept : 0
        guard forFresh > 0 || forRetries > 0 else { return .rest(until: nil) }
        return .claim(request(fresh: forFresh, retries: forRetries, total: room, isProbe: false))
    }

    private func request(fresh: Int, retries: Int, total: Int, isProbe: Bool) -> ClaimRequest {
        ClaimRequest(
            fresh: fresh, retries: retries, total: total, isProbe: isProbe,
            excluding: self.fresh.union(self.retries), arrivals: arrivals)
    }

    /// Notes what the ledger gave.
    mutating func took(_ claim: Claim, asked request: ClaimRequest) {
        for errand in claim.errands {
            if errand.isRetry { retries.insert(errand.eventID) } else { fresh.insert(errand.eventID) }
        }
        if request.isProbe, let errand = claim.errands.first {
            probe = errand.eventID
            breaker.probeBegan()
        }
        // What arrived while the ledger was looking may not be in what it found.
        if request.arrivals == arrivals {
            if claim.hasAllFresh { mayHaveFresh = false }
            if claim.hasAllRetries { mayHaveRetries = false }
        }
        expect(at: claim.nextDue)
    }

    /// Notes how an attempt went, and what that does to the endpoint's standing.
    mutating func ended(_ errand: Errand, with reply: Reply, disabling: Bool, at now: Timestamp)
        -> CircuitChange?
    {
        if reply.saysOverload { pace.overloaded() } else if reply.meaning == .delivered { pace.succeeded() }
        if disabling { isServed = false }
        let wasProbe = probe == errand.eventID
        if wasProbe { probe = nil }
        guard breaker.note(reply.sign, wasProbe: wasProbe, at: now) else { return nil }
        switch breaker.state {
        case .closed: return .closed
        case .open(let end, let span): return .open(until: end, for: span)
        case .halfOpen: return nil
        }
    }

    /// Notes that an attempt is over for this lane: written down, or given up without being written.
    ///
    /// - Parameter due: When its delivery is due again, where it is.
    mutating func leave(_ errand: Errand, due: Timestamp? = nil) {
        fresh.remove(errand.eventID)
        retries.remove(errand.eventID)
        if probe == errand.eventID { probe = nil }
        expect(at: due)
    }

    /// Notes that something may be due which was not before.
    mutating func arrived() {
        arrivals += 1
        mayHaveFresh = true
        mayHaveRetries = true
    }

    var underWay: Int { fresh.count + retries.count }

    private mutating func expect(at moment: Timestamp?) {
        guard let moment else { return }
        nextDue = min(nextDue ?? moment, moment)
    }
}
