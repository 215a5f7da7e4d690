import Clockwork
import Disk
import Queue
import Synchronization
import Wire

/// Dead letters chosen one by one: they leave and arrive in one commit, as those of a move task do.
extension QueueDesk {
    func redrive(_ request: RedriveMessages, for caller: Caller) async throws -> RedriveMessages.Output {
        guard (1...100).contains(request.messageIds.count) else {
            throw WireError("InvalidArgumentException", "Choose 1 to 100 messages.")
        }
        let name = QueueKey(region: caller.region, name: request.queueName)
        guard let id = state.withLock({ $0.queues[name]?.engine.id }) else { throw Self.noQueue(name) }
        let letters = try reader.read {
            try QueueStore.deadLetters(of: id, named: request.messageIds, in: $0)
        }
        let now = surroundings.now
        let (ticket, moved, changes) = try decide {
            state throws(WireError) -> (CommitTicket<Void>, [RedriveMessages.Renaming], Int) in
            try commit.acceptMore()
            guard let open = state.queues[name], open.engine.id == id else { throw Self.noQueue(name) }
            guard open.moves.active == nil else {
                throw WireError("ResourceInUseException", QueueFault.moveIsRunning.message)
            }
            let (ticket, moved) = moveChosen(stillThere(letters, in: open), from: open, &state, now: now)
            return (ticket, moved, open.engine.changesMade)
        }
        try await ticket.durable()
        confirm(changes, of: id, named: name)
        let names = Set(moved.map(\.formerMessageId))
        return RedriveMessages.Output(moved: moved, left: request.messageIds.filter { !names.contains($0) })
    }

    private func moveChosen(
        _ letters: [QueueStore.DeadLetter], from source: OpenQueue, _ state: inout State, now: Timestamp
    ) -> (CommitTicket<Void>, [RedriveMessages.Renaming]) {
        let candidates = letters.map { letter in
            let target = letter.origin.flatMap { state.queues[QueueKey(region: $0.region, name: $0.name)] }
            let id = target.map(\.engine.id)
            return MoveCandidate(
                letter.envelope, deduplicationID: letter.deduplicationID,
                target: id == source.engine.id ? nil : id)
        }
        var walk = MoveWalk()
        let released = source.engine.release(candidates, along: &walk, limit: letters.count, now: now)
        let taken = takeIn(released, from: source.engine.id, &state, now: now)
        let former = Dictionary(uniqueKeysWithValues: letters.map { ($0.envelope.sequence, $0.messageID) })
        let moved = zip(released, taken).map { candidate, taken in
            RedriveMessages.Renaming(
                formerMessageId: former[candidate.envelope.sequence] ?? "",
                messageId: taken.messageID.description, queueName: taken.queue.name)
        }
        let targets = Set(taken.map(\.queue)).sorted()
        let writings = writings(of: source, and: targets, state)
        let move = surroundings.chance.draw { UniqueID(using: &$0) }
        let ticket = commit.enqueue(bytes: letters.reduce(256) { $0 + $1.bytes }) { [self] db in
            for writing in writings { try record(writing, movedBy: move, in: db) }
        }
        for target in targets { serve(target, &state, now: now) }
        serve(QueueKey(region: source.arn.region, name: source.arn.name), &state, now: now)
        return (ticket, moved)
    }

    private static func noQueue(_ name: QueueKey) -> WireError {
        WireError("ResourceNotFoundException", "There is no queue \(name.name) in \(name.region).")
    }
}
