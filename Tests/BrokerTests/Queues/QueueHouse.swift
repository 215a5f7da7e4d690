import Clockwork
import Disk
import Foundation
import Logging
import Synchronization
import Wire

@testable import Broker

/// A broker in virtual time, and callers outside of its process. It may die at any commit and be started again on the
/// same file.
final class QueueHouse: @unchecked Sendable {  // lives on its world's thread
    let world: SimulatedWorld
    let outside: SimulatedHost
    let directory: String
    private(set) var broker: LocalBroker?
    private var inside: SimulatedHost?
    fileprivate var underWay: [ObjectIdentifier: Exchange] = [:]
    let witness = CommitSaboteur()
    private var starts: UInt64
    private let seed: UInt64
    var quietSpan = Duration.zero
    /// Nil lets everyone do everything.
    var keys: [AccessKey]?
    var permitsMoods = false
    var controlDelay = Duration.zero
    var throttlesStreams = false
    let room = Room()

    init(seed: UInt64 = 1) throws {
        self.seed = seed
        starts = seed &* 1_000
        world = SimulatedWorld(seed: seed, beginning: .noon)
        outside = world.host(named: "outside")
        directory = FileManager.default.temporaryDirectory.appending(path: "broker-\(UUID().uuidString)")
            .path()
        try start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    func start() throws {
        starts += 1
        let host = world.host(named: "broker")
        let storage = Storage(
            directory: directory, witness: witness,
            space: SpaceGauge(
                directory: directory, ballastBytes: 0, measure: { [room] in room.freeBytes }),
            opened: { disk in host.onDeath { disk.close(orderly: false) } })
        var settings = BrokerSettings(directory: directory)
        settings.writer = nil
        settings.quietSpan = quietSpan
        settings.keys = keys
        settings.permitsMoods = permitsMoods
        settings.controlDelay = controlDelay
        settings.throttlesStreams = throttlesStreams
        let broker = try LocalBroker(
            settings, storage: storage, surroundings: Surroundings(time: host, chance: .seeded(starts)),
            logger: Logger(label: "broker") { _ in SwiftLogNoOpLogHandler() })
        self.broker = broker
        inside = host
        // The world runs it and drops it; nobody waits for it.
        Task(executorPreference: host) {
            try await broker.run { try await host.sleep(for: .seconds(1_000_000)) }
        }
    }

    /// Ends the process between two of its steps; whoever waits for an answer has his connection cut.
    func kill() {
        inside?.die()
        inside = nil
        broker = nil
        let cut = underWay.values
        underWay = [:]
        for exchange in cut { exchange.end(.failure(TransportError("the connection was cut"))) }
    }

    func restart() throws {
        kill()
        try start()
    }

    /// Tells a story from outside, to its end.
    ///
    /// - Parameter span: The most virtual time that it takes.
    func play<Result: Sendable>(
        within span: Duration = .seconds(3_600),
        _ story: @escaping @Sendable (QueueCaller) async throws -> Result
    ) throws -> Result {
        let ending = Ending<Result>()
        let caller = caller()
        // The world runs it; `run` below waits for it.
        Task(executorPreference: outside) {
            do {
                ending.result = .success(try await story(caller))
            } catch {
                ending.result = .failure(error)
            }
        }
        _ = run(atMost: span) { ending.result != nil }
        guard let result = ending.result else { throw NeverEnded() }
        return try result.get()
    }

    /// Lets the world run; a broker that dies at a commit is started again at once.
    func run(atMost span: Duration = .seconds(3_600), until isDone: () -> Bool) -> Bool {
        while !world.run(
            until: { self.witness.hasStruck || isDone() }, atMost: world.uptime + span)
            || witness.hasStruck
        {
            guard witness.hasStruck else { return false }
            witness.forget()
            guard (try? restart()) != nil else { return false }
            if isDone() { return true }
        }
        return true
    }

    func caller() -> QueueCaller {
        QueueCaller(
            client: SigningClient(
                SQS.self, over: HouseTransport(house: self),
                credentials: Self.owner,
                surroundings: Surroundings(time: outside, chance: .seeded(seed)), retries: .never),
            time: outside)
    }

    /// Someone who speaks Kinesis from outside.
    func streams(as credentials: Credentials = QueueHouse.owner) -> any Client<Kinesis> {
        SigningClient(
            Kinesis.self, over: HouseTransport(house: self), credentials: credentials,
            surroundings: Surroundings(time: outside, chance: .seeded(seed)), retries: .never)
    }

    /// Someone who has records pushed.
    func pushes(as credentials: Credentials = QueueHouse.owner) -> any SubscribingClient<Kinesis> {
        SigningClient(
            Kinesis.self, over: HouseTransport(house: self), credentials: credentials,
            surroundings: Surroundings(time: outside, chance: .seeded(seed)), retries: .never)
    }

    /// Someone who puts the broker in moods.
    func control(as credentials: Credentials = QueueHouse.owner) -> any Client<BrokerControl> {
        SigningClient(
            BrokerControl.self, over: HouseTransport(house: self), credentials: credentials,
            surroundings: Surroundings(time: outside, chance: .seeded(seed)), retries: .never)
    }

    static let owner = Credentials(accessKeyID: "test", secretAccessKey: "test")

    fileprivate func answer(_ request: WireRequest) async throws -> WireResponse {
        guard let broker, let inside else { throw TransportError("nobody listens", at: .connection) }
        let exchange = Exchange(house: self)
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                exchange.begin(continuation)
                // Answered by the broker's own process, with which it may die.
                exchange.work = Task(executorPreference: inside) {
                    exchange.end(.success(await broker.answer(request)))
                }
            }
        } onCancel: {
            exchange.work?.cancel()
            exchange.end(.failure(CancellationError()))
        }
    }

    /// One request and its answer, or its end.
    fileprivate final class Exchange: @unchecked Sendable {  // lives on the world's thread
        private let house: QueueHouse
        private var waiting: UnsafeContinuation<WireResponse, any Error>?
        var work: Task<Void, Never>?

        init(house: QueueHouse) {
            self.house = house
        }

        func begin(_ continuation: UnsafeContinuation<WireResponse, any Error>) {
            waiting = continuation
            house.underWay[ObjectIdentifier(self)] = self
        }

        func end(_ result: Result<WireResponse, any Error>) {
            house.underWay[ObjectIdentifier(self)] = nil
            let continuation = waiting
            waiting = nil
            continuation?.resume(with: result)
        }
    }

    private final class Ending<Value>: @unchecked Sendable {  // lives on the world's thread
        var result: Result<Value, any Error>?
    }
}

/// What is free where the broker's file lies.
final class Room: Sendable {
    private let free = Mutex<Int64>(1 << 40)

    var freeBytes: Int64 {
        get { free.withLock(\.self) }
        set { free.withLock { $0 = newValue } }
    }
}

struct NeverEnded: Error {}

private struct HouseTransport: Transport {
    let house: QueueHouse
    var endpoint: String { "http://broker:4566" }

    func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        try await house.answer(request)
    }
}

/// Someone who speaks SQS from outside, with as few words as can be.
struct QueueCaller: Sendable {
    let client: any Client<SQS>
    let time: SimulatedHost

    @discardableResult
    func create(_ name: String, _ attributes: WireMap<String> = [:]) async throws -> String {
        var attributes = attributes
        if name.hasSuffix(".fifo") { attributes["FifoQueue"] = "true" }
        return try await client(CreateQueue(queueName: name, attributes: attributes)).queueUrl
    }

    @discardableResult
    func send(_ body: String, to queue: String, group: String? = nil, id: String? = nil, delay: Int? = nil)
        async throws -> SendMessage.Output
    {
        try await client(
            SendMessage(
                queueUrl: queue, messageBody: body, delaySeconds: delay,
                messageDeduplicationId: id ?? (group == nil || !queue.hasSuffix(".fifo") ? nil : body),
                messageGroupId: group))
    }

    func receive(
        _ queue: String, limit: Int = 10, timeout: Int? = nil, wait: Int = 0, attempt: String? = nil
    ) async throws -> [ReceivedMessage] {
        try await client(
            ReceiveMessage(
                queueUrl: queue, messageSystemAttributeNames: ["All"], messageAttributeNames: ["All"],
                maxNumberOfMessages: limit, visibilityTimeout: timeout, waitTimeSeconds: wait,
                receiveRequestAttemptId: attempt)
        ).messages ?? []
    }

    func delete(_ message: ReceivedMessage, from queue: String) async throws {
        _ = try await client(DeleteMessage(queueUrl: queue, receiptHandle: message.receiptHandle))
    }

    func hide(_ message: ReceivedMessage, in queue: String, seconds: Int) async throws {
        _ = try await client(
            ChangeMessageVisibility(
                queueUrl: queue, receiptHandle: message.receiptHandle, visibilityTimeout: seconds))
    }

    func attributes(_ queue: String, _ names: String...) async throws -> [String: String] {
        let read = try await client(
            GetQueueAttributes(queueUrl: queue, attributeNames: names.isEmpty ? ["All"] : names))
        return Dictionary(uniqueKeysWithValues: (read.attributes?.entries ?? []).map { ($0.key, $0.value) })
    }

    /// Visible, in flight and delayed.
    func counts(_ queue: String) async throws -> [Int] {
        let read = try await attributes(queue)
        return ["", "NotVisible", "Delayed"].map { Int(read["ApproximateNumberOfMessages\($0)"] ?? "") ?? -1 }
    }

    func sleep(_ span: Duration) async throws { try await time.sleep(for: span) }

    /// How long something takes in virtual time.
    func timing<Result: Sendable>(
        _ deed: @Sendable () async throws -> Result
    ) async throws -> (result: Result, took: Duration) {
        let start = time.uptime
        let result = try await deed()
        return (result, time.uptime - start)
    }
}

/// Kills a process at a commit, or lets commits fail.
final class CommitSaboteur: CommitWitness {
    private struct Plan {
        var commitsToGo = 0
        var side = CommitPoint.Side.before
        var failures = 0
        var hasStruck = false
    }

    struct Killed: Error {}

    private let plan = Mutex(Plan())
    private let seen = Mutex(0)

    var hasStruck: Bool { plan.withLock(\.hasStruck) }
    /// Commits so far.
    var commits: Int { seen.withLock(\.self) }

    func forget() {
        plan.withLock { $0 = Plan() }
    }

    /// The process dies at a commit, counted from now; nothing after it is written or told.
    func killAt(_ number: Int, _ side: CommitPoint.Side) {
        plan.withLock {
            $0.commitsToGo = number
            $0.side = side
        }
    }

    /// The next commits fail, and nothing of them is kept.
    func failCommits(_ number: Int) {
        plan.withLock { $0.failures = number }
    }

    func reached(_ point: CommitPoint) throws {
        if point.side == .before { seen.withLock { $0 += 1 } }
        try plan.withLock { plan in
            if plan.hasStruck { throw Killed() }
            if plan.failures > 0, point.side == .before {
                plan.failures -= 1
                throw DiskError.busy(file: point.file)
            }
            guard plan.commitsToGo > 0, point.side == plan.side else { return }
            plan.commitsToGo -= 1
            guard plan.commitsToGo == 0 else { return }
            plan.hasStruck = true
            throw Killed()
        }
    }
}

extension Timestamp {
    fileprivate static let noon = Timestamp(seconds: 1_764_158_400)
}
