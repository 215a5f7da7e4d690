import Inspection

/// One thing that can be said about a fault, such as `probability=0.2`.
package struct FaultParameter: Hashable, Sendable {
    /// What its values look like.
    package enum Form: Hashable, Sendable {
        /// A whole number in a unit, such as milliseconds.
        case integer(ClosedRange<Int>, unit: String)
        case number(ClosedRange<Double>, unit: String)
        /// `500ms`, `20s`, `5m`, `2h`.
        case span(ClosedRange<Duration>)
        /// The same, backwards too: `-2h`.
        case offset(within: Duration)
        case choice([String])
    }

    /// What it means when nothing is said about it.
    package enum Unsaid: Hashable, Sendable {
        case mustBeSaid
        case means(String)
        /// There is no such bound, or no such header.
        case leavesItOut
    }

    package var name: String
    package var form: Form
    package var unsaid: Unsaid
    /// One sentence for the person who uses it.
    package var meaning: String

    init(_ name: String, _ form: Form, _ unsaid: Unsaid, _ meaning: String) {
        self.name = name
        self.form = form
        self.unsaid = unsaid
        self.meaning = meaning
    }

    /// Its value when nothing is said about it, if it has one.
    package var fallback: String? { if case .means(let value) = unsaid { value } else { nil } }
}

extension FaultParameter {
    /// Nil when a value fits, else what would.
    func objection(to value: String) -> String? {
        switch form {
        case .integer(let range, let unit):
            if let number = Int(value), range.contains(number) { return nil }
            return "Use a whole number of \(unit), \(range.lowerBound) to \(range.upperBound)."
        case .number(let range, let unit):
            if let number = Double(value), range.contains(number) { return nil }
            return
                "Use a number\(unit.isEmpty ? "" : " of \(unit)"), \(range.lowerBound) to \(range.upperBound)."
        case .span(let range):
            if let span = TimeSpan.parsed(value), range.contains(span) { return nil }
            return """
                Use a length of time such as 500ms, 20s, 5m or 2h, \(TimeSpan.word(for: range.lowerBound)) to \
                \(TimeSpan.word(for: range.upperBound)).
                """
        case .offset(let limit):
            if let span = TimeSpan.signed(value), (.zero - limit...limit).contains(span) { return nil }
            return "Use a length of time such as 2h or -30s, up to \(TimeSpan.word(for: limit)) either way."
        case .choice(let choices):
            return choices.contains(value) ? nil : Spelling.advice(for: value, among: choices)
        }
    }
}
