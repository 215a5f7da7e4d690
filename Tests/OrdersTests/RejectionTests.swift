import Clockwork
import JSON
import Testing

@testable import Orders

@Suite struct `A rejection` {
    /// One place of the example changed, and what is found.
    struct Fault: CustomTestStringConvertible, Sendable {
        let pointer: String
        let value: JSONValue?
        let findings: [String]

        init(_ pointer: String, _ value: JSONValue?, _ findings: String...) {
            (self.pointer, self.value, self.findings) = (pointer, value, findings)
        }

        var testDescription: String { "\(pointer) = \(value?.text.prefix(40) ?? "absent")" }
    }

    @Test(arguments: [
        Fault("/schema", "order.placed/2", "unsupported_schema /schema"),
        Fault("/schema", nil, "missing_field /schema"),
        Fault("/schema", 1, "wrong_type /schema"),
    ])
    func `says which version we read`(fault: Fault) {
        #expect(JSONValue.example.setting(fault.pointer, to: fault.value).judged.findings == fault.findings)
    }

    @Test(arguments: [
        Fault("/customer", nil, "missing_field /customer"),
        Fault("/lines/1/sku", nil, "missing_field /lines/1/sku"),
        Fault("/lines/0/quantity", "3", "wrong_type /lines/0/quantity"),
        Fault("/lines/0/quantity", .number("3.0"), "wrong_type /lines/0/quantity"),
        Fault("/totals/total_minor", .number("52.73"), "wrong_type /totals/total_minor"),
        Fault("/totals/total_minor", .number("5.273e3"), "wrong_type /totals/total_minor"),
        Fault("/totals/total_minor", "5273", "wrong_type /totals/total_minor"),
        Fault("/prices_include_tax", 0, "wrong_type /prices_include_tax"),
        Fault("/customer", [], "wrong_type /customer"),
        Fault("/lines", ["1": 1], "wrong_type /lines"),
        Fault("/lines/0", .null, "wrong_type /lines/0"),
        Fault("/customer/name", .null, "wrong_type /customer/name"),
        Fault("/order_number", "W 1001", "invalid_format /order_number"),
        Fault("/order_number", .string(String(repeating: "9", count: 41)), "invalid_format /order_number"),
        Fault("/idempotency_key", "web/W-1001", "invalid_format /idempotency_key"),
        Fault("/placed_at", "2026-02-30T10:00:00Z", "invalid_format /placed_at"),
        Fault("/placed_at", "2026-11-22 21:14:03", "invalid_format /placed_at"),
        Fault("/placed_at", "2026-11-22T21:14:03+01:00", "invalid_format /placed_at"),
        Fault("/placed_at", "2026-11-22T21:14:03.1234567Z", "invalid_format /placed_at"),
        Fault("/customer/email", "ada.example.com", "invalid_format /customer/email"),
        Fault("/customer/email", "ada @example.com", "invalid_format /customer/email"),
        Fault("/customer/email", "ada@@example.com", "invalid_format /customer/email"),
        Fault("/currency", "eur", "invalid_format /currency"),
        Fault("/shipping_address/country", "Ireland", "invalid_format /shipping_address/country"),
        Fault("/customer/name", "Ada\u{0}Example", "invalid_format /customer/name"),
        Fault("/channel", "fax", "invalid_value /channel"),
        Fault("/payment/status", "maybe", "invalid_value /payment/status"),
        Fault("/customer/name", "", "invalid_value /customer/name"),
        Fault("/lines/0/quantity", 0, "out_of_range /lines/0/quantity"),
        Fault("/lines/0/quantity", 1_000_001, "out_of_range /lines/0/quantity"),
        Fault("/lines/0/tax_rate_bp", 10_001, "out_of_range /lines/0/tax_rate_bp"),
        Fault("/totals/total_minor", -1, "out_of_range /totals/total_minor"),
        Fault("/totals/total_minor", 9_007_199_254_740_992, "out_of_range /totals/total_minor"),
        Fault("/totals/total_minor", .number("9223372036854775808"), "out_of_range /totals/total_minor"),
        Fault("/totals/total_minor", .number("-99999999999999999999"), "out_of_range /totals/total_minor"),
        Fault("/customer/name", .string(String(repeating: "界", count: 201)), "too_long /customer/name"),
        Fault("/note", .string(String(repeating: "n", count: 2_001)), "too_long /note"),
        Fault("/discounts", .array(Array(repeating: .null, count: 51)), "too_long /discounts"),
        Fault("/lines", [], "no_lines /lines"),
    ])
    func `says where a document is not shaped as an order is`(fault: Fault) {
        #expect(JSONValue.example.setting(fault.pointer, to: fault.value).judged.findings == fault.findings)
    }

    @Test(arguments: [
        Fault("/currency", "EUX", "unknown_currency /currency"),
        Fault("/currency", "XAU", "unknown_currency /currency"),
        Fault("/shipping_address/country", "ZZ", "unknown_country /shipping_address/country"),
        Fault("/billing_address/country", "EU", "unknown_country /billing_address/country"),
        Fault("/placed_at", "2026-11-23T21:20:00.000001Z", "placed_in_future /placed_at"),
        Fault("/placed_at", "2026-11-23T21:20:00Z"),
    ])
    func `says what the world does not know`(fault: Fault) {
        #expect(JSONValue.example.setting(fault.pointer, to: fault.value).judged.findings == fault.findings)
    }

    @Test(arguments: [
        Fault("/lines/1/line", 1, "line_numbers_not_sequential /lines/1/line"),
        Fault(
            "/lines/0/discount_minor", 2_986, "line_discount_exceeds_line /lines/0/discount_minor"),
        Fault("/lines/0/unit_price_minor", 996, "line_total_mismatch /lines/0/total_minor"),
        Fault(
            "/lines/0/unit_price_minor", 9_007_199_254_740_991, "line_total_mismatch /lines/0/total_minor"),
        Fault(
            "/lines/1/tax_minor", 277, "tax_mismatch /lines/1/tax_minor",
            "tax_total_mismatch /totals/tax_minor"),
        Fault(
            "/totals/items_minor", 4_081, "items_total_mismatch /totals/items_minor",
            "total_mismatch /totals/total_minor"),
        Fault(
            "/totals/discount_minor", 299, "discount_total_mismatch /totals/discount_minor",
            "total_mismatch /totals/total_minor"),
        Fault(
            "/totals/discount_minor", 4_081, "discount_total_mismatch /totals/discount_minor",
            "discount_exceeds_items /totals/discount_minor", "total_mismatch /totals/total_minor"),
        Fault(
            "/shipping/price_minor", 451, "shipping_total_mismatch /totals/shipping_minor"),
        Fault("/shipping/tax_minor", 105, "tax_total_mismatch /totals/tax_minor"),
        Fault(
            "/totals/total_minor", 5_274, "total_mismatch /totals/total_minor",
            "payment_mismatch /payment/amount_minor"),
        Fault(
            "/prices_include_tax", true, "tax_mismatch /lines/0/tax_minor", "tax_mismatch /lines/1/tax_minor",
            "total_mismatch /totals/total_minor"),
        Fault("/payment/amount_minor", 5_272, "payment_mismatch /payment/amount_minor"),
        Fault("/payment/status", "none", "payment_missing /payment/status"),
    ])
    func `says which sums do not agree`(fault: Fault) {
        #expect(JSONValue.example.setting(fault.pointer, to: fault.value).judged.findings == fault.findings)
    }

    @Test func `asks for the payment status none where nothing is to be paid`() {
        let free = Order.ofLines(1, priceMinor: 0)

        #expect(free.document.judged(now: .evening).findings == ["payment_mismatch /payment/status"])
    }

    @Test func `is not fooled by sums that leave 64 bits`() {
        var order = Order.ofLines(2_000)
        for place in order.lines.indices {
            order.lines[place].quantity = 1_000_000
            order.lines[place].unitPriceMinor = Order.maximumMinor
            order.lines[place].totalMinor = Order.maximumMinor
            order.lines[place].taxMinor = Order.maximumMinor
        }

        let findings = order.document.judged(now: .evening).findings

        #expect(findings.count == 4_002)
        #expect(
            Set(findings.suffix(2)) == [
                "items_total_mismatch /totals/items_minor", "tax_total_mismatch /totals/tax_minor",
            ])
    }

    @Test func `tells all reasons of its stage, and none of a later one`() {
        let document = JSONValue.example
            .setting("/lines/0/quantity", to: "3").setting("/channel", to: "fax").setting(
                "/customer/email", to: nil
            )
            .setting("/currency", to: "XXX").setting("/totals/total_minor", to: 1)

        #expect(
            document.judged.findings == [
                "invalid_value /channel", "missing_field /customer/email", "wrong_type /lines/0/quantity",
            ])
    }

    @Test func `names the order, its key and its content`() throws {
        let document = JSONValue.example.setting("/channel", to: "fax")

        let rejection = try #require(document.judged.rejection)

        #expect(rejection.orderNumber == OrderNumber("W-1001"))
        #expect(rejection.idempotencyKey == IdempotencyKey("web:W-1001"))
        #expect(rejection.document == document.text)
        #expect(rejection.contentHash == ContentHash(of: document))
    }

    @Test func `names neither where they are not written as such`() throws {
        let document = JSONValue.example.setting("/order_number", to: "../etc").setting(
            "/idempotency_key", to: 7)

        let rejection = try #require(document.judged.rejection)

        #expect(rejection.orderNumber == nil)
        #expect(rejection.idempotencyKey == nil)
    }

    @Test func `of another content under a known number is a conflict`() throws {
        guard case .sound(let sound) = JSONValue.example.judged else { Issue.record("refused"); return }

        let rejection = Rejection(conflicting: sound)

        #expect(rejection.reasons.map(\.code) == [.conflict])
        #expect(rejection.contentHash == sound.contentHash)
    }

    @Test func `is written as rows of code, path and message`() throws {
        let reason = try #require(
            JSONValue.example.setting("/channel", to: "fax").judged.rejection?.reasons.first)

        #expect(
            reason.json.text
                == #"{"code":"invalid_value","path":"/channel","message":"Use one of: web, app, marketplace, phone, pos."}"#
        )
    }
}
