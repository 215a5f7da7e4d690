import Clockwork
import Testing
import Wire

/// Source of the first vector: Standard Webhooks 1.0.0, test suite of its libraries; of the others: PyPI
/// `standardwebhooks` 1.1.0, run by hand.
@Suite struct `A webhook's signature` {
    struct Vector: Sendable {
        let id: String
        let seconds: Int64
        let body: String
        let secret: String
        let signature: String
    }

    static let keyA = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    static let keyB = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

    private static func ours(_ body: String, _ secret: String, _ signature: String) -> Vector {
        Vector(
            id: "msg_order10042", seconds: 1_767_225_600, body: body, secret: secret, signature: signature)
    }

    private static let plain =
        #"{"type":"order.accepted","timestamp":"2026-01-01T00:00:00Z","data":{"orderId":"10042","total":"19.90"}}"#
    private static let accents =
        #"{"type":"order.accepted","timestamp":"2026-01-01T00:00:00Z","data":{"name":"Zoë ☕"}}"#

    static let vectors = [
        Vector(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: #"{"test": 2432232314}"#,
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ours(plain, keyA, "v1,nUxmQG7zkJLGaEVrON8KWvGJL0mTR/zpW6qEpProlc0="),
        ours(plain, keyB, "v1,PO0EXE28rdoYBjal1bOLjfZ+S7KF6iXtPZY/Su7oQT4="),
        ours(accents, keyA, "v1,g50WUTStYC7JXneSMwJOKuz/qe1ch33TiKENKCxBIww="),
        ours(accents, keyB, "v1,qo1piI0CEoMhYsL0Gxtbm2zjEByJMuYyz2KX4+uAQ3Y="),
        ours("{}", keyA, "v1,MkezIzm6W24CX0vJtE2v397BVLaCcGDfkep9pnfPzvE="),
        ours("{}", keyB, "v1,DDIWpA6xKuCP7ehZ6dleabIPMxmppLIUSh5dEVjdXso="),
    ]

    @Test(arguments: vectors)
    func `is the one that other libraries make`(_ vector: Vector) throws {
        let secret = try #require(WebhookSecret(vector.secret))
        let webhook = WebhookSignature(
            id: vector.id, moment: Timestamp(seconds: vector.seconds), body: Array(vector.body.utf8))

        #expect(webhook.header(secrets: [secret]) == vector.signature)
    }

    private static let now = Timestamp(seconds: 1_767_225_600)

    private static func headers(
        secrets: [String], secondsLater: Int64 = 0
    ) throws -> [String: String] {
        let moment = now + .seconds(secondsLater)
        let webhook = WebhookSignature(id: "msg_1", moment: moment, body: Array(plain.utf8))
        return [
            "webhook-id": "msg_1", "webhook-timestamp": String(moment.seconds),
            "webhook-signature": webhook.header(secrets: try secrets.map { try #require(WebhookSecret($0)) }),
        ]
    }

    private static func verify(
        _ headers: [String: String], body: String = plain, secrets: [String]
    ) throws -> WebhookSignature {
        try WebhookSignature.verify(
            body: Array(body.utf8), header: { headers[$0] },
            secrets: try secrets.map { try #require(WebhookSecret($0)) }, now: now)
    }

    @Test(arguments: [[keyA], [keyB], [keyB, keyA]])
    func `holds for a receiver who has either key while keys are exchanged`(_ known: [String]) throws {
        let headers = try Self.headers(secrets: [Self.keyA, Self.keyB])

        #expect(try Self.verify(headers, secrets: known).id == "msg_1")
    }

    @Test func `holds among entries of versions that we do not know`() throws {
        var headers = try Self.headers(secrets: [Self.keyA])
        headers["webhook-signature"] = "v1a,AAAA v2,? \(headers["webhook-signature"]!)"

        #expect(try Self.verify(headers, secrets: [Self.keyA]).id == "msg_1")
    }

    @Test func `does not hold under another key`() throws {
        let headers = try Self.headers(secrets: [Self.keyB])

        #expect(throws: WebhookSignature.Fault.noMatchingSignature) {
            try Self.verify(headers, secrets: [Self.keyA])
        }
    }

    @Test func `does not hold for a body with one byte more`() throws {
        let headers = try Self.headers(secrets: [Self.keyA])

        #expect(throws: WebhookSignature.Fault.noMatchingSignature) {
            try Self.verify(headers, body: Self.plain + " ", secrets: [Self.keyA])
        }
    }

    @Test(arguments: ["webhook-id", "webhook-timestamp"])
    func `does not hold once a signed header is altered`(_ name: String) throws {
        var headers = try Self.headers(secrets: [Self.keyA])
        headers[name] = name == "webhook-id" ? "msg_2" : String(Self.now.seconds + 1)

        #expect(throws: WebhookSignature.Fault.noMatchingSignature) {
            try Self.verify(headers, secrets: [Self.keyA])
        }
    }

    @Test(arguments: [299, 300, -299, -300] as [Int64])
    func `holds up to five minutes from our clock`(_ seconds: Int64) throws {
        let headers = try Self.headers(secrets: [Self.keyA], secondsLater: seconds)

        #expect(throws: Never.self) { try Self.verify(headers, secrets: [Self.keyA]) }
    }

    @Test(arguments: [301, -301] as [Int64])
    func `is too old or too new beyond that`(_ seconds: Int64) throws {
        let headers = try Self.headers(secrets: [Self.keyA], secondsLater: seconds)

        #expect(throws: WebhookSignature.Fault.timestampOutOfTolerance) {
            try Self.verify(headers, secrets: [Self.keyA])
        }
    }

    @Test(arguments: ["webhook-id", "webhook-timestamp", "webhook-signature"])
    func `needs all three headers`(_ name: String) throws {
        var headers = try Self.headers(secrets: [Self.keyA])
        headers[name] = nil

        #expect(throws: WebhookSignature.Fault.headerMissing(name)) {
            try Self.verify(headers, secrets: [Self.keyA])
        }
    }

    @Test func `comes from a secret that is written as it was read`() throws {
        let drawn = WebhookSecret.random(.seeded(1))

        #expect(WebhookSecret(drawn.text) == drawn)
        #expect(drawn.bytes.count == 32)
        #expect(WebhookSecret(Self.keyA)?.bytes == Array(0..<32))
        #expect(WebhookSecret("whsec_") == nil)
        #expect(WebhookSecret("whsec_not base64!") == nil)
    }
}
