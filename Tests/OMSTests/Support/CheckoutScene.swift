import Clockwork
import Disk
import GRDB
import Logging
import Orders
import Synchronization
import Wire

@testable import OMS

/// A coupled OMS with two partners, a warehouse and a carrier, and a shop that tries once.
final class CheckoutScene: Sendable {
    static let secret = WebhookSecret(bytes: Array(1...32))

    let partners = [PartnerDouble(), PartnerDouble()]
    let witness = Striker()
    private let directory = TemporaryDirectory()
    private let house = Mutex<(oms: CoupledOrderManagement, disk: Disk)?>(nil)
    /// Noon, at which it stays.
    private let surroundings: Surroundings

    init() {
        surroundings = Surroundings(
            time: SimulatedWorld(seed: 1, beginning: .noon).host(named: "oms"), chance: .seeded(1))
        try! restart()
    }

    deinit {
        house.withLock { $0?.disk.close() }
    }

    /// A new process on the same file, after the death of the one before.
    func restart() throws {
        let opened = Mutex<Disk?>(nil)
        house.withLock { $0?.disk.close(orderly: false) }
        let partners = zip(["warehouse", "carrier"], partners).map { name, partner in
            CoupledPartner(name: name, path: "/webhooks", secret: Self.secret, transport: partner)
        }
        let oms = try CoupledOrderManagement(
            partners: partners,
            storage: Storage(
                directory: directory.path, witness: witness, opened: { disk in opened.withLock { $0 = disk } }
            ),
            admission: .anonymous(region: "us-east-1"), surroundings: surroundings,
            logger: Logger(label: "oms") { _ in SwiftLogNoOpLogHandler() })
        let disk = opened.withLock(\.self)!
        house.withLock { $0 = (oms, disk) }
    }

    @discardableResult
    func place(_ order: Order) async throws -> PlaceOrder.Output { try await place(order.text) }

    private func place(_ document: String) async throws -> PlaceOrder.Output {
        let oms = house.withLock { $0!.oms }
        let client = SigningClient(
            Checkout.self, over: LoopbackTransport { await oms.answer($0) },
            credentials: Credentials(accessKeyID: "shop", secretAccessKey: "secret"),
            surroundings: surroundings, retries: .never)
        return try await client(PlaceOrder(document: document))
    }

    /// What the shop is told; nil when it is told yes.
    func refusal(of order: Order) async -> String? { await refusal(of: order.text) }

    func refusal(of document: String) async -> String? {
        do {
            _ = try await place(document)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Each row that a query on `orders.db` finds, asked as a stranger would.
    func values(_ sql: String) throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        let connection = try DatabaseQueue(path: "\(directory.path)/orders.db", configuration: configuration)
        defer { try? connection.close() }
        return try connection.read { try String.fetchAll($0, sql: sql) }
    }
}

/// A partner at the other end of a wire: notes what reaches it, and answers as the test says.
final class PartnerDouble: Transport {
    typealias Answer = @Sendable (_ timeout: Duration) async throws -> Int

    let endpoint = "http://127.0.0.1:9000"
    private let state = Mutex<(requests: [WireRequest], answer: Answer)>(([], { _ in 200 }))

    var requests: [WireRequest] { state.withLock(\.requests) }
    /// The ids of the webhooks that came.
    var heard: [String] { requests.compactMap { $0.headers["webhook-id"] } }
    /// A status, or what is thrown instead.
    var answer: Answer {
        get { state.withLock(\.answer) }
        set { state.withLock { $0.answer = newValue } }
    }

    func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        state.withLock { $0.requests.append(request) }
        return WireResponse(status: try await answer(timeout))
    }
}

/// Strikes at the next commit of an order, once.
final class Striker: CommitWitness {
    private let blow = Mutex<(side: CommitPoint.Side, error: any Error & Sendable)?>(nil)

    func strike(_ side: CommitPoint.Side, with error: any Error & Sendable) {
        blow.withLock { $0 = (side, error) }
    }

    func reached(_ point: CommitPoint) throws {
        let error = blow.withLock { blow -> (any Error)? in
            guard let struck = blow, struck.side == point.side else { return nil }
            blow = nil
            return struck.error
        }
        if let error { throw error }
    }
}
