import Clockwork

/// A time as people give it: `10m` (ago), `2010-12-01` (all of that day), `2010-12-01T08:26:00Z`.
package struct Moment: Hashable, Sendable {
    package var start: Timestamp
    /// Just behind the end: of the day, or of the moment itself.
    package var end: Timestamp
    /// True for a day, false for a single moment.
    package var isSpan: Bool

    /// - Parameter now: What `ago` counts from. Everything is UTC.
    package init?(_ text: String, now: Timestamp) {
        if let ago = TimeSpan.parsed(text) {
            (start, end, isSpan) = (now - ago, now - ago, false)
        } else if let day = Timestamp("\(text)T00:00:00Z") {
            (start, end, isSpan) = (day, day + .seconds(86_400), true)
        } else if let moment = Timestamp(text) {
            (start, end, isSpan) = (moment, moment, false)
        } else {
            return nil
        }
    }
}

/// Lengths of time as people give them: `500ms`, `20s`, `5m`, `2h`, `3d`.
package enum TimeSpan {
    package static func parsed(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number <= 1_000_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(number)
        case "s": return .seconds(number)
        case "m": return .seconds(number * 60)
        case "h": return .seconds(number * 3_600)
        case "d": return .seconds(number * 86_400)
        default: return nil
        }
    }

    /// For eyes: `38 ms`, `3.2 s`, `2 min 5 s`, `3 h 10 min`.
    package static func written(_ span: Duration) -> String {
        let milliseconds = span.milliseconds
        switch milliseconds {
        case ..<0: return "-" + written(.zero - span)
        case ..<1_000: return "\(milliseconds) ms"
        case ..<60_000: return "\(DecimalText.written(span.fractionalSeconds, digits: 1)) s"
        case ..<3_600_000: return "\(milliseconds / 60_000) min \(milliseconds / 1_000 % 60) s"
        default: return "\(milliseconds / 3_600_000) h \(milliseconds / 60_000 % 60) min"
        }
    }
}
