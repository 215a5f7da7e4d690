import Orders

extension Order {
    /// Makes an order of one invoice's rows, which share a number.
    ///
    /// - Returns: Nil where the amounts are none that an order can have.
    init?(invoice rows: [RetailRow]) {
        let first = rows[0]
        guard let number = OrderNumber(first.invoice), let pounds = Currency("GBP") else { return nil }
        let lines = rows.filter { !$0.isShipping }.enumerated().map { place, row in
            Order.Line(
                number: place + 1, sku: SKU(row.code),
                name: row.description.isEmpty ? row.code : row.description,
                quantity: row.quantity, unitPriceMinor: row.price.minor, totalMinor: row.amountMinor)
        }
        let shipping = Order.Shipping(
            method: "standard", priceMinor: rows.filter(\.isShipping).reduce(0) { $0 + $1.amountMinor })
        guard lines.allSatisfy({ $0.quantity > 0 && $0.unitPriceMinor >= 0 }), shipping.priceMinor >= 0,
            let totals = Order.Totals(of: lines, shipping: shipping, pricesIncludeTax: true)
        else { return nil }
        let person = RetailPerson(number: first.customer, country: RetailCountry.code(of: first.country))
        self.init(
            number: number, idempotencyKey: IdempotencyKey(toPlace: number), channel: .web,
            placedAt: first.placedAt, currency: pounds,
            pricesIncludeTax: true, customer: person.customer, billingAddress: person.address,
            shippingAddress: person.address, lines: lines, shipping: shipping, totals: totals,
            payment: Order.Payment(
                provider: "simulated", reference: "sim-\(first.invoice)",
                status: totals.totalMinor == 0 ? .nothingDue : .captured, amountMinor: totals.totalMinor))
    }
}

/// Somebody who never was, made from a customer's number.
private struct RetailPerson {
    /// Nil for a guest.
    let number: String?
    let country: String

    private var name: String { number.map { "Customer \($0)" } ?? "Guest" }

    var customer: Order.Customer {
        Order.Customer(
            id: number.map { CustomerID($0) }, name: name, email: number.map { "customer-\($0)@example.com" })
    }

    var address: Order.Address {
        Order.Address(
            name: name, line1: "\(number ?? "1") Example Street", city: "Exampleton", country: country)
    }
}
