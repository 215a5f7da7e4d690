import Clockwork

/// Leaves an endpoint alone while most of what is sent there fails, and asks with a single probe whether it
/// is back.
///
/// It judges hosts, not requests: an answer that finds fault with the request shows that the host works.
package struct CircuitBreaker: Hashable, Sendable {
    /// When it opens, and for how long.
    package struct Limits: Hashable, Sendable {
        /// How far back it looks.
        package var window: Duration
        /// Below this many attempts in the window it does not judge.
        package var fewestAttempts: Int
        /// The share of failures at which it opens, above 0 and up to 1.
        package var failureShare: Double
        /// How long it stays open at first; doubled with every probe that fails.
        package var openFor: Duration
        package var longestOpen: Duration

        package init(
            window: Duration = .seconds(60), fewestAttempts: Int = 10, failureShare: Double = 0.7,
            openFor: Duration = .seconds(30), longestOpen: Duration = .seconds(600)
        ) {
            self.window = window
            self.fewestAttempts = fewestAttempts
            self.failureShare = failureShare
            self.openFor = openFor
            self.longestOpen = longestOpen
        }
    }

    package enum State: Hashable, Sendable {
        case closed
        /// Nothing is sent until then.
        case open(until: Timestamp, for: Duration)
        /// One probe may go; the circuit was open for this long before.
        case halfOpen(isProbing: Bool, openedFor: Duration)
    }

    /// What an attempt says about the host.
    package enum Sign: Hashable, Sendable {
        case works, fails
        /// Nothing: no request was made.
        case none
    }

    package private(set) var state: State
    private let limits: Limits
    private var slices: [Slice] = []

    /// A part of the window, so that memory does not grow with the traffic.
    private struct Slice: Hashable, Sendable {
        let number: Int64
        var attempts = 0
        var failures = 0
    }

    private static let slicesPerWindow: Int64 = 12

    package init(_ limits: Limits, state: State = .closed) {
        self.limits = limits
        // A probe that was under way when its sender died will never report.
        if case .halfOpen(_, let span) = state {
            self.state = .halfOpen(isProbing: false, openedFor: span)
        } else {
            self.state = state
        }
    }

    package enum Permission: Hashable, Sendable {
        case all, oneProbe
        /// Nil: a probe is under way, and its outcome decides.
        case nothing(until: Timestamp?)
    }

    /// What may be sent now.
    package mutating func permission(at now: Timestamp) -> Permission {
        if case .open(let end, let span) = state, end <= now {
            state = .halfOpen(isProbing: false, openedFor: span)
        }
        switch state {
        case .closed: return .all
        case .open(let end, _): return .nothing(until: end)
        case .halfOpen(let isProbing, _): return isProbing ? .nothing(until: nil) : .oneProbe
        }
    }

    /// Notes that the one probe is on its way.
    package mutating func probeBegan() {
        guard case .halfOpen(_, let span) = state else { return }
        state = .halfOpen(isProbing: true, openedFor: span)
    }

    /// Notes how an attempt ended.
    ///
    /// - Parameter wasProbe: What was already under way when the circuit opened decides nothing any more.
    /// - Returns: Whether ``state`` is another one now.
    package mutating func note(_ sign: Sign, wasProbe: Bool, at now: Timestamp) -> Bool {
        let before = state
        switch state {
        case .open: break
        case .halfOpen(_, let span):
            if wasProbe { settleProbe(sign, openedFor: span, at: now) }
        case .closed:
            count(sign, at: now)
            if isTooMuch { open(for: limits.openFor, from: now) }
        }
        return state != before
    }

    private mutating func settleProbe(_ sign: Sign, openedFor span: Duration, at now: Timestamp) {
        switch sign {
        case .works:
            state = .closed
            slices = []
        case .fails, .none: open(for: min(span * 2, limits.longestOpen), from: now)
        }
    }

    private mutating func open(for span: Duration, from now: Timestamp) {
        state = .open(until: now + span, for: span)
        slices = []
    }

    private mutating func count(_ sign: Sign, at now: Timestamp) {
        guard sign != .none else { return }
        let number = now.microseconds / max(1, limits.window.microseconds / Self.slicesPerWindow)
        slices.removeAll { $0.number <= number - Self.slicesPerWindow }
        if slices.last?.number != number { slices.append(Slice(number: number)) }
        slices[slices.count - 1].attempts += 1
        if sign == .fails { slices[slices.count - 1].failures += 1 }
    }

    private var isTooMuch: Bool {
        let attempts = slices.reduce(0) { $0 + $1.attempts }
        let failures = slices.reduce(0) { $0 + $1.failures }
        return attempts >= limits.fewestAttempts
            && Double(failures) >= limits.failureShare * Double(attempts)
    }
}
