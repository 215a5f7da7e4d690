import Clockwork
import Disk
import GRDB
import Queue
import Synchronization
import Wire

/// Dead letters chosen one by one: they leave and arrive in one commit, as those of a move task do.
extension QueueDesk {
    func redrive(_ request: RedriveMessages, for caller: Caller) async throws -> RedriveMessages.Output {
        let choice = try chosen(request.messageIds, from: request.queueName, for: caller)
        let now = surroundings.now
        let (ticket, moved, changes) = try decide {
            state throws(WireError) -> (CommitTicket<Void>, [RedriveMessages.Renaming], Int) in
            try commit.acceptMore()
            let open = try open(choice, in: state)
            let (ticket, moved) = moveBack(
                stillThere(choice.letters, in: open), from: open, &state, now: now)
            return (ticket, moved, open.engine.changesMade)
        }
        try await settle(ticket, changes, of: choice)
        let names = Set(moved.map(\.formerMessageId))
        return RedriveMessages.Output(moved: moved, left: request.messageIds.filter { !names.contains($0) })
    }

    // MARK: Steps shared by all that is done to chosen letters

    /// Letters as they were found written down, and where.
    struct Choice: Sendable {
        var name: QueueKey
        var queue: QueueID
        /// Oldest first.
        var letters: [QueueStore.DeadLetter]
    }

    /// Looks letters up, outside of the lock.
    ///
    /// - Throws: ``LetterRefusal/noQueue(_:)`` and ``LetterRefusal/wrongCount``, in the words of the wire.
    func chosen(_ ids: [String], from queue: String, for caller: Caller) throws -> Choice {
        guard (1...100).contains(ids.count) else { throw WireError(.wrongCount) }
        let name = QueueKey(region: caller.region, name: queue)
        guard let id = state.withLock({ $0.queues[name]?.engine.id }) else { throw WireError(.noQueue(name)) }
        return Choice(
            name: name, queue: id,
            letters: try reader.read { try QueueStore.deadLetters(of: id, named: ids, in: $0) })
    }

    /// The queue of a choice, inside the lock.
    ///
    /// - Throws: ``LetterRefusal/noQueue(_:)`` and ``LetterRefusal/moveRuns``, in the words of the wire.
    func open(_ choice: Choice, in state: borrowing State) throws(WireError) -> OpenQueue {
        guard let open = state.queues[choice.name], open.engine.id == choice.queue else {
            throw WireError(.noQueue(choice.name))
        }
        guard open.moves.active == nil else { throw WireError(.moveRuns) }
        return open
    }

    /// Waits until what was decided about a choice is durable.
    ///
    /// - Parameter changes: How many the queue had made by then.
    func settle(_ ticket: CommitTicket<Void>, _ changes: Int, of choice: Choice) async throws {
        try await ticket.durable()
        confirm(changes, of: choice.queue, named: choice.name)
    }

    /// The queue that a letter goes back to; nil where there is none, or none but its own.
    func origin(of letter: QueueStore.DeadLetter, besides source: OpenQueue, _ state: borrowing State)
        -> OpenQueue?
    {
        let origin = letter.origin.flatMap { state.queues[QueueKey(region: $0.region, name: $0.name)] }
        return origin?.engine.id == source.engine.id ? nil : origin
    }

    /// Lets letters leave and arrive, and hands that to the commit.
    ///
    /// - Parameter edit: Comes before the move in the same commit; it is told what each letter will be called.
    func moveBack(
        _ letters: [QueueStore.DeadLetter], from source: OpenQueue, _ state: inout State, now: Timestamp,
        editing edit: @escaping @Sendable (_ id: MessageID, Database) throws -> Void = { _, _ in }
    ) -> (CommitTicket<Void>, [RedriveMessages.Renaming]) {
        let candidates = letters.map { letter in
            MoveCandidate(
                letter.envelope, deduplicationID: letter.deduplicationID,
                target: origin(of: letter, besides: source, state)?.engine.id)
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
            for (_, id) in taken { try edit(id, db) }
            for writing in writings { try record(writing, movedBy: move, in: db) }
        }
        for target in targets { serve(target, &state, now: now) }
        serve(QueueKey(region: source.arn.region, name: source.arn.name), &state, now: now)
        return (ticket, moved)
    }
}
