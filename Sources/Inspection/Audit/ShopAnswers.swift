import Clockwork
import GRDB
import JSON

/// What the shop was told, and how soon: by this `shop-open` is judged.
struct ShopAnswers {
    /// One try to hand an order over.
    struct Try {
        let order: String
        let sentAt: Timestamp
        let answeredAt: Timestamp?
        let outcome: String
        let error: String?

        /// - Parameter row: Columns as in ``columns``.
        init?(_ row: Row) {
            guard let sentAt = Timestamp(row[1] as String) else { return nil }
            order = (row[0] as String?) ?? "no order"
            self.sentAt = sentAt
            answeredAt = (row[2] as String?).flatMap { Timestamp($0) }
            outcome = row[3]
            error = row[4]
        }

        static let columns = "order_number, sent_at, answered_at, outcome, error"

        /// What is sent in order to be told no says nothing about whether the shop is open.
        static let condition = "deliberate IS NOT 'oversize'"

        var wasAcknowledged: Bool { outcome == "acknowledged" }
    }

    private let tries: [Try]
    /// Milliseconds, ascending; those of a try without an answer are how long it has waited by now.
    private let spans: [(milliseconds: Int64, attempt: Try)]

    /// - Parameter waitingUntil: Counts the wait of a try without an answer up to then; nil leaves it out, for the
    ///   process that tried may be long gone.
    init(to tries: [Try], waitingUntil now: Timestamp? = nil) {
        self.tries = tries
        spans = tries.compactMap { attempt in
            (attempt.answeredAt ?? now).map { (($0 - attempt.sentAt).milliseconds, attempt) }
        }.sorted { $0.milliseconds < $1.milliseconds }
    }

    /// Holds the answers against the limits.
    func judged(_ settings: AuditSettings) -> RequirementResult {
        let acknowledged = tries.count(where: \.wasAcknowledged)
        let share = tries.isEmpty ? 1 : Double(acknowledged) / Double(tries.count)
        let p99 = Percentile.of(spans.map(\.milliseconds), 99) ?? 0
        var evidence: [RequirementResult.Evidence] = []
        if share < settings.limits.acknowledgedShare {
            evidence += tries.filter { !$0.wasAcknowledged }.map {
                .init(
                    orderNumber: $0.order, details: "\($0.outcome) \($0.sentAt): \($0.error ?? "no answer")")
            }
        }
        if Duration.milliseconds(p99) > settings.limits.shopAnswerP99 {
            evidence += spans.filter { $0.milliseconds >= p99 }.map { span in
                let words = span.attempt.answeredAt == nil ? "without an answer for" : "answered after"
                return .init(orderNumber: span.attempt.order, details: "\(words) \(span.milliseconds) ms")
            }
        }
        return .counted(
            .shopOpen, evidence,
            measured: [
                .init(name: "attempted", value: JSONValue(tries.count)),
                .init(name: "acknowledged", value: JSONValue(acknowledged)),
                .init(name: "share", value: .number(DecimalText.written(share, digits: 4))),
                .init(name: "p99_ms", value: JSONValue(p99)),
            ], settings)
    }
}
