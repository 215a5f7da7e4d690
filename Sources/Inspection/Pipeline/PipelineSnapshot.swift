import Clockwork
import JSON

/// The numbers of the whole pipeline at one moment, counted from the ledgers.
package struct PipelineSnapshot: Hashable, Sendable {
    package var at: Timestamp
    package var shop = Shop()
    package var queue = Queue()
    package var orders = Orders()
    /// Records ever put into the stream.
    package var streamRecords = 0
    /// Records that the function has not passed.
    package var streamBehind = 0
    /// How long the first of those has been waiting; nil when there is none.
    package var streamLagMilliseconds: Int64?
    /// Stretches of the stream that expired before the function had read them.
    package var gaps = 0
    /// Those of which the OMS does not know yet, or has not published the events again.
    package var openGaps = 0
    /// By name.
    package var partners: [Partner] = []
    /// Over distinct order numbers; on a large system it may be some seconds older than the rest.
    package var equation = Equation()
    /// Ledgers that are not there, or cannot be read.
    package var missing: [Ledger] = []
    /// Where queue and stream are when they are not ours.
    package var elsewhere: Elsewhere?

    /// - Parameter at: Nothing has happened by then.
    package init(at: Timestamp = Timestamp(seconds: 0)) {
        self.at = at
    }

    package struct Shop: Hashable, Sendable {
        /// Customers' orders that were tried at least once.
        package var sent = 0
        package var acknowledged = 0
        package var refused = 0
        /// Taken from customers, and not settled with the queue.
        package var unsent = 0
        /// Of the latest thousand answers; 0 before the first.
        package var answerP99Milliseconds: Int64 = 0

        /// Acknowledged of all that were tried; nil before the first.
        package var share: Double? { sent == 0 ? nil : min(1, Double(acknowledged) / Double(sent)) }
    }

    package struct Queue: Hashable, Sendable {
        package var waiting = 0
        package var delayed = 0
        package var inFlight = 0
        package var deadLetters = 0
        /// Of the first message that is not deleted; nil when there is none.
        package var oldestAgeMilliseconds: Int64?
    }

    package struct Orders: Hashable, Sendable {
        package var stored = 0
        package var rejected = 0
        package var conflicts = 0
        package var repeats = 0
        package var cancelled = 0
        /// Those of which the cancellation came first.
        package var cancelledEarly = 0
        /// Cancellations that wait for their orders.
        package var cancellationsWaiting = 0
        /// Events that the stream has not acknowledged.
        package var outbox = 0
    }

    package struct Partner: Hashable, Sendable {
        package var name: String
        package var delivered = 0
        package var pending = 0
        package var parked = 0
        /// From acceptance to delivery, of the latest hundred.
        package var ageP95Milliseconds: Int64?
        /// `enabled`, `paused`, `disabled`, or `left alone` while the courier spares it.
        package var state = "enabled"
    }

    /// Whether the queue's numbers are known: from its ledger, or because it told them.
    package var knowsQueue: Bool { elsewhere?.queue == nil || elsewhere?.told != nil }

    /// Nothing is under way.
    package var isAtRest: Bool {
        guard knowsQueue else { return false }
        return shop.unsent + queue.waiting + queue.delayed + queue.inFlight + orders.outbox + streamBehind
            + openGaps
            + partners.reduce(0) { $0 + $1.pending } == 0
    }
}

extension PipelineSnapshot {
    /// Members are named as everywhere else: a scenario asks for `waiting`, `in_flight`, `outbox`,
    /// `deliveries_pending`.
    package var json: JSONObject {
        var object = JSONObject()
        object["sent"] = JSONValue(shop.sent)
        object["acknowledged"] = JSONValue(shop.acknowledged)
        object["refused"] = JSONValue(shop.refused)
        object["unsent"] = JSONValue(shop.unsent)
        object["share"] = shop.share.map { .number(DecimalText.written($0, digits: 4)) } ?? .null
        object["answer_p99_ms"] = JSONValue(shop.answerP99Milliseconds)
        object["waiting"] = JSONValue(knowsQueue ? queue.waiting : nil)
        object["delayed"] = JSONValue(knowsQueue ? queue.delayed : nil)
        object["in_flight"] = JSONValue(knowsQueue ? queue.inFlight : nil)
        object["dead_letters"] = JSONValue(knowsQueue ? queue.deadLetters : nil)
        object["oldest_age_ms"] = JSONValue(queue.oldestAgeMilliseconds)
        object["stored"] = JSONValue(orders.stored)
        object["rejected"] = JSONValue(orders.rejected)
        object["conflicts"] = JSONValue(orders.conflicts)
        object["repeats"] = JSONValue(orders.repeats)
        object["cancelled"] = JSONValue(orders.cancelled)
        object["cancelled_early"] = JSONValue(orders.cancelledEarly)
        object["cancellations_waiting"] = JSONValue(orders.cancellationsWaiting)
        object["outbox"] = JSONValue(orders.outbox)
        object["records"] = JSONValue(streamRecords)
        object["behind"] = JSONValue(streamBehind)
        object["lag_ms"] = JSONValue(streamLagMilliseconds)
        object["gaps"] = JSONValue(gaps)
        object["open_gaps"] = JSONValue(openGaps)
        object["deliveries_pending"] = JSONValue(partners.reduce(0) { $0 + $1.pending })
        object["partners"] = .array(
            partners.map { partner in
                [
                    "name": .string(partner.name), "state": .string(partner.state),
                    "delivered": JSONValue(partner.delivered), "pending": JSONValue(partner.pending),
                    "parked": JSONValue(partner.parked), "p95_age_ms": JSONValue(partner.ageP95Milliseconds),
                ]
            })
        object["equation"] = equation.json
        object["missing"] = .array(missing.map { .string($0.file) })
        return object
    }
}
