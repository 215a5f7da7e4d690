import Courier
import Function
import OMS

/// A mistake made on purpose in one of the roles, to show that the audit would notice it.
///
/// Only code of this package can commit one; no configuration and no command line leads here.
package enum Sabotage: String, Hashable, Sendable, CaseIterable {
    case deleteBeforeCommit = "delete before commit"
    case outboxNotSwept = "outbox not swept"
    case deduplicationByMessageID = "deduplication by message id"
    case checkpointBeforeHandled = "checkpoint before the handler"
    case recordBeforePosted = "record before the post"

    var inOMS: OMS.PlantedBug? {
        switch self {
        case .deleteBeforeCommit: .deleteBeforeCommit
        case .outboxNotSwept: .outboxNotSwept
        case .deduplicationByMessageID: .deduplicationByMessageID
        case .checkpointBeforeHandled, .recordBeforePosted: nil
        }
    }

    var inFunction: Function.PlantedBug? {
        self == .checkpointBeforeHandled ? .checkpointedBeforeHandled : nil
    }

    var inCourier: Courier.PlantedBug? { self == .recordBeforePosted ? .recordedBeforePosted : nil }
}
