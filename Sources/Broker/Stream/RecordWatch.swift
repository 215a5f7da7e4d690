import Clockwork
import Stream
import Synchronization

/// Those who wait until a shard goes on behind the place they have come to.
final class RecordWatch: Sendable {
    /// A place in a shard, and which of the caller's it is.
    struct Place {
        var position: Int
        var shard: Int
        var place: ReadingPlace
    }

    struct Watcher {
        var stream: StreamName
        var places: [Place]

        /// Which places have something behind them: a record, or the shard's end.
        func ready(in open: OpenStream) -> [Int] {
            places.filter { watched in
                guard open.committed.shards.indices.contains(watched.shard) else { return false }
                let shard = open.committed.shards[watched.shard]
                return shard.lastCounter > 0
                    && watched.place.precedes(counter: shard.lastCounter, arrival: shard.lastArrival)
                    || !shard.isOpen
            }.map(\.position)
        }
    }

    private struct Waiting {
        var watcher: Watcher
        var isWoken = false
        var continuation: UnsafeContinuation<Void, Never>?
    }

    private let state = Mutex<(made: UInt64, waiting: [UInt64: Waiting])>((0, [:]))

    func add(_ watcher: Watcher) -> UInt64 {
        state.withLock { state in
            state.made += 1
            state.waiting[state.made] = Waiting(watcher: watcher)
            return state.made
        }
    }

    func remove(_ id: UInt64) {
        state.withLock { _ = $0.waiting.removeValue(forKey: id) }
    }

    /// Waits until woken, cancelled, or so long.
    func wait(as id: UInt64, atMost span: Duration, time: any TimeSource) async {
        await withTaskGroup { group in
            group.addTask { await self.sleep(as: id) }
            group.addTask { try? await time.sleep(for: span) }
            await group.next()
            group.cancelAll()
        }
    }

    private func sleep(as id: UInt64) async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isWoken = state.withLock { state in
                    guard state.waiting[id]?.isWoken == false else { return true }
                    state.waiting[id]?.continuation = continuation
                    return false
                }
                if isWoken { continuation.resume() }
            }
        } onCancel: {
            wake { candidate, _ in candidate == id }
        }
    }

    /// Wakes those for whom there is something to read now.
    func wake(watching name: StreamName, now open: OpenStream) {
        wake { _, watcher in watcher.stream == name && !watcher.ready(in: open).isEmpty }
    }

    func wakeAll(watching name: StreamName) {
        wake { _, watcher in watcher.stream == name }
    }

    func wakeAll() {
        wake { _, _ in true }
    }

    private func wake(where isMeant: (UInt64, Watcher) -> Bool) {
        let woken = state.withLock { state in
            // In the order in which they came, whatever the dictionary's is.
            state.waiting.keys.sorted().compactMap { id -> UnsafeContinuation<Void, Never>? in
                guard let waiting = state.waiting[id], !waiting.isWoken, isMeant(id, waiting.watcher) else {
                    return nil
                }
                state.waiting[id]?.isWoken = true
                defer { state.waiting[id]?.continuation = nil }
                return waiting.continuation
            }
        }
        for continuation in woken { continuation.resume() }
    }
}
