/// A mistake made on purpose, so that a test can show that the audit would notice it.
///
/// Only code of this package can plant one; no configuration and no command line leads here.
package enum PlantedBug: CaseIterable, Hashable, Sendable {
    /// The checkpoint moves before the handler has been asked.
    case checkpointedBeforeHandled
    /// A batch that failed is passed over, and the checkpoint moves.
    case failedBatchPassedOver
    /// Nobody is told what expired unread.
    case gapKeptQuiet
}
