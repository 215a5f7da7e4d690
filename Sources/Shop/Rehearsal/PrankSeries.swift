import Clockwork

/// Some pranks of one kind, evenly spread over a span of time.
package struct PrankSeries: Hashable, Sendable {
    /// Used once in the life of a ledger, which counts by it: a shop that was killed goes on where it was.
    package let name: String
    package let kind: Prank.Kind
    /// 1 or more.
    package let count: Int
    /// The first is due at the beginning. By uptime.
    package let span: ClosedRange<Duration>

    package init(_ name: String, _ kind: Prank.Kind, count: Int, over span: ClosedRange<Duration>) {
        self.name = name
        self.kind = kind
        self.count = count
        self.span = span
    }

    /// How many of them should have been played by a moment.
    func due(by now: Duration) -> Int {
        guard now >= span.lowerBound else { return 0 }
        guard now < span.upperBound else { return count }
        let share = (now - span.lowerBound) / (span.upperBound - span.lowerBound)
        return min(count, Int(share * Double(count)) + 1)
    }

    /// What has come of a series.
    package enum Standing: Hashable, Sendable {
        /// So many have been sent, and the queue has said its last word about each.
        case sent(Int)
        /// It cannot be played, and what to do.
        case impossible(String)
    }
}
