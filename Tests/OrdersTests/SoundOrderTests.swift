import Clockwork
import JSON
import Testing

@testable import Orders

@Suite struct `A sound document` {
    @Test func `is read as the order it tells`() throws {
        let order = try #require(JSONValue.example.judged.order)

        #expect(order.number.rawValue == "W-1001")
        #expect(order.idempotencyKey.rawValue == "web:W-1001")
        #expect(order.channel == .web)
        #expect(order.placedAt == Timestamp("2026-11-22T21:14:03Z"))
        #expect(order.total.description == "EUR 52.73")
        #expect(!order.pricesIncludeTax)
        #expect(
            order.customer
                == Order.Customer(id: CustomerID("C-7"), name: "Ada Example", email: "ada@example.com"))
        #expect(order.shippingAddress.city == "Dublin")
        #expect(order.lines.map(\.sku) == [SKU("MUG-01"), SKU("MUG-01")])
        #expect(order.unitCount == 4)
        #expect(
            order.discounts == [Order.Discount(code: "HELLO", description: "First order", amountMinor: 300)])
        #expect(order.shipping.taxRateBasisPoints == 2_300)
        #expect(order.payment.status == .authorized)
        #expect(order.note == nil)
    }

    @Test func `is written as it was read`() throws {
        let order = try #require(JSONValue.example.judged.order)

        #expect(order.json == .example)
    }

    @Test func `keeps every member that may be absent`() throws {
        let full = Self.optionalMembers.reduce(JSONValue.example) { $0.setting($1, to: "something") }

        let order = try #require(full.judged.order)

        #expect(ContentHash(of: order.json) == ContentHash(of: full))
    }

    @Test func `may say nothing where nothing is known`() throws {
        let bare = Self.optionalMembers.reduce(JSONValue.example) { $0.setting($1, to: .null) }
            .setting("/customer/id", to: .null).setting("/customer/email", to: .null)

        let order = try #require(bare.judged.order)

        #expect(order.customer.id == nil)
        #expect(order.customer.email == nil)
        #expect(order.note == nil)
    }

    private static let optionalMembers =
        ["/note", "/customer/phone", "/discounts/0/code"]
        + ["company", "line2", "region", "postal_code", "phone"].flatMap {
            ["/billing_address/\($0)", "/shipping_address/\($0)"]
        }

    @Test(arguments: [
        "2026-11-22T21:14:03Z", "2026-11-22T21:14:03.250Z", "2026-11-22T21:14:03.000001Z",
        "1969-12-31T23:59:59.5Z",
    ])
    func `keeps the moment to the microsecond`(text: String) throws {
        let order = try #require(JSONValue.example.setting("/placed_at", to: .string(text)).judged.order)

        #expect(order.document.judged(now: .evening).order?.placedAt == Timestamp(text))
    }

    @Test(arguments: [
        "👩‍👩‍👧‍👦 Familie Müller", "عبد الرحمن بن محمد", "\u{202E}desrever", "Robert'); DROP TABLE orders;--",
        "<script>alert(1)</script>", "\u{1B}[31mred\u{1B}[0m", "line\nbreak\tand \"quotes\" \\ back",
        "=HYPERLINK(\"http://example.com\")", "\u{7F}\u{1}", String(repeating: "界", count: 200),
    ])
    func `takes any name for a name`(name: String) throws {
        let document = JSONValue.example.setting("/customer/name", to: .string(name))

        #expect(document.judged.order?.customer.name == name)
    }

    @Test func `has members that we do not know, and keeps them`() throws {
        let document = OrderDocument(#"{"x_campaign":{"id":1.50},"# + JSONValue.example.text.dropFirst())

        guard case .sound(let sound) = document.judged(now: .evening) else { Issue.record("refused"); return }

        #expect(sound.document == document.text)
        #expect(sound.document.contains(#"{"id":1.50}"#))
    }

    @Test func `may hold things that cost nothing, and cost nothing itself`() throws {
        let free = JSONValue.example
            .setting(
                "/lines",
                to: [
                    JSONValue.example["lines"]![1]!.setting("/line", to: 1).setting(
                        "/unit_price_minor", to: 0
                    )
                    .setting("/tax_minor", to: 0).setting("/total_minor", to: 0)
                ]
            )
            .setting("/discounts", to: [])
            .setting("/shipping", to: ["method": "letter", "price_minor": 0, "tax_minor": 0])
            .setting(
                "/totals",
                to: [
                    "items_minor": 0, "discount_minor": 0, "shipping_minor": 0, "tax_minor": 0,
                    "total_minor": 0,
                ]
            )
            .setting("/payment/status", to: "none").setting("/payment/amount_minor", to: 0)

        #expect(free.judged.findings == [])
    }

    @Test func `has at most 2,000 lines`() throws {
        #expect(Order.ofLines(2_000).document.judged(now: .evening).findings == [])
        #expect(Order.ofLines(2_001).document.judged(now: .evening).findings == ["too_many_lines /lines"])
    }

    @Test func `may come to the largest amount there is`() throws {
        let largest = Order.ofLines(1, priceMinor: Order.maximumMinor)

        #expect(largest.document.judged(now: .evening).order?.totals.totalMinor == 9_007_199_254_740_991)
    }

    @Test(arguments: [
        (isIncluded: true, taxes: [165: false, 166: true, 167: true, 168: false]),
        (isIncluded: false, taxes: [198: false, 199: true, 200: true, 201: true, 202: false]),
    ])
    func `says tax within or on top, within one minor unit`(isIncluded: Bool, taxes: [Int64: Bool]) throws {
        var order = Order.ofLines(1, priceMinor: 1_000)
        order.pricesIncludeTax = isIncluded
        order.lines[0].taxRateBasisPoints = 2_000

        for (tax, isClose) in taxes {
            order.lines[0].taxMinor = tax
            order.settle()

            #expect(
                order.document.judged(now: .evening).findings
                    == (isClose ? [] : ["tax_mismatch /lines/0/tax_minor"]))
        }
    }
}

extension Order {
    /// An order of equal lines in EUR, without tax and shipping.
    static func ofLines(_ count: Int, priceMinor: Int64 = 150) -> Order {
        let address = Address(name: "Ada Example", line1: "1 Example Street", city: "Dublin", country: "IE")
        var order = Order(
            number: OrderNumber("W-1002")!, idempotencyKey: IdempotencyKey("web:W-1002")!, channel: .app,
            placedAt: Timestamp("2026-11-22T21:14:03Z")!, currency: Currency("EUR")!, pricesIncludeTax: true,
            customer: Customer(id: nil, name: "Ada Example", email: nil), billingAddress: address,
            shippingAddress: address,
            lines: (1...count).map {
                Line(
                    number: $0, sku: SKU("MUG-01"), name: "Mug", quantity: 1, unitPriceMinor: priceMinor,
                    totalMinor: priceMinor)
            },
            shipping: Shipping(method: "letter", priceMinor: 0),
            totals: Totals(itemsMinor: 0, discountMinor: 0, shippingMinor: 0, taxMinor: 0, totalMinor: 0),
            payment: Payment(provider: "examplepay", reference: "pay_1", status: .captured, amountMinor: 0))
        order.settle()
        return order
    }

    /// Makes totals and payment agree with the lines.
    mutating func settle() {
        totals = Totals(
            of: lines, discounts: discounts, shipping: shipping, pricesIncludeTax: pricesIncludeTax)!
        payment.amountMinor = totals.totalMinor
    }
}
