import Clockwork
import Courier
import Disk
import GRDB
import Logging
import Synchronization
import Wire

/// A courier in virtual time between a function and receivers of the test's own. Its process may die at any
/// moment and be started again on the same files.
final class PostOffice {
    let world: SimulatedWorld
    let outside: SimulatedHost
    private(set) var receivers: [String: Receiver] = [:]
    var endpoints: [Endpoint] = []
    var planted: PlantedBug?
    let directory = TemporaryDirectory()
    private var inside: SimulatedHost?
    private var courier: CourierService?
    private var seed: UInt64
    private let assassin = Assassin()
    private var ending = Ending()

    init(seed: UInt64 = 1, partners: [String] = ["crm"]) {
        self.seed = seed
        world = SimulatedWorld(seed: seed, beginning: .noon)
        outside = world.host(named: "outside")
        for partner in partners {
            receivers[partner] = Receiver(time: outside)
            endpoints.append(.sample(partner))
        }
    }

    deinit {
        kill()
    }

    var crm: Receiver { receivers["crm"]! }

    /// Starts a process, which runs as soon as the world does.
    func start(clockOffBy offset: Duration = .zero) throws {
        seed += 1_000
        let host = world.host(named: "courier")
        host.clockOffset = offset
        let storage = Storage(
            directory: directory.path, witness: assassin,
            opened: { disk in host.onDeath { disk.close(orderly: false) } })
        let receivers = receivers
        let courier = try CourierService(
            settings: CourierSettings(endpoints: endpoints), storage: storage,
            transports: { receivers[$0.name]! },
            admission: .signed(Verifier(keys: [.function, .keeper, .stranger])),
            surroundings: Surroundings(time: host, chance: .seeded(seed)), logger: .silent, planted: planted)
        self.courier = courier
        inside = host
        // The world runs it and drops it; nobody waits for it.
        let ending = Ending()
        self.ending = ending
        Task(executorPreference: host) {
            do { try await courier.run() } catch { ending.fail() }
        }
    }

    /// Ends the process between two of its steps.
    func kill() {
        inside?.die()
        inside = nil
        courier = nil
    }

    func restart() throws {
        kill()
        try start()
    }

    /// Lets the courier's clock on the wall be off.
    func turnClock(by offset: Duration) {
        inside?.clockOffset = offset
    }

    /// Puts another file in the place of the ledger, as a careless restore does.
    func swapFile() throws {
        try directory.swap("courier.db")
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

    /// Lets the world run until no delivery is open, or the process has been killed at a commit.
    ///
    /// - Returns: True when no delivery is open.
    @discardableResult
    func settle(atMost limit: Duration = .seconds(600)) -> Bool {
        let end = world.uptime + limit
        // Looking into the ledger costs more than a step does: the longer it takes, the less often.
        var pause = Duration.milliseconds(100)
        while !isQuiet {
            guard inside != nil, world.uptime < end else { return false }
            run(until: { false }, atMost: min(pause, end - world.uptime))
            pause = min(pause * 1.5, .seconds(60))
        }
        return inside != nil
    }

    /// Lets time pass.
    func wait(_ span: Duration) {
        let end = world.uptime + span
        Task(executorPreference: outside) { [outside] in try? await outside.sleep(for: span) }
        run(until: { world.uptime >= end }, atMost: span + .seconds(1))
    }

    /// Hands events over once, as a function does.
    ///
    /// - Returns: How many were new; nil when there was no answer.
    @discardableResult
    func hand(_ events: [AcceptedEvent], as key: AccessKey = .function) throws -> Int? {
        try ask(AcceptEvents(events: events), as: key)?.newEvents
    }

    /// Has events delivered to a partner again. - Returns: What became of them; nil when there was no answer.
    @discardableResult
    func replay(_ events: [AcceptedEvent], to partner: String) throws -> ReplayEvents.Output? {
        try ask(ReplayEvents(partner: partner, events: events), as: .keeper)
    }

    private func ask<Question: Wire.Operation>(_ question: Question, as key: AccessKey) throws
        -> Question.Output?
    where Question.Service == CourierIntake {
        let outcome = Outcome<Question.Output>()
        let client = SigningClient(
            CourierIntake.self, over: Line(to: courier!, on: inside!, from: outside),
            credentials: key.credentials,
            surroundings: Surroundings(time: outside, chance: .seeded(seed)), retries: .never)
        Task(executorPreference: outside) {
            do {
                outcome.result = .success(try await client(question))
            } catch {
                outcome.result = .failure(error)
            }
        }
        run(until: { outcome.result != nil }, atMost: .seconds(30))
        if case .failure(let error as ClientError)? = outcome.result {
            if case .unknown = error { return nil }
            throw error
        }
        return try outcome.result?.get()
    }

    private final class Outcome<Answer>: @unchecked Sendable {  // lives on the world's thread
        var result: Result<Answer, any Error>?
    }

    /// Hands events over until the courier has said that it has them, starting it again where it died.
    func handSurely(_ events: [AcceptedEvent]) throws {
        while true {
            if inside == nil { try start() }
            if try hand(events) != nil { return }
        }
    }

    /// True when no delivery is open.
    var isQuiet: Bool {
        (try? count("deliveries WHERE state IN ('pending','retrying')")) == 0
    }

    func count(_ table: String) throws -> Int {
        try Int(values("SELECT count(*) FROM \(table)")[0])!
    }

    private var openWindow: DatabaseQueue?

    private func window() throws -> DatabaseQueue {
        if let openWindow { return openWindow }
        var configuration = Configuration()
        configuration.readonly = true
        let window = try DatabaseQueue(path: "\(directory.path)/courier.db", configuration: configuration)
        openWindow = window
        return window
    }

    /// The rows that a question to the ledger brings, each as its columns with a bar between.
    func values(_ sql: String) throws -> [String] {
        try window().read { db in
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
}

/// Carries requests from one simulated computer to the courier's, which may die on the way.
private struct Line: Transport {
    let endpoint = "http://courier"
    let courier: CourierService
    let there: SimulatedHost
    let here: SimulatedHost

    init(to courier: CourierService, on there: SimulatedHost, from here: SimulatedHost) {
        self.courier = courier
        self.there = there
        self.here = here
    }

    func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        let answer = Mutex<WireResponse?>(nil)
        let box = Box(answer)
        let bell = Bell()
        Task(executorPreference: there) { [courier] in
            let response = await courier.answer(request)
            box.value.withLock { $0 = response }
            bell.ring()
        }
        await bell.heard(within: timeout, by: here)
        guard let response = box.value.withLock(\.self) else {
            throw TransportError("no answer", at: .patience)
        }
        return response
    }

    private final class Box: Sendable {
        let value: Mutex<WireResponse?>
        init(_ value: consuming Mutex<WireResponse?>) { self.value = value }
    }
}

/// Whether a process has ended because of an error.
private final class Ending: Sendable {
    private let failure = Mutex(false)
    var isFailure: Bool { failure.withLock(\.self) }
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

extension AccessKey {
    static let function = AccessKey(
        Credentials(accessKeyID: "function", secretAccessKey: "fs"),
        policy: AccessPolicy([.init(actions: ["courier:AcceptEvents"], resources: ["courier"])]))
    static let keeper = AccessKey(
        Credentials(accessKeyID: "keeper", secretAccessKey: "ks"),
        policy: AccessPolicy([.init(actions: ["courier:ReplayEvents"], resources: ["courier"])]))
    /// Known, but with no right to hand anything over.
    static let stranger = AccessKey(
        Credentials(accessKeyID: "stranger", secretAccessKey: "ss"),
        policy: AccessPolicy([.init(actions: ["sqs:*"], resources: ["*"])]))
}

extension Logger {
    static let silent = Logger(label: "courier") { _ in SwiftLogNoOpLogHandler() }
}

extension Timestamp {
    static let noon = Timestamp("2026-11-22T12:00:00Z")!
}
