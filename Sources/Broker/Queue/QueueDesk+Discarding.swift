import Clockwork
import Disk
import Queue
import Synchronization
import Wire

/// Dead letters are removed for good: they go, and the record of who wanted it and why comes, in one commit.
extension QueueDesk {
    func discard(_ request: DiscardMessages, for caller: Caller) async throws -> DiscardMessages.Output {
        guard request.reason.contains(where: { !$0.isWhitespace }), request.reason.count <= 1_000 else {
            throw WireError(.unsoundReason)
        }
        let choice = try chosen(request.messageIds, from: request.queueName, for: caller)
        let now = surroundings.now
        let decision = QueueStore.Decision(by: caller.accessKeyID, at: now)
        let (ticket, gone, changes) = try decide {
            state throws(WireError) -> (CommitTicket<Void>, Set<SequenceNumber>, Int) in
            try commit.accept()
            let open = try open(choice, in: state)
            guard state.queues.values.contains(where: { $0.engine.deadLetterTarget == choice.queue }) else {
                throw WireError(.noDeadLetterQueue(request.queueName))
            }
            let gone = open.engine.discard(
                stillThere(choice.letters, in: open).map(\.envelope), now: now)
            let writing = open.takeWriting()
            let ticket = commit.enqueue { [self] db in
                for sequence in gone.sorted() {
                    try QueueStore.noteDiscard(
                        of: QueueStore.place(choice.queue, sequence), because: request.reason, decision,
                        in: db)
                }
                if !writing.changes.isEmpty { try record(writing, in: db) }
            }
            serve(choice.name, &state, now: now)
            return (ticket, gone, open.engine.changesMade)
        }
        try await settle(ticket, changes, of: choice)
        let discarded = choice.letters.filter { gone.contains($0.envelope.sequence) }.map(\.messageID)
        let names = Set(discarded)
        return DiscardMessages.Output(
            discarded: discarded, left: request.messageIds.filter { !names.contains($0) })
    }
}
