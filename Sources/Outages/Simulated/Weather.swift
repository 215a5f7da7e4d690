import Clockwork

/// How the wires of a simulated street behave: how long they take, what they lose, and what they say twice.
struct Weather: Hashable, Sendable {
    /// How long a request or an answer is on its way, usually.
    var delay: ClosedRange<Duration> = .microseconds(50)...(.microseconds(500))
    /// The share of those that take up to ``lateness``, 0 to 1.
    var lateShare = 0.0
    var lateness = Duration.seconds(2)
    /// Shares of requests that do not arrive, of answers that do not, and of requests that arrive twice, 0 to 1.
    var lostRequests = 0.0
    var lostReplies = 0.0
    var repeatedRequests = 0.0

    /// Nothing is lost, nothing is late.
    static let calm = Weather()

    /// What befalls one call.
    func passage(using random: inout SeededGenerator) -> Passage {
        Passage(
            requestDelay: delay(using: &random), replyDelay: delay(using: &random),
            isRequestLost: random.isLucky(lostRequests), isReplyLost: random.isLucky(lostReplies),
            repeatAfter: random.isLucky(repeatedRequests) ? delay(using: &random) * 4 : nil,
            tellsOfLoss: random.isLucky(0.9))
    }

    private func delay(using random: inout SeededGenerator) -> Duration {
        let range = random.isLucky(lateShare) ? delay.lowerBound...lateness : delay
        return random.span(in: range)
    }
}

/// What befalls one call on its way there and back.
struct Passage: Hashable, Sendable {
    var requestDelay: Duration
    var replyDelay: Duration
    var isRequestLost: Bool
    var isReplyLost: Bool
    /// The request arrives a second time, so much later than the first.
    var repeatAfter: Duration?
    /// Whether the caller sees a cut connection when something is lost; else he waits until his patience ends.
    var tellsOfLoss: Bool
}

extension SeededGenerator {
    /// - Parameter share: 0 to 1.
    mutating func isLucky(_ share: Double) -> Bool {
        share > 0 && Double.random(in: 0..<1, using: &self) < share
    }

    mutating func span(in range: ClosedRange<Duration>) -> Duration {
        let (low, high) = (range.lowerBound.microseconds, range.upperBound.microseconds)
        return .microseconds(Int64.random(in: low...high, using: &self))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }
}
