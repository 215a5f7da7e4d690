import Clockwork
import Orders

/// A queue, a stream or both that are another's, so that none of their rows lie here.
///
/// What happened inside them nobody here can look into. The queue can be asked for its counts; Amazon's are approximate
/// while messages come and go, and right about a minute later. Source: Amazon SQS API Reference, `GetQueueAttributes`.
package struct Elsewhere: Hashable, Sendable {
    /// Where SQS is spoken; nil where the queue is our own.
    package var queue: String?
    /// Where Kinesis is spoken; nil where the stream is our own.
    package var stream: String?
    /// What the queue service said of itself; nil when it was not asked, or gave no answer.
    package var told: Told?
    /// Why it said nothing, in words.
    package var silence = "was not asked"

    package init(queue: String?, stream: String?) {
        self.queue = queue
        self.stream = stream
    }

    /// Counts of messages by queue, as of one moment.
    package struct Told: Hashable, Sendable {
        /// When it was asked.
        package var at: Timestamp
        package var queues: [String: Counts]

        package init(at: Timestamp, queues: [String: Counts]) {
            self.at = at
            self.queues = queues
        }

        /// Of one queue.
        package struct Counts: Hashable, Sendable {
            package var waiting: Int
            package var inFlight: Int
            package var delayed: Int

            package init(waiting: Int, inFlight: Int, delayed: Int) {
                self.waiting = waiting
                self.inFlight = inFlight
                self.delayed = delayed
            }

            package var total: Int { waiting + inFlight + delayed }
        }

        private func sum(_ names: [String], _ count: KeyPath<Counts, Int>) -> Int {
            names.compactMap { queues[$0] }.reduce(0) { $0 + $1[keyPath: count] }
        }

        private static let orders = [Pipeline.orderQueue, Pipeline.standardOrderQueue]
        private static let dead = [Pipeline.deadOrderQueue, Pipeline.standardDeadOrderQueue]

        var waiting: Int { sum(Self.orders, \.waiting) }
        var delayed: Int { sum(Self.orders, \.delayed) }
        var inFlight: Int { sum(Self.orders, \.inFlight) }
        var deadLetters: Int { sum(Self.dead, \.total) }
        var gaps: Int { sum([Pipeline.gapQueue], \.total) }
        /// Messages among which an order may be.
        var held: Int { sum(Self.orders + Self.dead, \.total) }
    }

    /// True when no ledger of the broker belongs to this street at all.
    var hasNoBroker: Bool { queue != nil && stream != nil }

    func has(_ half: Half) -> Bool {
        switch half {
        case .queue: queue != nil
        case .stream: stream != nil
        }
    }

    /// One of the two that the broker is made of.
    package enum Half: String, Hashable, Sendable {
        case queue, stream
    }

    /// Such as "the stream is at https://kinesis.eu-central-1.amazonaws.com, and its records were not looked at".
    func sentence(about half: Half) -> String {
        switch half {
        case .queue: "the queue is at \(queue ?? "?"), and its messages were not looked at"
        case .stream: "the stream is at \(stream ?? "?"), and its records were not looked at"
        }
    }
}
