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
    case failedRecordsIgnored = "failed records ignored"
    case earlyCancellationForgotten = "early cancellation forgotten"
    case checkpointBeforeHandled = "checkpoint before the handler"
    case failedBatchPassedOver = "failed batch passed over"
    case gapKeptQuiet = "gap kept quiet"
    case recordBeforePosted = "record before the post"
    case freshIDForEachAttempt = "fresh id for each attempt"

    var inOMS: OMS.PlantedBug? {
        switch self {
        case .deleteBeforeCommit: .deleteBeforeCommit
        case .outboxNotSwept: .outboxNotSwept
        case .deduplicationByMessageID: .deduplicationByMessageID
        case .failedRecordsIgnored: .failedRecordsIgnored
        case .earlyCancellationForgotten: .earlyCancellationForgotten
        default: nil
        }
    }

    var inFunction: Function.PlantedBug? {
        switch self {
        case .checkpointBeforeHandled: .checkpointedBeforeHandled
        case .failedBatchPassedOver: .failedBatchPassedOver
        case .gapKeptQuiet: .gapKeptQuiet
        default: nil
        }
    }

    var inCourier: Courier.PlantedBug? {
        switch self {
        case .recordBeforePosted: .recordedBeforePosted
        case .freshIDForEachAttempt: .freshIDForEachAttempt
        default: nil
        }
    }
}
