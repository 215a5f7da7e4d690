import Clockwork

/// What a partner does with the webhook in its hands, by its present temper.
struct Manners {
    enum Conduct: Hashable {
        /// Does the work and answers, after this long.
        case accept(after: Duration)
        /// Does the work and cuts the connection.
        case acceptAndForget
        /// Does nothing.
        case refuse(status: Int, retryAfterSeconds: Int?)
    }

    /// The temper it was set up with.
    private let nature: Temper
    private var passing: (temper: Temper, end: Duration)?
    /// Webhooks that it is still willing to take, while it counts them.
    private var allowance = 0.0
    private var countedAt: Duration = .zero

    init(_ nature: Temper) {
        self.nature = nature
    }

    /// The temper it has now.
    ///
    /// - Parameter uptime: As `TimeSource` tells it, which never jumps.
    func temper(at uptime: Duration) -> Temper {
        if let passing, passing.end > uptime { passing.temper } else { nature }
    }

    /// How long the present temper will last; nil for ever.
    func left(at uptime: Duration) -> Duration? {
        if let passing, passing.end > uptime { passing.end - uptime } else { nil }
    }

    mutating func take(on temper: Temper, until end: Duration, at uptime: Duration) {
        passing = (temper, end)
        if case .rateLimiting(let rate) = temper {
            allowance = Double(rate)
            countedAt = uptime
        }
    }

    mutating func conduct(at uptime: Duration, using random: inout some RandomNumberGenerator) -> Conduct {
        switch temper(at: uptime) {
        case .wellBehaved: .accept(after: .zero)
        case .slow(let delay): .accept(after: delay)
        case .flapping(let percent):
            Int.random(in: 1...100, using: &random) <= percent
                ? .refuse(status: 500, retryAfterSeconds: nil) : .accept(after: .zero)
        case .refusing(let status): .refuse(status: status, retryAfterSeconds: nil)
        case .down(let wait): .refuse(status: 503, retryAfterSeconds: wait)
        case .forgetful(let percent):
            Int.random(in: 1...100, using: &random) <= percent ? .acceptAndForget : .accept(after: .zero)
        case .rateLimiting(let rate):
            isAllowed(rate, at: uptime)
                ? .accept(after: .zero) : .refuse(status: 429, retryAfterSeconds: 1)
        case .gone: .refuse(status: 410, retryAfterSeconds: nil)
        }
    }

    /// A bucket that holds one second's worth.
    private mutating func isAllowed(_ rate: Int, at uptime: Duration) -> Bool {
        let gained = Double(rate) * (uptime - countedAt).fractionalSeconds
        allowance = min(Double(rate), allowance + gained)
        countedAt = uptime
        guard allowance >= 1 else { return false }
        allowance -= 1
        return true
    }
}
