import Clockwork
import Courier
import Testing
import Wire

@Suite struct `A delivery` {
    @Test func `is signed, and carries what the function handed over byte for byte`() throws {
        let office = PostOffice()
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let event = AcceptedEvent.sample("W-1", 1, trace: trace)

        try office.start()
        try office.hand([event])
        office.settle()

        let request = try #require(office.crm.arrivals.first?.request)
        let signed = try WebhookSignature.verify(
            body: request.body, header: { request.headers[$0] }, secrets: office.endpoints[0].secrets,
            now: office.world.now)
        #expect(signed.id == event.eventId)
        #expect(request.body == event.payload.bytes)
        #expect(request.method == "POST" && request.path == "/webhooks")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["webhook-attempt"] == "1")
        #expect(request.headers["traceparent"] == trace)
        #expect(
            try office.values("SELECT state, attempts, last_status FROM deliveries") == ["delivered|1|200"])
    }

    @Test func `goes out at once`() throws {
        let office = PostOffice()

        try office.start()
        try office.hand([.sample()])
        office.run(until: { office.crm.arrivals.count == 1 })

        #expect(office.world.uptime < .milliseconds(1))
    }

    @Test func `is the same on each attempt, but for its number and the time of its signature`() throws {
        let office = PostOffice()
        office.crm.answer = { _, number in .status(number < 3 ? 500 : 200) }

        try office.start()
        try office.hand([.sample()])
        office.settle()

        let arrivals = office.crm.arrivals
        #expect(arrivals.map(\.attempt) == [1, 2, 3])
        #expect(Set(arrivals.map(\.id)).count == 1)
        #expect(Set(arrivals.map(\.request.body)).count == 1)
        for arrival in arrivals {
            #expect(throws: Never.self) {
                try WebhookSignature.verify(
                    body: arrival.request.body, header: { arrival.request.headers[$0] },
                    secrets: office.endpoints[0].secrets, now: .noon + arrival.at)
            }
        }
    }

    @Test func `is signed with every key while keys are exchanged`() throws {
        let office = PostOffice()
        let old = WebhookSecret(bytes: Array(32..<64))
        office.endpoints[0].secrets.append(old)

        try office.start()
        try office.hand([.sample()])
        office.settle()

        let request = office.crm.arrivals[0].request
        #expect(request.headers["webhook-signature"]?.split(separator: " ").count == 2)
        #expect(throws: Never.self) {
            try WebhookSignature.verify(
                body: request.body, header: { request.headers[$0] }, secrets: [old], now: .noon)
        }
    }

    @Test func `has its ten attempts at the times of the schedule, and is parked after the last`() throws {
        let office = PostOffice()
        office.crm.answer = { _, _ in .status(500) }

        try office.start()
        try office.hand([.sample()])
        office.settle(atMost: .seconds(6 * 86_400))

        let moments = office.crm.arrivals.map(\.at)
        let waits = zip(moments.dropFirst(), moments).map { $0 - $1 }
        let planned = (2...10).compactMap { RetrySchedule.standard.wait(beforeAttempt: $0) }
        try #require(waits.count == 9)
        for (wait, plan) in zip(waits, planned) {
            #expect(wait >= plan * 0.8 && wait <= plan * 1.2 + .milliseconds(5))
        }
        #expect(Set(waits.indices.map { waits[$0] / planned[$0] }).count > 5)  // jitter, each its own
        #expect(
            try office.values("SELECT state, attempts, parked_reason FROM deliveries")
                == ["parked|10|gave up after 10 attempts, the last with status 500"])
        #expect(try office.count("delivery_attempts WHERE class = 'http_5xx'") == 10)
    }

    @Test func `is on record before it is made`() throws {
        let office = PostOffice()
        office.crm.answer = { _, _ in .status(200, after: .seconds(5)) }

        try office.start()
        try office.hand([.sample()])
        office.run(until: { office.crm.arrivals.count == 1 })

        #expect(try office.values("SELECT attempt, class FROM delivery_attempts") == ["1|-"])
        #expect(try office.values("SELECT under_way FROM partner_lanes") == ["1"])
    }

    /// What one answer comes to: the class in the log, the delivery's state, and when the next attempt is
    /// made.
    struct Case: Sendable, CustomTestStringConvertible {
        let answer: @Sendable () -> Receiver.Answer
        let attemptClass: String
        let state: String
        var next: ClosedRange<Double>?
        let testDescription: String
    }

    private static func on(
        _ status: Int, _ headers: WireHeaders = [:], logs attemptClass: String,
        leaves state: String = "retrying",
        next: ClosedRange<Double>? = nil
    ) -> Case {
        Case(
            answer: { .status(status, headers) }, attemptClass: attemptClass, state: state,
            next: state == "retrying" ? next ?? bySchedule : nil,
            testDescription: "\(status) \(headers.fields.map { "\($0.name): \($0.value)" })")
    }

    private static func on(_ stage: TransportError.Stage, logs attemptClass: String) -> Case {
        Case(
            answer: { .fail(stage) }, attemptClass: attemptClass, state: "retrying", next: bySchedule,
            testDescription: "\(stage)")
    }

    private static let bySchedule = 4...6.1

    static let cases: [Case] = [
        on(200, logs: "ok", leaves: "delivered"),
        on(204, logs: "ok", leaves: "delivered"),
        on(200, ["webhook-delivery": "disable"], logs: "ok", leaves: "delivered"),
        on(200, ["webhook-delivery": "abort-message"], logs: "ok", leaves: "parked"),
        on(301, ["location": "http://169.254.169.254/"], logs: "redirect"),
        on(410, logs: "gone", leaves: "parked"),
        on(429, ["retry-after": "100"], logs: "rate_limited", next: 100...100.1),
        on(503, ["retry-after": "100"], logs: "http_5xx", next: 100...100.1),
        on(503, ["retry-after": "Sun, 22 Nov 2026 12:02:00 GMT"], logs: "http_5xx", next: 119...120.1),
        on(503, ["retry-after": "1"], logs: "http_5xx"),
        on(503, ["retry-after": "soon"], logs: "http_5xx"),
        on(503, ["retry-after": "-5"], logs: "http_5xx"),
        on(503, ["retry-after": "31536000"], logs: "http_5xx", next: 86_400...86_400.1),
        on(503, logs: "http_5xx"),
        on(429, logs: "rate_limited", next: 60...60.1),
        on(502, logs: "http_5xx", next: 60...60.1),
        on(504, logs: "http_5xx", next: 60...60.1),
        on(400, logs: "http_4xx"), on(401, logs: "http_4xx"), on(403, logs: "http_4xx"),
        on(404, logs: "http_4xx"), on(413, logs: "http_4xx"), on(422, logs: "http_4xx"),
        on(500, logs: "http_5xx"), on(599, logs: "http_5xx"),
        on(.patience, logs: "timeout"), on(.connection, logs: "connect"), on(.exchange, logs: "connect"),
        on(.name, logs: "dns"), on(.trust, logs: "tls"), on(.permission, logs: "blocked"),
    ]

    @Test(arguments: cases)
    func `goes on as its answer says`(_ example: Case) throws {
        let office = PostOffice()
        office.crm.answer = { _, number in number == 1 ? example.answer() : .status(200) }

        try office.start()
        try office.hand([.sample()])
        office.run(until: { (try? office.count("delivery_attempts WHERE class IS NOT NULL")) == 1 })

        #expect(try office.values("SELECT class FROM delivery_attempts") == [example.attemptClass])
        #expect(try office.values("SELECT state FROM deliveries") == [example.state])
        guard let next = example.next else { return }
        office.run(until: { office.crm.arrivals.count == 2 }, atMost: .seconds(90_000))
        #expect(next.contains((office.crm.arrivals[1].at - office.crm.arrivals[0].at).fractionalSeconds))
    }

    @Test func `ends with 4xx where that is final`() throws {
        let office = PostOffice()
        office.endpoints[0].clientErrorsAreFinal = true
        office.crm.answer = { _, _ in .status(422) }

        try office.start()
        try office.hand([.sample()])
        office.settle()

        #expect(office.crm.arrivals.count == 1)
        #expect(
            try office.values("SELECT state, parked_reason FROM deliveries")
                == ["parked|refused with status 422, which is final here"])
    }

    @Test func `takes no longer than the endpoint's limit`() throws {
        let office = PostOffice()
        office.endpoints[0].timeout = .seconds(7)
        office.crm.answer = { _, number in number == 1 ? .silence : .status(200) }

        try office.start()
        try office.hand([.sample()])
        office.settle()

        #expect(
            try office.values("SELECT class, duration_ms FROM delivery_attempts WHERE attempt = 1")
                == ["timeout|7000"])
    }

    @Test func `keeps the beginning of the answer, and none of it where there is none`() throws {
        let office = PostOffice()
        office.crm.answer = { _, number in
            let body = number == 1 ? [UInt8](repeating: UInt8(ascii: "x"), count: 60_000) : []
            return .respond(WireResponse(status: number == 1 ? 500 : 200, body: body), after: .zero)
        }

        try office.start()
        try office.hand([.sample()])
        office.settle()

        #expect(
            try office.values("SELECT length(response_excerpt) FROM delivery_attempts ORDER BY attempt_id")
                == ["20000", "-"])
    }
}
