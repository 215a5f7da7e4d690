import Clockwork
import Disk
import GRDB
import Logging
import ServiceLifecycle
import Synchronization
import Wire

@testable import Function

/// A function host in virtual time between a stream and a handler of the test's own. Its process may die at
/// any moment and be started again on the same files.
final class PowerHouse {
    let world: SimulatedWorld
    let stream: PaperStream
    let queue: PaperQueue
    let handler: PaperHandler
    var settings = FunctionSettings(streamName: "order-events")
    var planted: PlantedBug?
    private let directory = TemporaryDirectory()
    private let outside: SimulatedHost
    private var inside: SimulatedHost?
    private var seed: UInt64
    private let assassin = Assassin()
    private var ending = Ending()
    private var services: ServiceGroup?

    /// - Parameter waking: How readers hear of records.
    init(seed: UInt64 = 1, shards: Int = 1, waking: FunctionSettings.Waking = .watch) {
        self.seed = seed
        settings.waking = waking
        world = SimulatedWorld(seed: seed, beginning: .noon)
        outside = world.host(named: "outside")
        stream = PaperStream(shards: shards, time: outside)
        queue = PaperQueue(time: outside)
        handler = PaperHandler(time: outside)
    }

    deinit {
        kill()
    }

    /// Starts a process, which runs as soon as the world does.
    func start() throws {
        seed += 1_000
        let host = world.host(named: "function")
        let storage = Storage(
            directory: directory.path, witness: assassin,
            opened: { disk in host.onDeath { disk.close(orderly: false) } })
        let function = try FunctionHost(
            settings: settings, storage: storage, kinesis: stream, queue: queue,
            handler: handler,
            surroundings: Surroundings(time: host, chance: .seeded(seed)), logger: .silent, planted: planted)
        let services = ServiceGroup(
            configuration: .init(
                services: [.init(service: function, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [], logger: .silent))
        self.services = services
        inside = host
        // The world runs it and drops it; nobody waits for it.
        let ending = Ending()
        self.ending = ending
        Task(executorPreference: host) {
            do { try await services.run() } catch { ending.fail() }
            ending.isOver = true
        }
    }

    /// Ends the process between two of its steps.
    func kill() {
        inside?.die()
        inside = nil
    }

    func restart() throws {
        kill()
        try start()
    }

    /// Asks the process to end in order.
    func stop() {
        Task(executorPreference: outside) { [services] in await services?.triggerGracefulShutdown() }
    }

    /// True once the process has ended by itself.
    var hasEnded: Bool { ending.isOver }

    var isAlive: Bool { inside != nil }

    /// Puts another file in the place of the ledger, as a careless restore does.
    func swapFile() throws {
        try directory.swap("function.db")
    }

    /// True once the process has ended by itself, because of an error.
    var hasFailed: Bool { ending.isFailure }

    /// The process dies at a commit of its database, counted from now, and hears nothing more.
    func killAtCommit(_ number: Int, _ side: CommitPoint.Side) {
        assassin.killAt(number, side)
    }

    /// How many commits there have been.
    var commits: Int { assassin.commits }

    /// Lets the world run until `isDone` holds or the process has been killed at a commit.
    ///
    /// - Returns: True when it was `isDone` that ended it.
    @discardableResult
    func run(until isDone: () -> Bool, atMost limit: Duration = .seconds(600)) -> Bool {
        let isOver = world.run(until: { assassin.hasStruck || isDone() }, atMost: limit)
        guard assassin.hasStruck else { return isOver }
        assassin.forget()
        kill()
        return false
    }

    /// Lets time pass.
    func wait(_ span: Duration) {
        let end = world.uptime + span
        Task(executorPreference: outside) { [outside] in try? await outside.sleep(for: span) }
        run(until: { world.uptime >= end }, atMost: span + .seconds(1))
    }

    /// The rows that a question to the ledger brings, each as its columns with a bar between.
    func values(_ sql: String) throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: "\(directory.path)/function.db", configuration: configuration).read {
            db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.map { _, value in
                    switch value.storage {
                    case .null: "-"
                    case .int64(let number): "\(number)"
                    case .string(let text): text
                    case .double, .blob: "?"
                    }
                }.joined(separator: "|")
            }
        }
    }

    /// A ledger of its own, beside the host's.
    func ledger(holder: String) throws -> FunctionLedger {
        try FunctionLedger(
            of: settings.streamName, in: Storage(directory: directory.path), holder: holder, time: outside)
    }
}

/// Whether a process has ended because of an error.
private final class Ending: Sendable {
    private let failure = Mutex(false)
    private let over = Mutex(false)
    var isFailure: Bool { failure.withLock(\.self) }
    var isOver: Bool {
        get { over.withLock(\.self) }
        set { over.withLock { $0 = newValue } }
    }
    func fail() { failure.withLock { $0 = true } }
}

/// Stops a process at a commit.
private final class Assassin: CommitWitness {
    private struct State {
        var commits = 0
        var commitsToGo = 0
        var side = CommitPoint.Side.before
        var hasStruck = false
    }

    struct Killed: Error {}

    private let state = Mutex(State())

    var hasStruck: Bool { state.withLock(\.hasStruck) }
    var commits: Int { state.withLock(\.commits) }

    func forget() {
        state.withLock { $0 = State(commits: $0.commits) }
    }

    func killAt(_ number: Int, _ side: CommitPoint.Side) {
        state.withLock {
            $0.commitsToGo = number
            $0.side = side
        }
    }

    func reached(_ point: CommitPoint) throws {
        try state.withLock { state in
            if state.hasStruck { throw Killed() }
            if point.side == .before { state.commits += 1 }
            guard state.commitsToGo > 0, point.side == state.side else { return }
            state.commitsToGo -= 1
            guard state.commitsToGo == 0 else { return }
            state.hasStruck = true
            throw Killed()
        }
    }
}

extension Logger {
    static let silent = Logger(label: "function") { _ in SwiftLogNoOpLogHandler() }
}

extension Timestamp {
    static let noon = Timestamp("2026-11-22T12:00:00Z")!
}
