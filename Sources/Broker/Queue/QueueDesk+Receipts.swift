import Clockwork
import Disk
import Queue
import Synchronization
import Wire

/// What a receiver does with a message he has: deletes it, or has it hidden for longer or shorter.
extension QueueDesk {
    func delete(_ request: DeleteMessage, for caller: Caller) async throws -> NoOutput {
        let output = try await act(
            [ReceiptDeed(handle: request.receiptHandle, action: .delete)], on: request.queueUrl, for: caller)
        try await surroundings.pass(.brokerDeletedBeforeAnswer)
        return output
    }

    func delete(_ request: DeleteMessageBatch, for caller: Caller) async throws -> DeleteMessageBatch.Output {
        let deeds = request.entries.map { ReceiptDeed(handle: $0.receiptHandle, action: .delete) }
        let (successful, failed) = try await actOnEach(
            deeds, "DeleteMessageBatch", ids: request.entries.map(\.id), on: request.queueUrl, for: caller)
        try await surroundings.pass(.brokerDeletedBeforeAnswer)
        return DeleteMessageBatch.Output(successful: successful, failed: failed)
    }

    func changeVisibility(_ request: ChangeMessageVisibility, for caller: Caller) async throws -> NoOutput {
        let deed = ReceiptDeed(
            handle: request.receiptHandle, action: .hide(seconds: request.visibilityTimeout))
        return try await act([deed], on: request.queueUrl, for: caller)
    }

    func changeVisibility(
        _ request: ChangeMessageVisibilityBatch, for caller: Caller
    ) async throws -> ChangeMessageVisibilityBatch.Output {
        let deeds = request.entries.map {
            ReceiptDeed(handle: $0.receiptHandle, action: .hide(seconds: $0.visibilityTimeout))
        }
        let (successful, failed) = try await actOnEach(
            deeds, "ChangeMessageVisibilityBatch", ids: request.entries.map(\.id), on: request.queueUrl,
            for: caller)
        return ChangeMessageVisibilityBatch.Output(successful: successful, failed: failed)
    }

    /// One deed, refused as a whole request is.
    private func act(_ deeds: [ReceiptDeed], on url: String, for caller: Caller) async throws -> NoOutput {
        let (ticket, outcomes) = try begin(deeds, on: key(url, caller), inBatch: false)
        for outcome in outcomes {
            try WireError.mapping { () throws(QueueFault) in try outcome.get() }
        }
        try await ticket.durable()
        return NoOutput()
    }

    /// Several deeds, each of which succeeds or fails by itself.
    private func actOnEach(
        _ deeds: [ReceiptDeed], _ operation: String, ids: [String], on url: String, for caller: Caller
    ) async throws -> (successful: [BatchSuccess]?, failed: [BatchFailure]?) {
        let name = key(url, caller)
        guard state.withLock({ $0.queues[name] != nil }) else { throw SQS.queueDoesNotExist }
        try WireError.mapping { () throws(QueueFault) in try BatchShape.check(operation, ids: ids) }
        let failing = moods?.failures(among: deeds.count) ?? []
        let sound = deeds.indices.filter { !failing.contains($0) }
        let (ticket, outcomes) = try begin(sound.map { deeds[$0] }, on: name, inBatch: true)
        try await ticket.durable()
        var successful: [BatchSuccess] = []
        var failed = failing.sorted().map { BatchFailure.internalError(ofEntry: ids[$0]) }
        for (id, outcome) in zip(sound.map { ids[$0] }, outcomes) {
            switch outcome {
            case .success: successful.append(BatchSuccess(id: id))
            case .failure(let fault): failed.append(BatchFailure(id: id, fault: fault))
            }
        }
        return (successful.isEmpty ? nil : successful, failed.isEmpty ? nil : failed)
    }

    /// Decides about all deeds at once, hands what changed to the commit, and serves those for whom it made way.
    private func begin(
        _ deeds: [ReceiptDeed], on name: QueueKey, inBatch: Bool
    ) throws -> (CommitTicket<Void>, [Result<Void, QueueFault>]) {
        let now = surroundings.now
        return try decide { state in
            try commit.accept()
            guard let open = state.queues[name] else { throw SQS.queueDoesNotExist }
            let outcomes = deeds.map { deed in
                Result { () throws(QueueFault) in
                    let receipt = try seal.receipt(deed.handle, for: open.engine.id)
                    try deed.act(on: &open.engine, with: receipt, now: now, inBatch: inBatch)
                }
            }
            let writing = open.takeWriting()
            let ticket = commit.enqueue { [self] db in
                // Also when nothing changed: deleting again leans on the first delete, which may still be on its way.
                if !writing.changes.isEmpty { try record(writing, in: db) }
            }
            serve(name, &state, now: now)
            return (ticket, outcomes)
        }
    }
}

/// One thing to do with a received message.
private struct ReceiptDeed: Sendable {
    enum Action: Sendable {
        case delete
        /// Nil where the caller forgot to say for how long.
        case hide(seconds: Int?)
    }

    var handle: String
    var action: Action

    func act(
        on engine: inout MessageQueue, with receipt: Receipt, now: Timestamp, inBatch: Bool
    ) throws(QueueFault) {
        let refusal: ReceiptRefusal
        switch action {
        case .delete:
            do throws(ReceiptRefusal) { return try engine.delete(receipt, now: now) } catch {
                refusal = error
            }
        case .hide(let seconds):
            let timeout = try Self.timeout(seconds)
            do throws(ReceiptRefusal) {
                return try engine.changeVisibility(receipt, timeout: timeout, now: now)
            } catch { refusal = error }
        }
        throw inBatch ? refusal.entryFault(handle: handle) : refusal.fault(handle: handle)
    }

    private static func timeout(_ seconds: Int?) throws(QueueFault) -> Duration {
        guard let seconds else { throw .missing("VisibilityTimeout") }
        guard (0...43_200).contains(seconds) else {
            throw .invalid(
                seconds, for: "VisibilityTimeout", "VisibilityTimeout must be an integer between 0 and 43200")
        }
        return .seconds(seconds)
    }
}
