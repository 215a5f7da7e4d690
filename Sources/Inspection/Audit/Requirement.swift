/// What must hold, under the name by which scenarios and people ask for it.
package enum Requirement: String, CaseIterable, Sendable {
    case noLoss = "no-loss"
    case noInvention = "no-invention"
    case noDuplicate = "no-duplicate"
    case noAlteration = "no-alteration"
    case published
    case orderPerKey = "order-per-key"
    case notified
    case oneEffect = "one-effect"
    case poisonContained = "poison-contained"
    case historyLegal = "history-legal"
    case explainable
    case shopOpen = "shop-open"
    case isolation
    case freshness
    case recovered

    /// What an audit demands unless told otherwise: everything that a row can break. The rest is measured,
    /// and demanded on request, because how fast something is depends on the machine too.
    package static let demandedAlways: [Requirement] = [
        .noLoss, .noInvention, .noDuplicate, .noAlteration, .published, .orderPerKey, .notified, .oneEffect,
        .poisonContained, .historyLegal, .explainable,
    ]

    /// One sentence for the person who reads the verdict.
    package var sentence: String {
        switch self {
        case .noLoss:
            "Every order that the shop was told yes for is stored, rejected, in a queue, or discarded with a reason."
        case .noInvention:
            "Nothing is stored, told or delivered that the shop did not send, or was told no for."
        case .noDuplicate: "Each order number has one order and one acceptance, each key one decision."
        case .noAlteration: "What is stored and told is what the shop sent, hash by hash."
        case .published: "Every accepted order's events are in the stream, where the outbox says they are."
        case .orderPerKey: "The events of an order come in the order of their versions, everywhere."
        case .notified: "Every event has reached every enabled partner, or is on its way."
        case .oneEffect: "However often an event was sent, each partner acted on it once, and saw one body."
        case .poisonContained:
            "What cannot be read is dead-lettered after exactly as many receives as were allowed."
        case .historyLegal: "Every history is one that the rules allow, and every file is whole."
        case .explainable: "Every order that is not plainly well has a last known place."
        case .shopOpen: "While something behind the queue was broken, the shop was told yes, and soon."
        case .isolation: "While one partner was away, the others heard as soon as ever."
        case .freshness: "Outside of outages, partners hear within the limit."
        case .recovered: "All backlogs are empty again."
        }
    }

    /// The half of the broker inside which it is decided.
    var half: Elsewhere.Half? {
        switch self {
        case .published: .stream
        case .poisonContained: .queue
        default: nil
        }
    }

    /// Without these there is nothing to say about it.
    var ledgers: [Ledger] {
        switch self {
        case .noLoss, .noInvention, .noAlteration, .explainable: [.shop, .oms]
        case .noDuplicate, .historyLegal: [.oms]
        case .published: [.oms, .broker]
        case .orderPerKey: [.oms]
        case .notified, .oneEffect, .isolation, .freshness: [.oms, .notify]
        case .poisonContained: [.broker]
        case .shopOpen: [.shop]
        case .recovered: [.broker, .oms, .notify]
        }
    }
}
