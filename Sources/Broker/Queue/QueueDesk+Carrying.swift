import Clockwork
import Disk
import GRDB
import Queue
import Synchronization
import Wire

/// Carries messages for move tasks: one batch in one commit, so that none is lost or there twice whenever the broker dies.
///
/// Rows are looked up outside of the lock and judged inside it, and no task decides on a batch before its last one is
/// durable. So a move of millions holds nobody up for longer than a receive does.
extension QueueDesk {
    /// Serves all move tasks, in turn, until cancelled.
    func carryMoves() async {
        while !Task.isCancelled {
            let now = surroundings.now
            let (ready, next) = state.withLock { state in
                let active = state.queues.filter { $0.value.moves.active != nil }
                let ready = active.filter { $0.value.moves.due <= now }.keys.sorted()
                return (ready, active.values.lazy.map(\.moves.due).filter { $0 > now }.min())
            }
            for name in ready { await carryBatch(from: name) }
            guard ready.isEmpty else { continue }
            if let next {
                await moveWanted.heard(within: next - now, by: surroundings.time)
            } else {
                await moveWanted.heard()
            }
        }
    }

    private func carryBatch(from name: QueueKey) async {
        let begun = state.withLock { state -> (QueueID, MoveTask, MoveWalk)? in
            guard let open = state.queues[name], let task = open.moves.active else { return nil }
            return (open.engine.id, task, open.moves.walk)
        }
        guard let (id, task, walk) = begun else { return }
        let letters = try? reader.read {
            try QueueStore.deadLetters(
                of: id, behind: walk.place, upTo: task.upTo, limit: task.batch, in: $0)
        }
        let now = surroundings.now
        let carried = decide { state -> (CommitTicket<Void>, Int)? in
            guard let open = state.queues[name], open.engine.id == id,
                let current = open.moves.active, current.id == task.id
            else { return nil }
            guard let letters, commit.isAccepting, current.status == .cancelling || commit.noRoom == nil
            else {
                open.moves.due = now + Self.aLittleLater
                return nil
            }
            let present = stillThere(letters, in: open)
            guard !present.isEmpty || letters.isEmpty else {
                open.moves.due = now + Self.aLittleLater
                return nil
            }
            return carry(present, of: current, from: name, open, &state, now: now)
                .map { ($0, open.engine.changesMade) }
        }
        guard let (ticket, changes) = carried else { return await Task.yield() }
        guard (try? await ticket.durable()) != nil else { return }
        confirm(changes, of: id, named: name)
    }

    /// Leaves out letters that have gone since their rows were read: of what is in memory the queue knows, and what was
    /// never touched is where it was.
    func stillThere(_ letters: [QueueStore.DeadLetter], in open: OpenQueue) -> [QueueStore.DeadLetter] {
        let unknown = letters.map(\.envelope.sequence).filter { !open.engine.holds($0) }
        guard !unknown.isEmpty else { return letters }
        let id = open.engine.id
        let untouched = try? reader.read { try QueueStore.untouched(among: unknown, of: id, in: $0) }
        return letters.filter {
            open.engine.holds($0.envelope.sequence) || untouched?.contains($0.envelope.sequence) == true
        }
    }

    /// Decides on one batch and hands it to the commit; without a ticket when nothing changes.
    private func carry(
        _ letters: [QueueStore.DeadLetter], of former: MoveTask, from name: QueueKey, _ source: OpenQueue,
        _ state: inout State, now: Timestamp
    ) -> CommitTicket<Void>? {
        var task = former
        var targets: [QueueKey] = []
        if task.status == .cancelling {
            task.stop()
        } else if task.hasRunTooLong(now: now) {
            task.fail("The task has run for 36 hours, which is the limit.")
        } else {
            targets = advance(&task, by: letters, from: source, &state, now: now)
        }
        source.moves.active = task
        let writings = writings(of: source, and: targets, state)
        guard !writings.isEmpty || task != former else { return nil }
        let ticket = commit.enqueue(bytes: letters.reduce(256) { $0 + $1.bytes }) { [self, task] db in
            for writing in writings { try record(writing, movedBy: task.id, in: db) }
            if task != former { try QueueStore.update(task, in: db) }
        }
        for target in targets { serve(target, &state, now: now) }
        serve(name, &state, now: now)
        return ticket
    }

    /// - Returns: The queues that took something, each once.
    private func advance(
        _ task: inout MoveTask, by letters: [QueueStore.DeadLetter], from source: OpenQueue,
        _ state: inout State, now: Timestamp
    ) -> [QueueKey] {
        let (candidates, meetsGoneTarget) = candidates(among: letters, of: task, from: source, state)
        let released = source.engine.release(
            candidates, along: &source.moves.walk, limit: task.batch, now: now)
        task.noteMoved(released.count)
        source.moves.due = now + (released.isEmpty ? .zero : task.interval)
        if source.moves.walk.place >= candidates.last?.envelope.sequence ?? .beforeAll {
            if meetsGoneTarget {
                task.fail(QueueFault.goneOnTheWay)
            } else if letters.isEmpty {
                endWalk(of: &task, from: source, now: now)
            }
        }
        let taken = takeIn(released, from: source.engine.id, &state, now: now)
        return Set(taken.map(\.queue)).sorted()
    }

    /// What a move has changed, its source first.
    func writings(of source: OpenQueue, and targets: [QueueKey], _ state: borrowing State) -> [QueueWriting] {
        ([source.takeWriting()] + targets.compactMap { state.queues[$0]?.takeWriting() })
            .filter { !$0.changes.isEmpty }
    }

    /// Nothing stands behind the walk's place: either all is moved, or what was passed by is asked for again later.
    private func endWalk(of task: inout MoveTask, from source: OpenQueue, now: Timestamp) {
        guard source.moves.walk.hasPassedBy else { return task.complete() }
        source.moves.walk = MoveWalk()
        source.moves.due = now + Self.aLittleLater
    }

    /// Where each letter would go, up to one whose target is gone.
    private func candidates(
        among letters: [QueueStore.DeadLetter], of task: MoveTask, from source: OpenQueue,
        _ state: borrowing State
    ) -> (candidates: [MoveCandidate], meetsGoneTarget: Bool) {
        var candidates: [MoveCandidate] = []
        for letter in letters {
            let destination = task.destination ?? letter.origin
            let target = destination.flatMap { state.queues[QueueKey(region: $0.region, name: $0.name)] }
            if destination != nil, target == nil { return (candidates, true) }
            let id = target.map(\.engine.id)
            candidates.append(
                MoveCandidate(
                    letter.envelope, deduplicationID: letter.deduplicationID,
                    target: id == source.engine.id ? nil : id))
        }
        return (candidates, false)
    }

    /// - Returns: For each of them the queue that took it, and what it is called there.
    func takeIn(
        _ released: [MoveCandidate], from source: QueueID, _ state: inout State, now: Timestamp
    ) -> [(queue: QueueKey, messageID: MessageID)] {
        released.map { candidate in
            guard let name = candidate.target.flatMap({ state.names[$0] }), let open = state.queues[name]
            else { preconditionFailure("a candidate's target is there, for it was found under this lock") }
            let id = surroundings.chance.draw { random in
                open.engine.takeIn(candidate, from: source, now: now, using: &random)
            }
            return (name, id)
        }
    }

    private static let aLittleLater = Duration.seconds(1)
}
