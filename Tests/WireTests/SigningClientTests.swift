import Clockwork
import JSON
import Synchronization
import Testing

@testable import Wire

@Suite struct `A client` {
    private let script = Script()
    private let clock = BriskClock()
    private let chance = Chance.seeded(3)

    @Test func `signs what it asks, and reads the answer`() async throws {
        script.next { _ in .sqs(#"{"MessageId":"m","MD5OfMessageBody":"d","New":1}"#) }

        let output = try await client()(send)

        #expect(output.messageId == "m")
        let request = try #require(script.requests.first)
        #expect(request.method == "POST" && request.path == "/")
        #expect(request.headers["host"] == "127.0.0.1:4566")
        #expect(request.headers["x-amz-target"] == "AmazonSQS.SendMessage")
        #expect(request.headers["content-type"] == "application/x-amz-json-1.0")
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"QueueUrl":"q","MessageBody":"b"}"#)
        let verifier = Verifier(keys: [AccessKey(House.owner, policy: .everything)])
        #expect(throws: Never.self) { try verifier.verify(request, service: "sqs", now: clock.now) }
    }

    @Test func `gives each try its time, and a long poll more`() async throws {
        script.next { _ in .sqs(#"{"MessageId":"m","MD5OfMessageBody":"d"}"#) }
        script.next { _ in .sqs("{}") }
        let client = client(attemptLimit: .seconds(3))

        _ = try await client(send)
        _ = try await client(ReceiveMessage(queueUrl: "q", waitTimeSeconds: 20))

        #expect(script.timeouts == [.seconds(3), .seconds(23)])
    }

    @Test(arguments: [
        Script.Step { _ in throw TransportError("cut") }, Script.Step { _ in .sqs("", status: 500) },
        Script.Step { _ in .sqs("Bad gateway", status: 502) },
        Script.Step { _ in .sqs(#"{"__type":"com.amazon.coral.service#ServiceUnavailable"}"#, status: 503) },
        Script.Step { _ in .sqs(#"{"__type":"RequestThrottled","message":"slow down"}"#, status: 400) },
        Script.Step { _ in .sqs(#"{"__type":"ProvisionedThroughputExceededException"}"#, status: 400) },
        Script.Step { _ in .sqs(#"{"MessageId":"m"}"#) }, Script.Step { _ in .sqs("") },
        Script.Step { _ in .sqs(#"{"MessageI"#) },
        Script.Step { _ in .sqs("[]") },
        Script.Step { _ in .sqs(#"{"MessageId":7,"MD5OfMessageBody":"d"}"#) },
    ])
    func `tries again after what may pass`(step: Script.Step) async throws {
        script.next(step.answer)
        script.next { _ in .sqs(#"{"MessageId":"m","MD5OfMessageBody":"d"}"#) }

        let output = try await client()(send)

        #expect(output.messageId == "m")
        #expect(script.requests.count == 2)
        #expect(script.requests[0].body == script.requests[1].body)
    }

    @Test(arguments: [
        (400, "com.amazonaws.sqs#QueueDoesNotExist"), (403, "com.amazon.coral.service#AccessDeniedException"),
        (404, "Gone"), (413, "TooLarge"),
        (301, "Moved"),
    ])
    func `does not try again what is refused`(status: Int, type: String) async throws {
        script.next { _ in
            .sqs(
                #"{"__type":"\#(type)","message":"No."}"#, status: status,
                ["x-amzn-query-error": "Legacy;Sender"])
        }

        let error = await #expect(throws: ClientError.self) { try await client()(send) }

        guard case .refused(let refusal)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(refusal.type == type.split(separator: "#").last.map(String.init))
        #expect(refusal.message == "No." && refusal.status == status && refusal.legacyCode == "Legacy")
        #expect(script.requests.count == 1)
    }

    @Test func `gives up after three tries, and says what is known`() async throws {
        for _ in 0..<3 { script.next { _ in throw TransportError("cut") } }
        for _ in 0..<3 { script.next { _ in .sqs(#"{"__type":"RequestThrottled"}"#, status: 400) } }
        let client = client()

        let unknown = await #expect(throws: ClientError.self) { try await client(send) }
        let throttled = await #expect(throws: ClientError.self) { try await client(send) }

        #expect(script.requests.count == 6)
        guard case .unknown? = unknown, case .refused? = throttled else {
            Issue.record("\(String(describing: unknown)), \(String(describing: throttled))")
            return
        }
    }

    @Test func `takes an answer that ends early for unknown, never for a success`() async throws {
        for body in ["", "{", #"{"MessageId":"m"}"#, #"{"MessageId":"m","MD5OfMessageBody":null}"#] {
            script.next { _ in .sqs(body) }

            let error = await #expect(throws: ClientError.self) { try await client(retries: .never)(send) }

            guard case .unknown? = error else {
                Issue.record("\(body): \(String(describing: error))")
                return
            }
        }
    }

    @Test func `wants no body where there is no output`() async throws {
        script.next { _ in .sqs("") }
        script.next { _ in .sqs("anything") }
        let delete = DeleteMessage(queueUrl: "q", receiptHandle: "r")

        _ = try await client()(delete)
        _ = try await client()(delete)

        #expect(script.requests.count == 2)
    }

    @Test func `waits longer each time`() async throws {
        let retries = RetryPolicy(mostAttempts: 4)
        for _ in 0..<10 {
            for _ in 0..<3 { script.next { _ in .sqs("", status: 500) } }
            script.next { _ in .sqs(#"{"MessageId":"m","MD5OfMessageBody":"d"}"#) }
        }
        for _ in 0..<10 { _ = try? await client(retries: retries)(send) }
        let waits = clock.waits

        let limits: [Duration] = [.milliseconds(50), .milliseconds(100), .milliseconds(200)]
        #expect(waits.count == 30)
        for (place, wait) in waits.enumerated() { #expect(wait < limits[place % 3]) }
        #expect(waits.contains { $0 > .milliseconds(100) })
    }

    @Test func `waits up to a second when told to slow down`() async throws {
        for _ in 0..<20 {
            script.next { _ in .sqs(#"{"__type":"ThrottlingException"}"#, status: 400) }
            script.next { _ in .sqs(#"{"MessageId":"m","MD5OfMessageBody":"d"}"#) }
        }
        for _ in 0..<20 { _ = try await client()(send) }

        #expect(clock.waits.allSatisfy { $0 < .seconds(1) })
        #expect(clock.waits.contains { $0 > .milliseconds(500) })
    }

    @Test func `keeps retries rare while everything fails`() async throws {
        let retries = RetryPolicy()
        var tries: [Int] = []
        for _ in 0..<25 {
            for _ in 0..<3 { script.next { _ in throw TransportError("cut") } }
            let before = script.requests.count
            _ = try? await client(retries: retries)(send)
            tries.append(script.requests.count - before)
            script.clear()
        }

        // 500 tokens at 14 a retry pay for 35 of them.
        #expect(tries == Array(repeating: 3, count: 17) + [2] + Array(repeating: 1, count: 7))

        // What succeeds earns one token each; fourteen of them pay for a retry again.
        for _ in 0..<14 {
            script.next { _ in .sqs(#"{"MessageId":"m","MD5OfMessageBody":"d"}"#) }
            _ = try await client(retries: retries)(send)
        }
        for _ in 0..<2 { script.next { _ in throw TransportError("cut") } }
        let before = script.requests.count
        _ = try? await client(retries: retries)(send)
        #expect(script.requests.count - before == 2)
    }

    @Test func `gets back what a retry cost that went well`() async throws {
        let retries = RetryPolicy()
        // Far more retries than 500 tokens would pay for.
        for _ in 0..<200 {
            script.next { _ in throw TransportError("cut") }
            script.next { _ in .sqs(#"{"MessageId":"m","MD5OfMessageBody":"d"}"#) }
            _ = try await client(retries: retries)(send)
        }

        #expect(script.requests.count == 400)
    }

    @Test func `that keeps its own account tries once`() async throws {
        script.next { _ in throw TransportError("cut") }

        await #expect(throws: ClientError.self) { try await client(retries: .never)(send) }

        #expect(script.requests.count == 1)
        #expect(clock.waits.isEmpty)
    }

    @Test func `lets itself be cancelled`() async throws {
        script.next { _ in throw CancellationError() }

        await #expect(throws: CancellationError.self) { try await client()(send) }
        #expect(script.requests.count == 1)
    }

    // Clocks.

    @Test(arguments: [Duration.seconds(-7_200), .seconds(301), .seconds(86_400)])
    func `learns from a server whose clock differs, and from then on signs by it`(offset: Duration)
        async throws
    {
        let server = ServerOfTime(clock, offset: offset)
        for _ in 0..<3 { script.next(server.answer) }
        let client = client(retries: .never)

        _ = try await client(send)
        _ = try await client(send)

        #expect(script.requests.count == 3, "one lesson is enough")
        #expect(clock.waits.isEmpty)
    }

    @Test func `learns anew each time a clock jumps`() async throws {
        let server = ServerOfTime(clock, offset: .zero)
        for _ in 0..<6 { script.next(server.answer) }
        let client = client(retries: .never)

        for jump in [Duration.seconds(7_200), .seconds(-7_200), .seconds(-86_400)] {
            clock.jump(by: jump)
            server.offset.withLock { $0 -= jump }
            _ = try await client(send)
        }

        #expect(script.requests.count == 6)
    }

    @Test func `does not blame the clock for a wrong secret`() async throws {
        let server = ServerOfTime(clock, offset: .zero)
        let stranger = Credentials(accessKeyID: House.owner.accessKeyID, secretAccessKey: "wrong")
        script.next(server.answer)

        let error = await #expect(throws: ClientError.self) { try await client(credentials: stranger)(send) }

        #expect(error?.type == "InvalidSignatureException")
        #expect(script.requests.count == 1)
    }

    @Test func `corrects its clock once a call at most`() async throws {
        for hours in 1...3 {
            script.next { [clock] _ in
                .sqs(
                    #"{"__type":"InvalidSignatureException"}"#, status: 403,
                    ["date": HTTPDate.text(for: clock.now + .seconds(hours * 3_600))])
            }
        }

        await #expect(throws: ClientError.self) { try await client()(send) }

        #expect(script.requests.count == 2)
    }

    @Test func `speaks to a front in this very process`() async throws {
        let house = House()
        let surroundings = Surroundings(time: house.clock, chance: .seeded(1))
        let queue = LoopbackClient(
            SQS.self, over: LoopbackTransport(to: house.front), credentials: House.guest,
            surroundings: surroundings)
        let stream = LoopbackClient(
            Kinesis.self, over: LoopbackTransport(to: house.front), credentials: House.owner,
            region: "eu-central-1",
            surroundings: surroundings)

        let sent = try await queue(SendMessage(queueUrl: "orders.fifo", messageBody: "b"))
        _ = try await stream(PutRecord(streamName: "s", data: Blob(Array("d".utf8)), partitionKey: "k"))
        let denied = await #expect(throws: ClientError.self) {
            try await queue(SendMessage(queueUrl: "other", messageBody: "b"))
        }

        #expect(sent.messageId == "m")
        #expect(
            house.deeds == [
                "GUEST in us-east-1 at http://loopback: b", "OWNER in eu-central-1 at http://loopback: d",
            ])
        #expect(denied?.type == "AccessDeniedException")
    }

    @Test(arguments: [
        ("http://127.0.0.1:4566", "127.0.0.1:4566"),
        ("https://sqs.eu-central-1.amazonaws.com", "sqs.eu-central-1.amazonaws.com"),
        ("http://[::1]:4566/path", "[::1]:4566"), ("localhost:1", "localhost:1"),
    ])
    func `takes the host from its endpoint`(endpoint: String, host: String) {
        #expect(endpoint.authority == host)
    }

    private let send = SendMessage(queueUrl: "q", messageBody: "b")

    private func client(
        credentials: Credentials = House.owner, retries: RetryPolicy = RetryPolicy(),
        attemptLimit: Duration = .seconds(10)
    ) -> SigningClient<SQS, Script> {
        SigningClient(
            SQS.self, over: script, credentials: credentials,
            surroundings: Surroundings(time: clock, chance: chance), retries: retries,
            attemptLimit: attemptLimit)
    }
}

/// A server with a clock of its own, which verifies signatures by it.
private final class ServerOfTime: Sendable {
    private let clock: BriskClock
    let offset: Mutex<Duration>
    private let verifier = Verifier(keys: [AccessKey(House.owner, policy: .everything)])

    init(_ clock: BriskClock, offset: Duration) {
        self.clock = clock
        self.offset = Mutex(offset)
    }

    @Sendable func answer(_ request: WireRequest) -> WireResponse {
        let now = clock.now + offset.withLock { $0 }
        guard (try? verifier.verify(request, service: "sqs", now: now)) != nil else {
            return .sqs(
                #"{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"Signature expired"}"#,
                status: 403, ["date": HTTPDate.text(for: now)])
        }
        return .sqs(#"{"MessageId":"m","MD5OfMessageBody":"d"}"#)
    }
}

extension WireResponse {
    fileprivate static func sqs(_ body: String, status: Int = 200, _ headers: WireHeaders = [:])
        -> WireResponse
    {
        WireResponse(status: status, headers: headers, body: Array(body.utf8))
    }
}
