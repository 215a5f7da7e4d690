import Clockwork
import Disk
import Stream
import Synchronization
import Wire

/// Clearing away what has expired, and what is left of deleted streams.
extension StreamDesk {
    /// Removes records in small bites, so that writers never wait long, until cancelled.
    func trim() async {
        while !Task.isCancelled {
            await expiry.heard(
                within: .seconds(moods?.isTrimming == true ? 1 : 60), by: surroundings.time)
            guard !Task.isCancelled else { return }
            let open = streams.withLock { $0.open.values.sorted { $0.stream.name < $1.stream.name } }
            for open in open {
                let horizon = horizon(of: open, now: surroundings.now)
                for key in open.shardKeys { await trim(shardKey: key, before: horizon) }
            }
            await clearForgotten()
        }
    }

    private func trim(shardKey: Int64, before horizon: Timestamp) async {
        let isDue = try? reader.read {
            try StreamStore.hasExpired(shardKey: shardKey, arrivedBefore: horizon, in: $0)
        }
        guard isDue == true else { return }
        while !Task.isCancelled {
            let bite = commit.enqueue {
                try StreamStore.trim(shardKey: shardKey, arrivedBefore: horizon, in: $0)
            }
            guard let bite = try? await bite.value else { return }
            moods?.noteTrimmed(bite.records)
            if bite.isLast { return }
        }
    }

    /// Clears away the records of deleted streams.
    private func clearForgotten() async {
        let shardKeys = (try? reader.read { try StreamStore.forgottenShards($0) }) ?? []
        for key in shardKeys {
            while !Task.isCancelled {
                let bite = commit.enqueue { try StreamStore.clear(forgottenShard: key, in: $0) }
                guard let isCleared = try? await bite.value else { return }
                if isCleared { break }
            }
        }
    }

    /// What arrived before this is gone, whether its row has been removed or not.
    func horizon(of open: OpenStream, now: Timestamp) -> Timestamp {
        let horizon = open.settings.retention.horizon(now: now)
        return moods.map { max(horizon, $0.horizon(now: now)) } ?? horizon
    }
}
