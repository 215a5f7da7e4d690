import GRDB
import Queue
import Synchronization

/// How the queues stand that one commit changes: each is written down once, however many changes share the commit.
///
/// Used by the writer alone, and empty between two commits.
final class QueueCounters: Sendable {
    private let changed = Mutex<[QueueID: Counts]>([:])

    private struct Counts {
        var nextSequence: SequenceNumber
        var untouched: Int
    }

    /// Notes how a queue stands after a change that is being written.
    func note(_ writing: QueueWriting) {
        changed.withLock {
            $0[writing.queue] = Counts(nextSequence: writing.nextSequence, untouched: writing.untouched)
        }
    }

    /// Writes what was noted. The last deed of a commit.
    func write(in db: Database) throws {
        let changed = takeAll()
        guard !changed.isEmpty else { return }
        let update = try db.cachedStatement(
            sql: "UPDATE queues SET next_sequence = ?, untouched = ? WHERE queue_id = ?")
        for (queue, counts) in changed {
            try update.execute(arguments: [counts.nextSequence.rawValue, counts.untouched, queue.rawValue])
        }
    }

    /// Forgets what a commit noted that failed.
    func forget() { _ = takeAll() }

    private func takeAll() -> [QueueID: Counts] {
        changed.withLock { changed in
            defer { changed = [:] }
            return changed
        }
    }
}
