import Clockwork
import Courier
import Disk
import Synchronization
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct `The way over the network` {
    private static func send(
        to url: String, guarding: AddressGuard = AddressGuard(), timeout: Duration = .seconds(10)
    ) async throws -> WireResponse {
        let network = WebhookNetwork(reaching: guarding, time: SystemTime())
        var endpoint = Endpoint.sample("crm")
        endpoint.url = try #require(EndpointURL(url))
        let request = WireRequest(
            path: endpoint.url.path,
            headers: ["host": endpoint.url.authority, "content-type": "application/json"],
            body: Array("{}".utf8))
        do {
            let response = try await network.transport(to: endpoint).send(request, timeout: timeout)
            await network.shutdown()
            return response
        } catch {
            await network.shutdown()
            throw error
        }
    }

    private static func failure(
        to url: String, guarding: AddressGuard = AddressGuard(), timeout: Duration = .seconds(10)
    ) async throws -> TransportError.Stage? {
        await #expect(throws: TransportError.self) {
            try await send(to: url, guarding: guarding, timeout: timeout)
        }?.stage
    }

    @Test func `reads 64 KiB of an answer that has no end`() async throws {
        let response = try await RawPartner.with([
            .say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
            .sayForEver("1000\r\n\(String(repeating: "x", count: 4_096))\r\n"),
        ]) { try await Self.send(to: "http://\($0)/") }

        #expect(response.status == 200 && response.body.count == 65_536)
    }

    @Test func `counts a status that came though its body never ends`() async throws {
        let response = try await RawPartner.with([
            .say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        ]) { try await Self.send(to: "http://\($0)/", timeout: .milliseconds(200)) }

        #expect(response.status == 200 && String(decoding: response.body, as: UTF8.self) == "half")
    }

    @Test func `counts a status that came though its body was cut off`() async throws {
        let response = try await RawPartner.with([
            .say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"), .hangUp,
        ]) { try await Self.send(to: "http://\($0)/") }

        #expect(response.status == 200)
    }

    static let troubles: [(deeds: [RawPartner.Deed], scheme: String, stage: TransportError.Stage)] = [
        ([], "http", .patience),
        ([.hangUp], "http", .exchange),
        (
            [.say("HTTP/1.1 200 OK\r\nx: \(String(repeating: "y", count: 1 << 20))\r\n\r\n")], "http",
            .exchange
        ),
        ([.say("not HTTP at all\r\n\r\n")], "http", .exchange),
        ([.say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")], "https", .trust),
    ]

    @Test(arguments: troubles.indices)
    func `tells how far a request came`(place: Int) async throws {
        let trouble = Self.troubles[place]

        let stage = try await RawPartner.with(trouble.deeds) { partner in
            let isSilent = trouble.deeds.isEmpty
            return try await Self.failure(
                to: "\(trouble.scheme)://\(partner)/", timeout: isSilent ? .milliseconds(200) : .seconds(10))
        }

        #expect(stage == trouble.stage)
    }

    @Test func `tells a connection that did not come about`() async throws {
        let closed = try await RawPartner.with([]) { $0 }

        #expect(try await Self.failure(to: "http://\(closed)/") == .connection)
    }

    @Test func `tells a name that nobody knows`() async throws {
        #expect(try await Self.failure(to: "http://no-such-partner.invalid/") == .name)
    }

    @Test(arguments: ["10.0.0.1", "169.254.169.254", "[fe80::1]", "[::ffff:10.0.0.1]"])
    func `ends at the guard where an address is not allowed`(host: String) async throws {
        #expect(try await Self.failure(to: "http://\(host)/") == .permission)
    }

    @Test(arguments: ["0x7f.1", "2130706433", "0177.0.0.1", "localhost"])
    func `ends at the guard however the address is spelt`(host: String) async throws {
        #expect(
            try await Self.failure(to: "http://\(host)/", guarding: AddressGuard(reach: .world))
                == .permission)
    }

    @Test func `leads to the address that was found good, under the partner's own name`() async throws {
        let hosts = Mutex<[String?]>([])
        try await Partner.with(answer: { request in
            hosts.withLock { $0.append(request.headers["host"]) }
            return WireResponse(status: 204)
        }) { port in
            let response = try await Self.send(to: "http://localhost:\(port)/")
            #expect(response.status == 204)
            #expect(hosts.withLock(\.self) == ["localhost:\(port)"])
        }
    }

    @Test func `does not follow redirects`() async throws {
        let calls = Mutex(0)
        try await Partner.with(answer: { request in
            calls.withLock { $0 += 1 }
            return WireResponse(status: 307, headers: ["location": "/elsewhere"])
        }) { port in
            let response = try await Self.send(to: "http://127.0.0.1:\(port)/webhooks")
            #expect(response.status == 307)
            #expect(calls.withLock(\.self) == 1)
        }
    }

    @Test func `carries a whole day to a partner that verifies each webhook`() async throws {
        let heard = Mutex<[String]>([])
        let done = Bell()
        let secret = Endpoint.sample("crm").secrets
        try await Partner.with(answer: { request in
            guard
                let signed = try? WebhookSignature.verify(
                    body: request.body, header: { request.headers[$0] }, secrets: secret,
                    now: SystemTime().now)
            else { return WireResponse(status: 401) }
            let count = heard.withLock { heard in
                heard.append(signed.id)
                return heard.count
            }
            if count == 60 { done.ring() }
            return count.isMultiple(of: 7) ? nil : WireResponse(status: 200)
        }) { port in
            let directory = TemporaryDirectory()
            var endpoint = Endpoint.sample("crm", patience: .fast)
            endpoint.url = try #require(EndpointURL("http://127.0.0.1:\(port)/webhooks"))
            let network = WebhookNetwork(reaching: AddressGuard(), time: SystemTime())
            let courier = try CourierService(
                settings: CourierSettings(endpoints: [endpoint]), storage: Storage(directory: directory.path),
                transports: network.transport, admission: .anonymous(region: "us-east-1"),
                surroundings: .system(), logger: .silent)
            let intake = SigningClient(
                CourierIntake.self, over: LoopbackTransport { await courier.answer($0) },
                credentials: AccessKey.function.credentials, surroundings: .system())
            let running = Task { try await courier.run() }  // awaited below

            let new = try await intake(AcceptEvents(events: AcceptedEvent.samples(orders: 20, events: 3)))
                .newEvents
            await done.heard()
            running.cancel()
            try await running.value
            await network.shutdown()

            #expect(new == 60)
            #expect(Set(heard.withLock(\.self)).count >= 52)
        }
    }
}

/// A partner that listens on a port of this machine.
private enum Partner {
    static func with(
        answer: @escaping HTTPListener.Answer, _ act: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let chosen = Chosen()
        let listener = HTTPListener(
            host: "127.0.0.1", port: 0, surroundings: .system(), logger: .silent,
            listening: { chosen.tell($0) }, answer: answer)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            try await act(await chosen.port)
            group.cancelAll()
        }
    }

    /// The port that the listener got.
    private final class Chosen: Sendable {
        private let told = Mutex(0)
        private let bell = Bell()

        func tell(_ port: Int) {
            told.withLock { $0 = port }
            bell.ring()
        }

        var port: Int {
            get async {
                await bell.heard()
                return told.withLock(\.self)
            }
        }
    }
}
