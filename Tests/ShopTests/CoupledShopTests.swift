import Clockwork
import Logging
import Orders
import Synchronization
import Testing
import Wire

@testable import Shop

@Suite struct `A coupled shop` {
    private let scene = ShopScene()
    private let oms = OMSDouble()

    private func sell(_ orders: Int, tries: Int = 1, pranks: [Prank] = []) throws {
        try scene.open(
            .test(pranks: pranks), source: TradingDay.house(orders), oms: oms,
            patience: CheckoutPatience(tries: tries))
        scene.pass(.seconds(60))
    }

    @Test func `sells what its OMS takes`() throws {
        try sell(20)

        #expect(try scene.rows("SELECT count(*), sum(acknowledged) FROM submitted_orders") == ["20|20"])
        #expect(try scene.rows("SELECT count(*) FROM turned_away") == ["0"])
        #expect(oms.asked.sorted() == TradingDay.house(20).documents.sorted())
    }

    @Test func `cannot cancel an order, and says so`() throws {
        let rehearsal = Rehearsal()
        let series = PrankSeries("series", .earlyCancel, count: 3, over: .zero...(.seconds(60)))
        rehearsal.ask(timesFaster: 1, pranks: [series], now: .zero)

        try scene.open(
            .test(), source: TradingDay.house(5), oms: oms, patience: CheckoutPatience(tries: 1),
            rehearsal: rehearsal)
        scene.pass(.seconds(60))

        guard case .impossible? = rehearsal.standing(of: "series") else {
            Issue.record("\(String(describing: rehearsal.standing(of: "series")))")
            return
        }
        #expect(oms.asked.count == 5)
        #expect(try scene.rows("SELECT count(*) FROM deliberate_messages") == ["0"])
    }

    @Test func `turns a customer away when its OMS fails, and knows what they wanted`() throws {
        oms.answer = { _ in throw WireError("PartnerFailure", "The carrier is away.", status: 502) }

        try sell(3)

        let day = TradingDay.house(3)
        #expect(try scene.rows("SELECT document FROM turned_away").sorted() == day.documents.sorted())
        #expect(try scene.rows("SELECT count(*) FROM outgoing") == ["0"])
        #expect(
            try scene.rows("SELECT DISTINCT attempt, outcome, error FROM submissions") == [
                "1|unknown|PartnerFailure: The carrier is away."
            ])
    }

    @Test(arguments: [(failures: 2, placed: 1), (failures: 3, placed: 0)])
    func `tries three times where a customer has the patience`(failures: Int, placed: Int) throws {
        let left = Mutex(failures)
        oms.answer = { _ in
            let fails = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw WireError("ServiceUnavailable", "Not now.", status: 503) }
        }

        try sell(1, tries: 3)

        #expect(try scene.rows("SELECT acknowledged, attempts FROM submitted_orders") == ["\(placed)|3"])
        #expect(try scene.rows("SELECT count(*) FROM turned_away") == ["\(1 - placed)"])
        #expect(Set(oms.asked).count == 1)
    }

    @Test func `takes a no for an answer where a rule was broken`() throws {
        oms.answer = { _ in throw WireError("RejectedOrder", "unknown_country", status: 422) }

        try sell(1, tries: 3)

        #expect(try scene.rows("SELECT refused, attempts FROM submitted_orders") == ["1|1"])
        #expect(try scene.rows("SELECT count(*) FROM turned_away") == ["0"])
    }

    @Test func `lets no customer wait behind another`() throws {
        let slow = TradingDay.house(1).documents[0]
        let clock = scene.world.host(named: "clock")
        oms.answer = { document in
            if document == slow { try await clock.sleep(for: .seconds(4)) }
        }

        try sell(10)

        let answers = try scene.rows("SELECT answer_ms >= 4000 FROM answer_times ORDER BY answer_ms")
        #expect(answers == Array(repeating: "0", count: 9) + ["1"])
    }

    @Test func `does not count a prank among the customers whom it turned away`() throws {
        oms.answer = { document in
            guard document.hasPrefix("{") else {
                throw WireError("ServiceUnavailable", "Not now.", status: 503)
            }
        }

        try sell(5, pranks: [Prank(.poison, at: .zero)])

        #expect(try scene.rows("SELECT kind, acknowledged FROM deliberate_messages") == ["poison|0"])
        #expect(try scene.rows("SELECT count(*) FROM turned_away") == ["0"])
        #expect(try scene.rows("SELECT count(*) FROM outgoing") == ["0"])
    }
}

/// An OMS that answers as the test says.
final class OMSDouble: Sendable {
    /// Throws what the shop shall hear; otherwise the order is taken.
    typealias Answer = @Sendable (_ document: String) async throws -> Void

    private let state = Mutex<(asked: [String], answer: Answer)>(([], { _ in }))

    /// The documents of all tries.
    var asked: [String] { state.withLock(\.asked) }
    var answer: Answer {
        get { state.withLock(\.answer) }
        set { state.withLock { $0.answer = newValue } }
    }

    /// A shop's way to this OMS.
    func client(for surroundings: Surroundings) -> any Client<Checkout> {
        var front = WireFront(
            admission: .anonymous(region: "us-east-1"), surroundings: surroundings,
            logger: Logger(label: "oms") { _ in SwiftLogNoOpLogHandler() })
        var desk = ServiceDesk<Checkout>()
        desk.on(PlaceOrder.self) { order, _ in
            self.state.withLock { $0.asked.append(order.document) }
            try await self.answer(order.document)
            return PlaceOrder.Output(orderNumber: "taken", eventId: "taken_order-accepted_1")
        }
        front.attend(desk)
        return SigningClient(
            Checkout.self, over: LoopbackTransport(to: front),
            credentials: Credentials(accessKeyID: "shop", secretAccessKey: "secret"),
            surroundings: surroundings, retries: .never)
    }
}
