import AsyncHTTPClient
import Clockwork
import Disk
import Partners
import Synchronization
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct `Partners on their ports` {
    @Test func `share a process, each with its own port, secret and ledger`() async throws {
        let directory = TemporaryDirectory()
        let partners = try ["carrier", "crm"].enumerated().map { place, name in
            try PartnerService(
                settings: PartnerSettings(
                    name: name, secrets: [WebhookSecret(bytes: Array(UInt8(place)..<UInt8(place + 32)))]),
                storage: Storage(directory: directory.path), admission: .anonymous(region: "us-east-1"),
                surroundings: .system(), logger: .silent)
        }
        let http = NetworkTransport.makeHTTPClient()
        let ports = Ports()

        try await withThrowingTaskGroup(of: Void.self) { group in
            for partner in partners {
                let listener = listener(for: partner, telling: ports)
                group.addTask { try await partner.run() }
                group.addTask { try await listener.run() }
            }
            var statuses: [Int] = []
            for name in ["carrier", "crm"] {
                let transport = NetworkTransport(
                    endpoint: "http://127.0.0.1:\(await ports.port(of: name))", http: http)
                // The first partner's secret: the second does not believe it.
                let request = WireRequest.webhook(at: Surroundings.system().now)
                statuses.append(try await transport.send(request, timeout: .seconds(10)).status)
            }
            group.cancelAll()

            #expect(statuses == [200, 401])
        }
        try await http.shutdown()
    }

    private func listener(for partner: PartnerService, telling ports: Ports) -> HTTPListener {
        HTTPListener(
            host: "127.0.0.1", port: 0, surroundings: .system(), logger: .silent,
            listening: { ports.tell($0, of: partner.name) }, answer: { await partner.answer($0) })
    }

    @Test func `cut the connection when they forget`() async throws {
        let directory = TemporaryDirectory()
        var settings = PartnerSettings(name: "crm", secrets: [Household.secret])
        settings.temper = .forgetful(percent: 100)
        let partner = try PartnerService(
            settings: settings, storage: Storage(directory: directory.path),
            admission: .anonymous(region: "us-east-1"),
            surroundings: .system(), logger: .silent)
        let http = NetworkTransport.makeHTTPClient()
        let ports = Ports()

        await withThrowingTaskGroup(of: Void.self) { group in
            let listener = listener(for: partner, telling: ports)
            group.addTask { try await partner.run() }
            group.addTask { try await listener.run() }
            let transport = NetworkTransport(
                endpoint: "http://127.0.0.1:\(await ports.port(of: "crm"))", http: http)

            let failure = await #expect(throws: TransportError.self) {
                try await transport.send(.webhook(at: Surroundings.system().now), timeout: .seconds(10))
            }
            group.cancelAll()

            #expect(failure?.stage == .exchange)
        }
        try await http.shutdown()
    }
}

/// The ports that listeners got.
private final class Ports: Sendable {
    private let told = Mutex<[String: Int]>([:])
    private let bell = Bell()

    func tell(_ port: Int, of name: String) {
        told.withLock { $0[name] = port }
        bell.ring()
    }

    func port(of name: String) async -> Int {
        while true {
            if let port = told.withLock({ $0[name] }) { return port }
            await bell.heard()
        }
    }
}
