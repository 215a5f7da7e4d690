import Clockwork
import Disk
import Logging
import Orders
import ServiceLifecycle
import Synchronization
import Wire

/// Wakes a handler on the records of a stream: one reader for each shard, parents before children.
package final class FunctionHost: Service {
    private let settings: FunctionSettings
    private let ledger: FunctionLedger
    private let kinesis: any SubscribingClient<Kinesis>
    private let handler: any BatchHandler
    private let surroundings: Surroundings
    private let planted: PlantedBug?
    private let logger: Logger
    private let watch: StreamWatch
    private let teller: GapTeller
    private let bell = Bell()
    private let state = Mutex(State())

    private struct State {
        /// What ends the readers, by shard, as long as they run.
        var readers: [String: StopSignal] = [:]
        var isClosing = false
    }

    /// - Parameter queue: Of messages to the OMS. Retries of its own are welcome.
    /// - Throws: ``FunctionSettingsError``, or `DiskError` when the ledger cannot be opened.
    package init(
        settings: FunctionSettings, storage: Storage, kinesis: any SubscribingClient<Kinesis>,
        queue: any Client<SQS>, handler: any BatchHandler, surroundings: Surroundings, logger: Logger,
        planted: PlantedBug? = nil
    ) throws {
        try settings.check()
        self.settings = settings
        ledger = try FunctionLedger(
            of: settings.streamName, in: storage, holder: surroundings.chance.uuid(), time: surroundings.time)
        self.kinesis = kinesis
        self.handler = handler
        self.surroundings = surroundings
        self.planted = planted
        var logger = logger
        logger[metadataKey: "stream"] = "\(settings.streamName)"
        self.logger = logger
        watch = StreamWatch(
            settings: settings, kinesis: kinesis, surroundings: surroundings, logger: logger)
        teller = GapTeller(
            queueName: settings.gapQueue, queue: queue, ledger: ledger, surroundings: surroundings,
            logger: logger)
    }

    /// Reads until graceful shutdown; then finishes the batches under way.
    ///
    /// - Throws: `DiskError` when another file lies in the ledger's place; the process should end.
    package func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.read() }
                group.addTask {
                    try await self.ledger.keepWatch(by: self.surroundings.time, logger: self.logger)
                }
                try await group.next()  // reading ends by itself and the watch with it; an error ends both
                group.cancelAll()
            }
            ledger.close()
        } catch {
            ledger.close(orderly: false)
            throw error
        }
    }

    private func read() async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.watch.run() }
                group.addTask { await self.teller.run() }
                await self.keepReaders(in: &group)
                self.close()  // the watch ends with the readers, also when all this was cancelled
            }
        } onGracefulShutdown: {
            self.close()
        }
    }

    private func close() {
        let readers = state.withLock { state in
            state.isClosing = true
            return state.readers.values
        }
        for reader in readers { reader.give() }
        watch.close()
        teller.close()
        bell.ring()
    }

    private var goesOn: Bool { !state.withLock(\.isClosing) && !Task.isCancelled }

    /// Begins a reader for every shard that may be read, and looks again whenever a shard has ended.
    private func keepReaders(in group: inout DiscardingTaskGroup) async {
        var setback = Setback(backoff: Backoff(), logger: logger)
        while goesOn {
            do {
                let family = ShardFamily(try await kinesis.shards(of: settings.streamName))
                let consumer = try await consumer()
                let beingRead = state.withLock { Set($0.readers.keys) }
                for shardID in family.forgotten(of: try ledger.unfinishedShards())
                where !beingRead.contains(shardID) { try passOver(shardID) }
                let finished = try ledger.finishedShards()
                for shardID in family.readable(finished: finished, beingRead: beingRead) {
                    begin(shardID, pushedTo: consumer, in: &group)
                }
                setback.isOver("The stream is there")
                await bell.heard()
            } catch {
                guard goesOn else { return }
                let wait = setback.met(
                    error, kind: "shards",
                    consequence: "The stream cannot be looked at; no further shard is read",
                    chance: surroundings.chance)
                await bell.heard(within: wait, by: surroundings.time)
            }
        }
    }

    /// Ends a shard that the stream has forgotten before it was known to be read to its end. What was left in it has
    /// expired unread, and whoever put it there should know.
    private func passOver(_ shardID: String) throws {
        let (lease, checkpoint) = try ledger.take(shardID)
        let gap = StreamGap(
            stream: settings.streamName, shardID: shardID, after: checkpoint ?? "0", before: nil)
        let isNew = planted == .gapKeptQuiet ? false : try ledger.note(gap, under: lease)
        try ledger.finish(under: lease)
        guard isNew else { return }
        logger.error(
            "Gap: a shard has expired, and events in it may have, unread",
            metadata: ["shard": "\(shardID)", "after": "\(gap.after)"])
        teller.bell.ring()
    }

    /// - Parameter consumer: The ARN to which records are pushed; nil where readers ask for them.
    private func begin(
        _ shardID: String, pushedTo consumer: String?, in group: inout DiscardingTaskGroup
    ) {
        let stop = StopSignal(time: surroundings.time)
        let isNew = state.withLock { state in
            guard state.readers[shardID] == nil, !state.isClosing else { return false }
            state.readers[shardID] = stop
            return true
        }
        guard isNew else { return }
        let reader = ShardReader(
            shardID: shardID, settings: settings,
            source: { self.source(of: shardID, pushedTo: consumer, until: stop) }, handler: handler,
            ledger: ledger, gaps: teller.bell, until: stop, surroundings: surroundings, planted: planted,
            logger: logger)
        watch.enter(shardID, bell: stop.bell)
        group.addTask {
            await reader.run()
            self.watch.leave(shardID)
            self.state.withLock { $0.readers[shardID] = nil }
            self.bell.ring()
        }
    }

    private func source(
        of shardID: String, pushedTo consumer: String?, until stop: StopSignal
    ) -> any RecordSource {
        if let consumer {
            PushedSource(
                of: shardID, to: consumer, kinesis: kinesis, time: surroundings.time, until: stop)
        } else {
            PolledSource(of: shardID, settings: settings, kinesis: kinesis, watch: watch, until: stop)
        }
    }

    private func consumer() async throws -> String? {
        guard settings.waking == .push else { return nil }
        return try await StreamConsumer(
            name: settings.consumerName, streamName: settings.streamName, kinesis: kinesis
        ).enlist()
    }
}
