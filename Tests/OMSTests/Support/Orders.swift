import Clockwork
import JSON
import OMS
import Orders

extension Timestamp {
    static let noon = Timestamp("2026-11-22T12:00:00Z")!
}

extension Order {
    /// A small sound order; `price` tells two contents of one number apart.
    static func sample(
        _ number: String = "W-1", key: String? = nil, price: Int64 = 995, currency: String = "EUR",
        discounts: [Discount] = []
    ) -> Order {
        let address = Address(name: "Ada Example", line1: "1 Example Street", city: "Dublin", country: "IE")
        let lines = [
            Line(
                number: 1, sku: SKU("MUG-01"), name: "Mug", quantity: 3, unitPriceMinor: price,
                totalMinor: 3 * price),
            Line(
                number: 2, sku: SKU("MUG-01"), name: "Mug, gift wrapped", quantity: 1,
                unitPriceMinor: price + 200, totalMinor: price + 200),
        ]
        let shipping = Shipping(method: "standard", priceMinor: 450)
        let totals = Totals(of: lines, discounts: discounts, shipping: shipping, pricesIncludeTax: true)!
        return Order(
            number: OrderNumber(number)!, idempotencyKey: IdempotencyKey(key ?? "web:\(number)")!,
            channel: .web, placedAt: .noon, currency: Currency(currency)!, pricesIncludeTax: true,
            customer: Customer(id: CustomerID("C-7"), name: "Ada Example", email: "ada@example.com"),
            billingAddress: address, shippingAddress: address, lines: lines, discounts: discounts,
            shipping: shipping, totals: totals,
            payment: Payment(
                provider: "examplepay", reference: "pay-\(number)", status: .authorized,
                amountMinor: totals.totalMinor))
    }

    /// As the shop would send it.
    var text: String { document.text }

    /// The same order, written anew with other white space and its members in another order.
    var textWrittenAnew: String {
        guard case .object(let members) = json else { return "" }
        var turned = JSONObject()
        for member in members.members.reversed() { turned[member.name] = member.value }
        return JSONValue.object(turned).indentedText
    }

    /// The order's document with one member changed; nil takes it out.
    func text(with member: String, _ value: JSONValue?) -> String {
        guard case .object(var members) = json else { return "" }
        members[member] = value
        return JSONValue.object(members).text
    }
}

extension JudgedMessage {
    /// A message as the intake judges it.
    static func saying(
        _ text: String, id: String = "m-1", receiveCount: Int = 1, trace: TraceParent? = nil
    ) -> JudgedMessage {
        JudgedMessage(
            id: id, receiveCount: receiveCount, judgement: OrderDocument(text).judged(now: .noon),
            trace: trace)
    }
}
