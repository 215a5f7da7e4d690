import Clockwork
import Disk
import GRDB
import Logging
import Partners
import Synchronization
import Wire

/// A partner in virtual time, with a caller of the test's own. Its process may die and be started again on
/// the same files.
final class Household {
    static let secret = WebhookSecret(bytes: Array(0..<32))

    let world: SimulatedWorld
    let outside: SimulatedHost
    var settings = PartnerSettings(name: "crm", secrets: [secret])
    private let directory = TemporaryDirectory()
    private var inside: SimulatedHost?
    private var partner: PartnerService?
    private let seed: UInt64
    private var ending = Ending()

    init(seed: UInt64 = 1, temper: Temper = .wellBehaved) throws {
        self.seed = seed
        world = SimulatedWorld(seed: seed, beginning: .noon)
        outside = world.host(named: "outside")
        settings.temper = temper
        try start()
    }

    deinit {
        kill()
    }

    func start() throws {
        let host = world.host(named: "crm")
        let partner = try PartnerService(
            settings: settings,
            storage: Storage(
                directory: directory.path, opened: { disk in host.onDeath { disk.close(orderly: false) } }),
            admission: .signed(Verifier(keys: [.conductor])),
            surroundings: Surroundings(time: host, chance: .seeded(seed)), logger: .silent)
        self.partner = partner
        inside = host
        // The world runs it and drops it; nobody waits for it.
        let ending = Ending()
        self.ending = ending
        Task(executorPreference: host) {
            do { try await partner.run() } catch { ending.fail() }
        }
    }

    func kill() {
        inside?.die()
    }

    /// Puts another file in the place of the ledger, as a careless restore does.
    func swapFile() throws {
        try directory.swap("partner-crm.db")
    }

    /// True once the process has ended by itself, because of an error.
    var hasFailed: Bool { ending.isFailure }

    /// Sends requests one after the other.
    ///
    /// - Returns: The answers; nil for a connection that was cut.
    @discardableResult
    func send(_ requests: WireRequest...) -> [WireResponse?] {
        requests.map { request in run { partner in await partner.answer(request) } }
    }

    /// Sends a webhook at this moment and tells the status of its answer.
    @discardableResult
    func post(_ id: String = "W-1_order-note_1", body: String = Household.body) -> Int? {
        send(.webhook(id, body: body, at: world.now))[0]?.status
    }

    static let body = #"{"type":"order.note","subject":"W-1","data":{"version":1}}"#

    /// Gives the partner a temper over the wire.
    func set(_ temper: TemperDescription, for span: Duration, as key: AccessKey = .conductor) throws {
        _ = try ask(
            SetTemper(partner: "crm", temper: temper, forMilliseconds: Int(span.milliseconds)), as: key)
    }

    func describe() throws -> DescribePartner.Output {
        try ask(DescribePartner(partner: "crm"), as: .conductor)
    }

    private func ask<Op: Operation>(_ operation: Op, as key: AccessKey) throws -> Op.Output
    where Op.Service == PartnerControl {
        let surroundings = Surroundings(time: outside, chance: .seeded(1))
        return try run { partner in
            await Self.outcome(of: operation, at: partner, as: key, surroundings)
        }.get()
    }

    private static func outcome<Op: Operation>(
        of operation: Op, at partner: PartnerService, as key: AccessKey, _ surroundings: Surroundings
    ) async -> Result<Op.Output, any Error> where Op.Service == PartnerControl {
        let client = SigningClient(
            PartnerControl.self, over: LoopbackTransport { await partner.answer($0) },
            credentials: key.credentials,
            surroundings: surroundings, retries: .never)
        do {
            return .success(try await client(operation))
        } catch {
            return .failure(error)
        }
    }

    /// Lets the partner's computer do something, and the world run until it is done.
    private func run<Result: Sendable>(_ deed: @escaping @Sendable (PartnerService) async -> Result) -> Result
    {
        let outcome = Mutex<Result?>(nil)
        let box = Box(outcome)
        let partner = partner!
        Task(executorPreference: inside!) {
            let result = await deed(partner)
            box.value.withLock { $0 = result }
        }
        guard world.run(until: { box.value.withLock { $0 != nil } }) else { fatalError("the world is stuck") }
        return box.value.withLock { $0! }
    }

    /// Begins to send a webhook and waits only this long.
    func post(patience: Duration) {
        let partner = partner!
        let request = WireRequest.webhook("W-1_order-note_1", body: Self.body, at: world.now)
        Task(executorPreference: inside!) { await partner.answer(request) }
        wait(patience)
    }

    func wait(_ span: Duration) {
        let end = world.uptime + span
        Task(executorPreference: outside) { [outside] in try? await outside.sleep(for: span) }
        _ = world.run(until: { world.uptime >= end })
    }

    /// The rows that a question to the ledger brings, each as its columns with a bar between.
    func values(_ sql: String) throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: "\(directory.path)/partner-crm.db", configuration: configuration).read
        { db in
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

    private final class Box<Value: Sendable>: Sendable {
        let value: Mutex<Value?>
        init(_ value: consuming Mutex<Value?>) { self.value = value }
    }
}

/// Whether a process has ended because of an error.
private final class Ending: Sendable {
    private let failure = Mutex(false)
    var isFailure: Bool { failure.withLock(\.self) }
    func fail() { failure.withLock { $0 = true } }
}

extension WireRequest {
    /// A webhook as a courier sends it.
    static func webhook(
        _ id: String = "W-1_order-note_1", body: String = Household.body, at now: Timestamp,
        secrets: [WebhookSecret] = [Household.secret]
    ) -> WireRequest {
        let signature = WebhookSignature(id: id, moment: now, body: Array(body.utf8))
        return WireRequest(
            path: "/webhooks",
            headers: [
                "content-type": "application/json", "webhook-id": id,
                "webhook-timestamp": String(now.seconds),
                "webhook-signature": signature.header(secrets: secrets),
            ], body: Array(body.utf8))
    }
}

extension AccessKey {
    static let conductor = AccessKey(
        Credentials(accessKeyID: "conductor", secretAccessKey: "cs"),
        policy: AccessPolicy([.init(actions: ["partners:*"], resources: ["partner/*"])]))
}

extension Logger {
    static let silent = Logger(label: "partner") { _ in SwiftLogNoOpLogHandler() }
}

extension Timestamp {
    static let noon = Timestamp("2026-11-22T12:00:00Z")!
}
