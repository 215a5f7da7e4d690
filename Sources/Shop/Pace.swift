import Clockwork

/// When the customers of a source come to the till.
package enum Pace: Hashable, Sendable {
    /// As they came on the day itself, so many times faster. A source without a clock of its own: one a
    /// second.
    case replay(speed: Double)
    /// So many a second, evenly.
    case rate(perSecond: Double)
    /// All at once.
    case burst

    /// When the customer at a place is due, counted from the opening.
    ///
    /// - Parameters:
    ///   - place: Counted from 0.
    ///   - moment: When the order was placed on the day itself, counted from the first one.
    package func due(at place: Int, placed moment: Duration?) -> Duration {
        switch self {
        case .replay(let speed): Self.microseconds(Double((moment ?? .seconds(place)).microseconds) / speed)
        case .rate(let perSecond): Self.microseconds(Double(place) * 1e6 / perSecond)
        case .burst: .zero
        }
    }

    /// Rounded, and bounded to some centuries, for a speed may be as small as one likes.
    private static func microseconds(_ count: Double) -> Duration {
        .microseconds(Int64(min(count, 1e16).rounded()))
    }

    /// How far the day has come when the shop opens again.
    ///
    /// Who plays a day again keeps to its clock: those who came while the shop was shut are served at once. A
    /// rate has no clock to keep to, and goes on where it was.
    ///
    /// - Parameters:
    ///   - place: Of the customer who comes next.
    ///   - away: Since the day was opened first.
    func elapsed(whenResumingAt place: Int, placed moment: Duration?, after away: Duration) -> Duration {
        switch self {
        case .replay: max(.zero, away)
        case .rate, .burst: due(at: place, placed: moment)
        }
    }
}
