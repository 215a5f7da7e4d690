import Clockwork

/// One attempt that is about to be made, already on record.
struct Errand: Hashable, Sendable {
    /// Also the `webhook-id`.
    var eventID: String
    let orderNumber: String
    /// From 1. An attempt that the courier's own death cut short is made again under its number.
    let attempt: Int
    /// From 1 again since the delivery was last replayed: what the endpoint's patience counts.
    let tries: Int
    /// Its row in the ledger.
    let attemptID: Int64
    let payload: [UInt8]
    let traceparent: String?

    var isRetry: Bool { attempt > 1 }
}

/// What a lane asks the ledger for.
struct ClaimRequest: Hashable, Sendable {
    /// At most so many first attempts, so many later ones, and so many of both together.
    var fresh: Int
    var retries: Int
    var total: Int
    /// Whether it is the one probe of a circuit that may close again.
    var isProbe = false
    /// What is under way already.
    var excluding: Set<String>
    /// Tells how many arrivals the lane had heard of when it asked.
    var arrivals = 0
}

/// What a lane gets.
struct Claim: Sendable {
    var errands: [Errand] = []
    /// Whether fewer first attempts, or fewer retries, were due than had been asked for.
    var hasAllFresh = false
    var hasAllRetries = false
    /// When the earliest of those that are not due yet will be.
    var nextDue: Timestamp?
}

/// How an attempt ended, ready to be written.
struct Settlement: Sendable {
    let errand: Errand
    let reply: Reply
    let verdict: Verdict
    let duration: Duration
    let circuit: CircuitChange?
}

/// A circuit that opened, stays open for longer, or closed.
enum CircuitChange: Hashable, Sendable {
    case open(until: Timestamp, for: Duration)
    case closed
}

/// A lane as the ledger remembers it from an earlier life.
struct LaneMemory: Hashable, Sendable {
    /// False while the endpoint is disabled or paused.
    var isServed: Bool
    var circuit: CircuitBreaker.State
}
