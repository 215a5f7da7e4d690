import Courier
import Testing
import Wire

@Suite struct `The intake` {
    @Test func `writes a message and a delivery for each partner before it answers`() throws {
        let office = PostOffice(partners: ["carrier", "crm", "warehouse"])
        for receiver in office.receivers.values { receiver.answer = { _, _ in .silence } }

        try office.start()
        let new = try office.hand([.sample("W-1", 1), .sample("W-2", 1)])
        office.kill()

        #expect(new == 2)
        #expect(try office.count("messages") == 2)
        #expect(
            try office.values("SELECT partner, count(*) FROM deliveries GROUP BY 1")
                == ["carrier|2", "crm|2", "warehouse|2"])
    }

    @Test func `answers a repeat alike and writes nothing`() throws {
        let office = PostOffice()
        let batch = AcceptedEvent.samples(orders: 5, events: 2)
        try office.start()
        try office.hand(batch)
        office.settle()
        let (commits, rows) = (office.commits, try office.values("SELECT * FROM deliveries"))

        let new = try office.hand(batch)
        office.wait(.seconds(60))

        #expect(new == 0)
        #expect(office.crm.arrivals.count == 10)
        #expect(try office.values("SELECT * FROM deliveries") == rows)
        #expect(office.commits <= commits + 1)
    }

    @Test func `keeps what came first under an id`() throws {
        let office = PostOffice()
        var other = AcceptedEvent.sample()
        other.payload = Blob(Array(#"{"type":"order.note"}"#.utf8))
        try office.start()

        try office.hand([.sample()])
        try office.hand([other])
        office.settle()

        #expect(office.crm.arrivals.map(\.request.body) == [AcceptedEvent.sample().payload.bytes])
    }

    @Test func `takes one event once though a call names it twice`() throws {
        let office = PostOffice()
        try office.start()

        #expect(try office.hand([.sample(), .sample()]) == 1)
    }

    private static func event(_ change: (inout AcceptedEvent) -> Void) -> AcceptedEvent {
        var event = AcceptedEvent.sample()
        change(&event)
        return event
    }

    static let unfit: [AcceptedEvent] = [
        event { $0.eventId = "" }, event { $0.eventId = "a.b" },
        event { $0.eventId = String(repeating: "x", count: 129) }, event { $0.orderNumber = "W 1" },
        event { $0.eventType = "order accepted" }, event { $0.eventType = "order..accepted" },
        event { $0.eventType = "" }, event { $0.payload = Blob([]) },
        event { $0.payload = Blob(Array("{".utf8)) },
        event { $0.payload = Blob(Array("\"".utf8) + [0xFF] + Array("\"".utf8)) },
        event { $0.payload = Blob(Array("\"\(String(repeating: "x", count: 1 << 20))\"".utf8)) },
    ]

    @Test(arguments: unfit)
    func `refuses what could not be delivered, and its neighbours with it`(_ event: AcceptedEvent) throws {
        let office = PostOffice()
        try office.start()

        let refusal = #expect(throws: ClientError.self) { try office.hand([.sample("W-9"), event]) }

        #expect(refusal?.type == "ValidationException")
        #expect(try office.count("messages") == 0)
    }

    @Test(arguments: [0, 501])
    func `refuses a call of no event or of too many`(count: Int) throws {
        let office = PostOffice()
        try office.start()

        let refusal = #expect(throws: ClientError.self) {
            try office.hand((0..<count).map { .sample("W-\($0)") })
        }

        #expect(refusal?.type == "ValidationException")
    }

    @Test func `leaves out a trace that nobody could read`() throws {
        let office = PostOffice()
        try office.start()

        try office.hand([.sample("W-1", 1, trace: "00-zz")])
        office.settle()

        #expect(office.crm.arrivals[0].request.headers["traceparent"] == nil)
    }

    @Test(arguments: [
        (AccessKey.stranger, "AccessDeniedException"),
        (
            AccessKey(Credentials(accessKeyID: "function", secretAccessKey: "wrong"), policy: .everything),
            "InvalidSignatureException"
        ),
        (
            AccessKey(Credentials(accessKeyID: "nobody", secretAccessKey: "x"), policy: .everything),
            "UnrecognizedClientException"
        ),
    ])
    func `takes nothing from strangers`(key: AccessKey, code: String) throws {
        let office = PostOffice()
        try office.start()

        let refusal = #expect(throws: ClientError.self) { try office.hand([.sample()], as: key) }

        #expect(refusal?.type == code)
        #expect(try office.count("messages") == 0)
    }

    @Test(arguments: [
        [], [Endpoint.sample("crm"), .sample("crm")], [.sample("CRM")], [.sample("")],
        [
            {
                var endpoint = Endpoint.sample("crm"); endpoint.secrets = []; return endpoint
            }()
        ],
        [
            {
                var endpoint = Endpoint.sample("crm"); endpoint.timeout = .seconds(61); return endpoint
            }()
        ],
        [
            {
                var endpoint = Endpoint.sample("crm"); endpoint.concurrency = 1; return endpoint
            }()
        ],
        [
            {
                var endpoint = Endpoint.sample("crm"); endpoint.secrets = [WebhookSecret(bytes: [1])];
                return endpoint
            }()
        ],
    ])
    func `does not begin with settings that cannot work`(endpoints: [Endpoint]) {
        let office = PostOffice(partners: ["crm"])
        office.endpoints = endpoints

        #expect(throws: CourierSettingsError.self) { try office.start() }
    }
}
