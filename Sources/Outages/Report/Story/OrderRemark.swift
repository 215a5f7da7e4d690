import Inspection

/// Something about an order that was not plainly well.
struct OrderRemark: Hashable, Sendable {
    /// In the order in which they are told: the gravest first.
    enum Kind: Int, Hashable, Sendable, CaseIterable {
        /// What the audit says, where that is not well.
        case verdict
        case deadLettered
        case parked
        case rejected
        case conflict
        case refused
        case unanswered
        case receivedAgain
        case repeated
        case repeatedAtPartner
        case sentOnPurpose
    }

    var kind: Kind
    /// How often; 1 where nobody counts.
    var times: Int
    /// A verdict, a reason, a queue or a partner, as the ledger has it.
    var detail: String

    /// True when someone had to turn the order away, give it up, or look for it.
    var isGrave: Bool { kind.rawValue <= Kind.conflict.rawValue }

    /// Such as "refused twice: no connection".
    var words: String {
        switch kind {
        case .verdict: detail
        case .deadLettered: "dead-lettered in \(detail), received \(times.times)"
        case .parked: "given up at \(detail)"
        case .rejected: "rejected: \(detail)"
        case .conflict: "the number came again with another content, which was recorded as a conflict"
        case .refused: "refused \(times.times): \(detail)"
        case .unanswered: "\(times.times) sent without an answer"
        case .receivedAgain: "received \(times.times) until it was stored"
        case .repeated: "came \(times.times), and was recognised"
        case .repeatedAtPartner: "\(times) \(times == 1 ? "repeat" : "repeats") at \(detail), recognised"
        case .sentOnPurpose: "\(detail) sent on purpose"
        }
    }
}

/// An order that was not plainly well.
struct RemarkableOrder: Hashable, Sendable {
    var orderNumber: String
    /// The gravest first; never empty.
    var remarks: [OrderRemark]
    /// Where it was seen last, in a sentence; empty when no row tells.
    var lastPlace: String

    var isGrave: Bool { remarks.contains(where: \.isGrave) }
}

extension Int {
    /// `once`, `twice`, `3 times`.
    fileprivate var times: String {
        switch self {
        case 1: "once"
        case 2: "twice"
        default: "\(self) times"
        }
    }
}
