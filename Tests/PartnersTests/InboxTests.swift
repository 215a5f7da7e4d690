import Clockwork
import Testing
import Wire

@testable import Partners

@Suite struct `A partner` {
    @Test func `keeps a webhook before it answers, and notes its answer`() throws {
        let house = try Household()

        #expect(house.post() == 200)
        house.wait(.milliseconds(10))

        #expect(
            try house.values(
                "SELECT event_id, order_number, event_type, answered_status, first_time FROM received")
                == ["W-1_order-note_1|W-1|order.note|200|1"])
        #expect(
            try house.values("SELECT received_at, length(body_sha256) FROM received")
                == ["2026-11-22T12:00:00.000Z|64"])
    }

    @Test func `answers a repeat alike, and knows it for one`() throws {
        let house = try Household()

        let statuses = [house.post(), house.post("W-2_order-note_1"), house.post()]

        #expect(statuses == [200, 200, 200])
        #expect(
            try house.values("SELECT event_id, first_time FROM received ORDER BY receipt_id")
                == ["W-1_order-note_1|1", "W-2_order-note_1|1", "W-1_order-note_1|0"])
        #expect(
            try house.values("SELECT event_id, receipts, repeats, bodies FROM inbox ORDER BY event_id")
                == ["W-1_order-note_1|2|1|1", "W-2_order-note_1|1|0|1"])
    }

    @Test func `knows a repeat after its own death, too`() throws {
        let house = try Household()
        house.post()
        house.kill()

        try house.start()
        house.post()

        #expect(try house.values("SELECT first_time FROM received ORDER BY receipt_id") == ["1", "0"])
    }

    @Test func `ends the process when another file lies in its place`() throws {
        let house = try Household()
        house.wait(.seconds(5))
        #expect(!house.hasFailed)
        try house.swapFile()

        house.wait(.seconds(2))

        #expect(house.hasFailed)
    }

    @Test func `leaves open what it answered when it died in between`() throws {
        let house = try Household(temper: .slow(.seconds(5)))

        house.post(patience: .seconds(1))
        house.kill()

        #expect(try house.values("SELECT answered_status, first_time FROM received") == ["-|1"])
    }

    static let strange: [(String, @Sendable (inout WireRequest) -> Void)] = [
        ("no signature", { $0.headers["webhook-signature"] = nil }),
        ("no id", { $0.headers["webhook-id"] = nil }),
        ("no time", { $0.headers["webhook-timestamp"] = nil }),
        ("another id", { $0.headers["webhook-id"] = "W-2_order-note_1" }),
        ("another time", { $0.headers["webhook-timestamp"] = "\(Timestamp.noon.seconds + 1)" }),
        ("another body", { $0.body.append(UInt8(ascii: " ")) }),
        ("too old", { $0 = .webhook(at: .noon - .seconds(301)) }),
        ("too new", { $0 = .webhook(at: .noon + .seconds(301)) }),
        ("another secret", { $0 = .webhook(at: .noon, secrets: [WebhookSecret(bytes: Array(1..<33))]) }),
        ("no secret", { $0 = .webhook(at: .noon, secrets: []) }),
    ]

    @Test(arguments: strange.indices)
    func `does not believe what was not signed, and writes nothing about it`(place: Int) throws {
        let house = try Household()
        var request = WireRequest.webhook(at: .noon)
        Self.strange[place].1(&request)

        let answer = house.send(request)[0]

        #expect(answer?.status == 401, "\(Self.strange[place].0)")
        #expect(
            try house.values("SELECT * FROM received UNION ALL SELECT *, 1, 1, 1, 1 FROM refusals").isEmpty)
    }

    @Test func `believes each of its keys while they are exchanged`() throws {
        let house = try Household()
        let old = WebhookSecret(bytes: Array(1..<33))

        let answers = house.send(
            .webhook("a", at: .noon, secrets: [old, Household.secret]), .webhook("b", at: .noon))

        #expect(answers.map { $0?.status } == [200, 200])
    }

    @Test(arguments: ["", "{", "[]", #"{"type":"order.note"}"#, #"{"subject":"W-1"}"#, "\u{FFFD}"])
    func `refuses a signed body that is no event`(body: String) throws {
        let house = try Household()

        #expect(house.post("x", body: body) == 400)
        #expect(try house.values("SELECT answered_status FROM refusals") == ["400"])
        #expect(try house.values("SELECT * FROM received").isEmpty)
    }

    @Test func `takes webhooks in one place, by one method`() throws {
        let house = try Household()
        var elsewhere = WireRequest.webhook(at: .noon)
        elsewhere.path = "/"
        var otherwise = WireRequest.webhook(at: .noon)
        otherwise.method = "PUT"

        #expect(house.send(elsewhere, otherwise).map { $0?.status } == [404, 405])
        #expect(try house.values("SELECT * FROM received").isEmpty)
    }
}
