/// A named moment in the work of a role: something is done by then, and something that leans on it is not.
///
/// A death, an error or a delay there is what a role has to bear. Roles pass these moments by one line each
/// (``Surroundings/pass(_:)``), which does nothing unless somebody watches.
package enum Waypoint: String, CaseIterable, Hashable, Sendable {
    /// The queue has answered; the shop's ledger does not know yet.
    case shopSentBeforeLedger = "shop.sent-before-ledger"

    /// Messages are durable; whoever sent them has not been told.
    case brokerStoredBeforeAnswer = "broker.stored-before-answer"
    /// Messages are gone for good; whoever deleted them has not been told.
    case brokerDeletedBeforeAnswer = "broker.deleted-before-answer"

    /// A batch is in hand; nobody has looked at it.
    case intakeReceived = "intake.received"
    /// The batch is judged; nothing is decided.
    case intakeValidated = "intake.validated"
    /// All that follows from the batch is written, in a transaction that is still open.
    case intakeInTransaction = "intake.in-transaction"
    /// The decisions are durable; the queue still has the messages.
    case intakeCommittedBeforeDelete = "intake.committed-before-delete"
    /// The queue has forgotten what was decided; unreadable messages have not been shown again.
    case intakeDeleted = "intake.deleted"

    /// Events are chosen for one call to the stream; it has not been made.
    case relayBeforePut = "relay.before-put"
    /// The stream has answered; the outbox does not know yet.
    case relayPutBeforeMark = "relay.put-before-mark"
    /// Half of the events are ticked off, in a transaction that is still open.
    case relayBatchHalfMarked = "relay.batch-half-marked"

    /// Records are in hand; the handler has not seen them.
    case functionReceived = "function.received"
    /// The handler has succeeded; the checkpoint stands before the batch.
    case functionHandledBeforeCheckpoint = "function.handled-before-checkpoint"

    /// Events and their deliveries are written, in a transaction that is still open.
    case courierStagedBeforeCommit = "courier.staged-before-commit"
    /// Events and their deliveries are durable; whoever handed them over has not been told.
    case courierStaged = "courier.staged"
    /// The partner has answered, or will not; the attempt still stands open.
    case courierPostedBeforeRecord = "courier.posted-before-record"
    /// The attempt's end and what becomes of its delivery are durable; the lane does not know yet.
    case courierRecorded = "courier.recorded"
}

/// Told of every waypoint as it is passed.
package protocol WaypointWitness: Sendable {
    /// May also end the process there.
    ///
    /// - Returns: How long whoever passes is held up; nil for not at all.
    /// - Throws: To let whoever passes fail there.
    func reached(_ point: Waypoint) throws -> Duration?
}
