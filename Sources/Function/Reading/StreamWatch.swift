import Clockwork
import Logging
import Synchronization
import Wire

/// Wakes the readers of a stream as soon as there is something for them.
///
/// One call watches all shards whose readers have nothing to do. Where the settings say `poll`, or the service does not
/// know that call, as Amazon's does not, each reader looks for itself again and again. Where records are pushed, nobody
/// needs to be woken.
final class StreamWatch: Sendable {
    private let settings: FunctionSettings
    private let kinesis: any Client<Kinesis>
    private let surroundings: Surroundings
    private let logger: Logger
    private let state = Mutex(State())
    private let bell = Bell()

    private struct State {
        /// Every reader there is; those that wait have an iterator.
        var readers: [String: Reader] = [:]
        var isClosing = false
    }

    private struct Reader {
        let bell: Bell
        var iterator: String?
    }

    /// Readers that wait, by shard, in the order of their ids.
    private typealias Watched = [(shardID: String, iterator: String)]

    init(
        settings: FunctionSettings, kinesis: any Client<Kinesis>, surroundings: Surroundings, logger: Logger
    ) {
        self.settings = settings
        self.kinesis = kinesis
        self.surroundings = surroundings
        self.logger = logger
    }

    /// Makes a reader known, busy at first.
    func enter(_ shardID: String, bell: Bell) {
        state.withLock { $0.readers[shardID] = Reader(bell: bell, iterator: nil) }
    }

    func leave(_ shardID: String) {
        state.withLock { $0.readers[shardID] = nil }
        bell.ring()
    }

    /// Waits until there may be something behind an iterator, or the reader's own bell rings.
    func news(of shardID: String, behind iterator: String) async {
        let own = state.withLock { state in
            state.readers[shardID]?.iterator = iterator
            return state.readers[shardID]?.bell
        }
        bell.ring()
        await own?.heard()
        state.withLock { $0.readers[shardID]?.iterator = nil }
    }

    func close() {
        state.withLock { $0.isClosing = true }
        bell.ring()
    }

    func run() async {
        switch settings.waking {
        case .watch: await keepWatch()
        case .poll: await poll()
        case .push: break
        }
    }

    private func keepWatch() async {
        var setback = Setback(backoff: Backoff(), logger: logger)
        while goesOn {
            let watched = await gather()
            guard goesOn else { return }
            switch await look(behind: watched) {
            case .ready(let shards):
                setback.isOver("The stream tells of new records again")
                wake(shards)
            case .interrupted: continue
            case .untold:
                logger.info(
                    "The service does not tell of new records; looking again and again",
                    metadata: ["interval": "\(settings.pollInterval)"])
                await poll()
            case .stale: wake(watched.map(\.shardID))
            case .trouble(let error):
                let wait = setback.met(
                    error, kind: "watch", consequence: "The stream cannot be watched; events wait in it",
                    chance: surroundings.chance)
                await bell.heard(within: wait, by: surroundings.time)
                wake(watched.map(\.shardID))  // they see for themselves
            }
        }
    }

    private var goesOn: Bool { !state.withLock(\.isClosing) && !Task.isCancelled }

    /// Waits until somebody waits; then a moment longer while others are busy, for they are mostly done at
    /// once, and one call for all is better than two.
    private func gather() async -> Watched {
        while goesOn, watched.isEmpty { await bell.heard() }
        if state.withLock({ $0.readers.values.contains { $0.iterator == nil } }) {
            let end = surroundings.time.uptime + Self.grace
            while goesOn, state.withLock({ $0.readers.values.contains { $0.iterator == nil } }) {
                let left = end - surroundings.time.uptime
                guard left > .zero else { break }
                await bell.heard(within: left, by: surroundings.time)
            }
        }
        return watched
    }

    private static let grace = Duration.milliseconds(10)

    private var watched: Watched {
        state.withLock { state in
            state.readers.compactMap { id, reader in reader.iterator.map { (id, $0) } }.sorted { $0.0 < $1.0 }
        }
    }

    private enum Finding {
        case ready([String])
        /// A reader has become idle that this call did not watch.
        case interrupted
        /// The service does not know the call.
        case untold
        /// An iterator has grown too old.
        case stale
        case trouble(any Error)
    }

    private func look(behind watched: Watched) async -> Finding {
        await withTaskGroup(of: Finding?.self) { group in
            group.addTask { await self.call(for: watched) }
            group.addTask {
                while self.goesOn, self.isAllThereIs(watched) { await self.bell.heard() }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            // What the call has found counts, even when it was about to be given up.
            let second = await group.next() ?? nil
            return first ?? second ?? .interrupted
        }
    }

    private func isAllThereIs(_ watched: Watched) -> Bool {
        let now = self.watched
        return now.allSatisfy { reader in watched.contains { $0 == reader } }
    }

    private func call(for watched: Watched) async -> Finding {
        guard !watched.isEmpty else { return .interrupted }
        do {
            let answer = try await kinesis(
                AwaitRecords(
                    streamName: settings.streamName, shardIterators: watched.map(\.iterator),
                    waitTimeSeconds: Self.longestWait))
            return .ready(answer.ready.filter(watched.indices.contains).map { watched[$0].shardID })
        } catch let error as ClientError where error.type == "UnknownOperationException" {
            return .untold
        } catch let error as ClientError where error.type == "ExpiredIteratorException" {
            return .stale
        } catch {
            return Task.isCancelled ? .interrupted : .trouble(error)
        }
    }

    private static let longestWait = 20

    private func poll() async {
        while goesOn {
            let end = surroundings.time.uptime + settings.pollInterval
            while goesOn, surroundings.time.uptime < end {
                await bell.heard(within: end - surroundings.time.uptime, by: surroundings.time)
            }
            wake(watched.map(\.shardID))
        }
    }

    private func wake(_ shards: [String]) {
        let bells = state.withLock { state in
            shards.compactMap { shard in
                state.readers[shard]?.iterator = nil
                return state.readers[shard]?.bell
            }
        }
        for bell in bells { bell.ring() }
    }
}
