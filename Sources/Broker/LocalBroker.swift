import Clockwork
import Crypto
import Disk
import Foundation
import GRDB
import Logging
import ServiceLifecycle
import Wire

/// A whole SQS and Kinesis on one SQLite file, behind one address.
///
/// Any AWS SDK works against it once its endpoint is set. What it has acknowledged is on disk.
///
///     let broker = try LocalBroker(BrokerSettings(directory: "data"))
///     try await ServiceGroup(services: [broker], logger: logger).run()
public final class LocalBroker: Service {
    private let settings: BrokerSettings
    private let surroundings: Surroundings
    private let logger: Logger
    private let disk: Disk
    private let reader: Disk.Reader
    private let commit: GroupCommit
    private let queues: QueueDesk
    private let streams: StreamDesk
    private let front: WireFront
    /// Told the port as soon as callers are served.
    private let listening: @Sendable (Int) async throws -> Void

    /// Opens the broker's file and loads what it needs to know.
    ///
    /// - Throws: An error that says what to do when the file is in use, damaged, or cannot be had.
    public convenience init(
        _ settings: BrokerSettings, logger: Logger,
        listening: @escaping @Sendable (Int) async throws -> Void = { _ in }
    ) throws {
        try self.init(
            settings, storage: Storage(directory: settings.directory), surroundings: .system(),
            logger: logger,
            listening: listening)
    }

    package init(
        _ settings: BrokerSettings, storage: Storage, surroundings: Surroundings, logger: Logger,
        listening: @escaping @Sendable (Int) async throws -> Void = { _ in }
    ) throws {
        guard settings.isLoopback || settings.keys != nil else {
            throw BrokerSettings.Fault.anonymousOffLoopback
        }
        self.settings = settings
        // Deadlines must not move with a wall clock that jumps.
        var steady = surroundings
        steady.time = SteadyTime(surroundings.time)
        self.surroundings = steady
        self.logger = logger
        self.listening = listening
        disk = try storage.open("broker.db", schema: Self.schema, checkpoints: .betweenCommits)
        reader = try disk.reader()
        commit = GroupCommit(disk: disk)
        let seal = try disk.write { try Self.seal(in: $0, chance: surroundings.chance) }
        let moods =
            settings.permitsMoods
            ? Moods(time: self.surroundings.time, logger: logger, struck: settings.moodStruck) : nil
        queues = try QueueDesk(
            settings: QueueDesk.Settings(account: settings.account, quietSpan: settings.quietSpan),
            commit: commit, reader: reader, surroundings: self.surroundings,
            seal: seal, moods: moods)
        streams = try StreamDesk(
            settings: StreamDesk.Settings(
                account: settings.account, mostShards: settings.mostShards,
                controlDelay: settings.controlDelay, throttles: settings.throttlesStreams),
            commit: commit, reader: reader, surroundings: self.surroundings,
            seal: seal, moods: moods)
        var front = WireFront(
            admission: settings.keys.map { .signed(Verifier(keys: $0)) }
                ?? .anonymous(region: settings.region),
            surroundings: surroundings, logger: logger)
        front.attend(queues.operations)
        front.attend(streams.operations)
        var control = MoodDesk(
            moods: moods, throttled: queues.operations.operations + streams.operations.operations,
            time: self.surroundings.time
        ).operations
        control.on(RedriveMessages.self) { [queues] in try await queues.redrive($0, for: $1) }
        control.on(EditMessage.self) { [queues] in try await queues.edit($0, for: $1) }
        control.on(DiscardMessages.self) { [queues] in try await queues.discard($0, for: $1) }
        front.attend(control)
        self.front = front
    }

    /// Answers one request, as the listener does.
    public func answer(_ request: WireRequest) async -> WireResponse {
        if let health = Health.answer(request, isReady: nil) { return health }
        return await front.answer(request)
    }

    /// Serves until graceful shutdown.
    public func run() async throws {
        try await run { [self] in
            try await HTTPListener(
                host: settings.host, port: settings.port, limits: settings.limits, threads: settings.threads,
                surroundings: surroundings, logger: logger, listening: listening,
                stopping: { [queues, streams] in
                    queues.stopWaiting()
                    streams.stopWaiting()
                },
                answer: { [self] in await answer($0) }
            ).run()
        }
    }

    /// Keeps commits, timers and expiry going while `serve` runs: all of ``run()`` except the listener.
    package func run(while serve: @escaping @Sendable () async throws -> Void) async throws {
        let (commit, queues, streams) = (commit, queues, streams)
        try await withThrowingTaskGroup { group in
            group.addTask { [writer = settings.writer] in
                if let writer {
                    await withTaskExecutorPreference(writer) { await commit.run() }
                } else {
                    await commit.run()
                }
            }
            group.addTask { await queues.keepTime() }
            group.addTask { await queues.carryMoves() }
            group.addTask { await streams.trim() }
            group.addTask { await streams.keepTime() }
            group.addTask { [disk, surroundings, logger] in
                await disk.keepWatch(by: surroundings.time, logger: logger)
            }
            do {
                try await serve()
            } catch {
                commit.stop()
                group.cancelAll()
                throw error
            }
            commit.stop()
            group.cancelAll()
        }
        reader.close()
        disk.close()
    }

    private static var schema: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("the broker's own secret") { db in
            try db.execute(
                sql:
                    "CREATE TABLE broker_secrets (name TEXT PRIMARY KEY, secret BLOB NOT NULL) STRICT, WITHOUT ROWID"
            )
        }
        QueueStore.addMigrations(to: &migrator)
        StreamStore.addMigrations(to: &migrator)
        return migrator
    }

    /// The key under which iterators and receipt handles are sealed; it outlives restarts, and so do they.
    private static func seal(in db: Database, chance: Chance) throws -> SymmetricKey {
        if let kept = try Data.fetchOne(db, sql: "SELECT secret FROM broker_secrets WHERE name = 'seal'") {
            return SymmetricKey(data: kept)
        }
        let drawn = chance.draw { random in
            Data((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        }
        try db.execute(sql: "INSERT INTO broker_secrets VALUES ('seal', ?)", arguments: [drawn])
        return SymmetricKey(data: drawn)
    }
}
