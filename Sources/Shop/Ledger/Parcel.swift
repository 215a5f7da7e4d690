import Orders

/// One message on its way to the queue: the same bytes under the same key on every try.
struct Parcel: Hashable, Sendable {
    /// Its row in the ledger; later parcels have larger ones.
    let id: Int64
    let orderNumber: String
    let idempotencyKey: String
    let document: String
    let contentHash: String
    /// What keeps messages of one order in order.
    let group: String
    /// What the queue knows a repeat by.
    let deduplicationID: String
    let trace: String
    /// Nil for a customer's order.
    let deliberate: Prank.Kind?
    /// Tries so far.
    let attempts: Int

    /// Body and attributes, as Amazon SQS counts them: names, types and values.
    ///
    /// Source: Amazon SQS Developer Guide, "Amazon SQS message metadata".
    var size: Int {
        document.utf8.count + Pipeline.traceAttribute.utf8.count + "String".utf8.count + trace.utf8.count
    }
}

/// A try that stands in the ledger.
struct Attempt: Hashable, Sendable {
    let submission: Int64
    let parcel: Parcel
}

/// What came of a try.
enum Outcome: Hashable, Sendable {
    /// The queue has it.
    case acknowledged(messageID: String)
    /// The queue has it not. Final when the message itself is at fault and would be refused for ever.
    case refused(String, isFinal: Bool)
    /// The queue has it not, and asks to come back later.
    case throttled(String)
    /// Nobody can tell: it may be on the queue, or come to light later.
    case unknown(String)

    /// Whether there is nothing left to try.
    var isSettled: Bool {
        switch self {
        case .acknowledged, .refused(_, isFinal: true): true
        case .refused, .throttled, .unknown: false
        }
    }

    /// Whether a message may be what the queue does not like.
    var isRefusal: Bool { if case .refused = self { true } else { false } }
}
