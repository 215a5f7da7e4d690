import Clockwork
import Wire

/// How a mock partner behaves.
package enum Temper: Hashable, Sendable {
    case wellBehaved
    /// Does the work, and takes its time to say so.
    case slow(Duration)
    /// Fails this share of the webhooks with 500.
    case flapping(percent: Int)
    /// Answers every webhook with this status.
    case refusing(status: Int)
    /// Answers 503, and may say when to come back.
    case down(retryAfterSeconds: Int?)
    /// Does the work on this share of the webhooks, and cuts the connection instead of saying so.
    case forgetful(percent: Int)
    /// Takes so many webhooks a second, and answers the others with 429.
    case rateLimiting(perSecond: Int)
    /// Answers 410: nobody listens here any more.
    case gone
}

extension Temper {
    /// Reads a temper from the wire.
    ///
    /// - Throws: `ValidationException`, with what is wrong.
    init(_ told: TemperDescription) throws(WireError) {
        switch told.name {
        case "well-behaved": self = .wellBehaved
        case "slow":
            let delay = try Self.figure(told.delayMilliseconds, 1...3_600_000, "DelayMilliseconds", of: told)
            self = .slow(.milliseconds(delay))
        case "flapping":
            self = .flapping(percent: try Self.figure(told.percent, 1...100, "Percent", of: told))
        case "refusing": self = .refusing(status: try Self.figure(told.status, 400...599, "Status", of: told))
        case "down":
            guard let wait = told.retryAfterSeconds else {
                self = .down(retryAfterSeconds: nil)
                return
            }
            self = .down(retryAfterSeconds: try Self.figure(wait, 0...86_400, "RetryAfterSeconds", of: told))
        case "forgetful":
            self = .forgetful(percent: try Self.figure(told.percent, 1...100, "Percent", of: told))
        case "rate-limiting":
            self = .rateLimiting(
                perSecond: try Self.figure(told.perSecond, 1...10_000, "PerSecond", of: told))
        case "gone": self = .gone
        default:
            throw WireError(
                "ValidationException",
                """
                There is no temper "\(told.name)". Choose well-behaved, slow, flapping, refusing, down, \
                forgetful, rate-limiting or gone.
                """)
        }
        guard description == told else {
            throw WireError(
                "ValidationException", "A figure was given that does not belong to \"\(told.name)\".")
        }
    }

    private static func figure(
        _ figure: Int?, _ range: ClosedRange<Int>, _ name: String, of told: TemperDescription
    ) throws(WireError) -> Int {
        guard let figure, range.contains(figure) else {
            throw WireError(
                "ValidationException",
                "The temper \"\(told.name)\" needs \(name) from \(range.lowerBound) to \(range.upperBound).")
        }
        return figure
    }

    /// The temper as it crosses the wire.
    package var description: TemperDescription {
        switch self {
        case .wellBehaved: TemperDescription(name: "well-behaved")
        case .slow(let delay): TemperDescription(name: "slow", delayMilliseconds: Int(delay.milliseconds))
        case .flapping(let percent): TemperDescription(name: "flapping", percent: percent)
        case .refusing(let status): TemperDescription(name: "refusing", status: status)
        case .down(let wait): TemperDescription(name: "down", retryAfterSeconds: wait)
        case .forgetful(let percent): TemperDescription(name: "forgetful", percent: percent)
        case .rateLimiting(let rate): TemperDescription(name: "rate-limiting", perSecond: rate)
        case .gone: TemperDescription(name: "gone")
        }
    }
}
