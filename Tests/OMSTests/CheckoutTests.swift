import Clockwork
import Disk
import JSON
import Orders
import Synchronization
import Testing
import Wire

@testable import OMS

@Suite(.timeLimit(.minutes(1))) struct `A coupled OMS` {
    private let scene = CheckoutScene()

    @Test func `says yes once the order is kept and every partner has heard of it`() async throws {
        let answer = try await scene.place(.sample("W-1"))

        #expect(answer.orderNumber == "W-1" && answer.eventId == "W-1_order-accepted_1")
        #expect(try scene.values("SELECT order_number FROM orders") == ["W-1"])
        #expect(scene.partners.map(\.heard) == [[answer.eventId], [answer.eventId]])
    }

    @Test func `signs the bytes that lie in its outbox`() async throws {
        try await scene.place(.sample("W-1"))

        let request = try #require(scene.partners[0].requests.first)
        let payload = try scene.values("SELECT payload FROM outbox")[0]
        let signed = try WebhookSignature.verify(
            body: request.body, header: { request.headers[$0] }, secrets: [CheckoutScene.secret], now: .noon)

        #expect(request.method == "POST" && request.path == "/webhooks")
        #expect(String(decoding: signed.body, as: UTF8.self) == payload)
    }

    @Test func `takes orders only, and keeps nothing of a cancellation`() async throws {
        let refusal = await scene.refusal(of: Cancellation.sample().text)

        #expect(refusal?.contains("UnsupportedDocument") == true)
        #expect(try scene.values("SELECT idempotency_key FROM inbox") == [])
    }

    @Test func `calls all partners at the same time`() async throws {
        let first = Bell()
        scene.partners[0].answer = { _ in
            await first.heard()  // rung by the other partner's call only
            return 200
        }
        scene.partners[1].answer = { _ in
            first.ring()
            return 200
        }

        #expect(try await scene.place(.sample("W-1")).orderNumber == "W-1")
    }

    @Test(arguments: [503, 500, 429, 302])
    func `says no when a partner fails, and keeps the order all the same`(status: Int) async throws {
        scene.partners[1].answer = { _ in status }

        let told = await scene.refusal(of: .sample("W-1"))

        #expect(told?.contains("PartnerFailure") == true)
        #expect(told?.contains("carrier answered \(status)") == true)
        #expect(try scene.values("SELECT order_number FROM orders") == ["W-1"])
        #expect(scene.partners[0].heard == ["W-1_order-accepted_1"])
    }

    @Test func `waits for a slow partner for 2 s, and says no`() async throws {
        scene.partners[1].answer = { timeout in
            throw TransportError("no answer within \(timeout)", at: .patience)
        }

        let told = await scene.refusal(of: .sample("W-1"))

        #expect(told?.contains("carrier did not answer: no answer within 2.0 seconds") == true)
    }

    @Test func `recognises a repeat, and calls the partners again under the same id`() async throws {
        scene.partners[1].answer = { _ in 503 }
        _ = await scene.refusal(of: .sample("W-1"))
        scene.partners[1].answer = { _ in 200 }

        let answer = try await scene.place(.sample("W-1"))

        #expect(try scene.values("SELECT count(*) FROM orders") == ["1"])
        #expect(scene.partners[1].heard == [answer.eventId, answer.eventId])
        #expect(Set(scene.partners[1].requests.map(\.body)).count == 1)
    }

    @Test func `tells of each rule that is broken, and calls nobody`() async throws {
        let text = Order.sample("W-1").text(with: "currency", "XXQ")

        let told = await scene.refusal(of: text)

        #expect(told?.contains("RejectedOrder: unknown_currency at /currency") == true)
        #expect(try scene.values("SELECT count(*) FROM rejections") == ["1"])
        #expect(scene.partners.map(\.heard.count) == [0, 0])
    }

    @Test func `refuses a conflict, however often it comes`() async throws {
        try await scene.place(.sample("W-1"))
        for _ in 1...2 {
            let told = await scene.refusal(of: .sample("W-1", price: 5))
            #expect(told?.contains("ConflictingOrder: conflict at /order_number") == true)
        }

        #expect(scene.partners.map(\.heard.count) == [1, 1])
    }

    @Test func `refuses what is no order`() async throws {
        let told = await scene.refusal(of: "This is not an order.")

        #expect(told?.contains("UnreadableDocument") == true)
    }

    @Test func `asks for patience while it cannot write`() async throws {
        scene.witness.strike(.before, with: DiskError.full(file: "orders.db"))

        let told = await scene.refusal(of: .sample("W-1"))

        #expect(told?.contains("ServiceUnavailable") == true)
        #expect(try await scene.place(.sample("W-1")).orderNumber == "W-1")
    }

    @Test(arguments: [CommitPoint.Side.before, .after])
    func `that is killed at its commit makes a repeat good`(side: CommitPoint.Side) async throws {
        scene.witness.strike(side, with: CancellationError())
        let told = await scene.refusal(of: .sample("W-1"))
        let keptBefore = try scene.values("SELECT count(*) FROM orders")
        let heardBefore = scene.partners.map(\.heard.count)

        try scene.restart()
        let answer = try await scene.place(.sample("W-1"))

        #expect(told != nil && heardBefore == [0, 0])
        #expect(keptBefore == [side == .before ? "0" : "1"])
        #expect(try scene.values("SELECT count(*) FROM orders") == ["1"])
        #expect(scene.partners.map(\.heard) == [[answer.eventId], [answer.eventId]])
    }
}
