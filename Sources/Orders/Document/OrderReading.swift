import Clockwork
import JSON

/// Reading trusts what the judge has said: a member that the shape requires is there, and of its type.
/// Whatever is not as the shape says makes the whole reading nil, and no default ever stands in for it.
extension Order {
    /// Reads a document whose shape has been found sound; nil when it is not.
    init?(judged document: JSONValue) {
        let order = Members(document)
        guard let number = order.text("order_number").flatMap(OrderNumber.init(rawValue:)),
            let idempotencyKey = order.text("idempotency_key").flatMap(IdempotencyKey.init(rawValue:)),
            let channel = order.text("channel").flatMap(Channel.init(rawValue:)),
            let currency = order.text("currency").flatMap({ Currency($0) }),
            let placedAt = order.text("placed_at").flatMap({ Timestamp($0) }),
            let pricesIncludeTax = order.truth("prices_include_tax"),
            let customer = order.object("customer", Customer.init),
            let billingAddress = order.object("billing_address", Address.init),
            let shippingAddress = order.object("shipping_address", Address.init),
            let lines = order.list("lines", Line.init),
            let discounts = order.list("discounts", Discount.init),
            let shipping = order.object("shipping", Shipping.init),
            let totals = order.object("totals", Totals.init),
            let payment = order.object("payment", Payment.init)
        else { return nil }
        self.init(
            number: number, idempotencyKey: idempotencyKey, channel: channel, placedAt: placedAt,
            currency: currency, pricesIncludeTax: pricesIncludeTax, customer: customer,
            billingAddress: billingAddress, shippingAddress: shippingAddress, lines: lines,
            discounts: discounts, shipping: shipping, totals: totals, payment: payment,
            note: order.text("note"))
    }
}

extension Order.Customer {
    fileprivate init?(_ customer: Members) {
        guard let name = customer.text("name") else { return nil }
        self.init(
            id: customer.text("id").map(CustomerID.init(rawValue:)), name: name,
            email: customer.text("email"), phone: customer.text("phone"))
    }
}

extension Order.Address {
    fileprivate init?(_ address: Members) {
        guard let name = address.text("name"), let line1 = address.text("line1"),
            let city = address.text("city"), let country = address.text("country")
        else { return nil }
        self.init(
            name: name, company: address.text("company"), line1: line1, line2: address.text("line2"),
            city: city, region: address.text("region"), postalCode: address.text("postal_code"),
            country: country, phone: address.text("phone"))
    }
}

extension Order.Line {
    fileprivate init?(_ line: Members) {
        guard let number = line.number("line"), let sku = line.text("sku"), let name = line.text("name"),
            let quantity = line.number("quantity"), let unitPrice = line.number("unit_price_minor"),
            let discount = line.number("discount_minor"), let taxRate = line.number("tax_rate_bp"),
            let tax = line.number("tax_minor"), let total = line.number("total_minor")
        else { return nil }
        self.init(
            number: Int(number), sku: SKU(sku), name: name, quantity: Int(quantity),
            unitPriceMinor: unitPrice, discountMinor: discount, taxRateBasisPoints: Int(taxRate),
            taxMinor: tax, totalMinor: total)
    }
}

extension Order.Discount {
    fileprivate init?(_ discount: Members) {
        guard let description = discount.text("description"), let amount = discount.number("amount_minor")
        else { return nil }
        self.init(code: discount.text("code"), description: description, amountMinor: amount)
    }
}

extension Order.Shipping {
    fileprivate init?(_ shipping: Members) {
        guard let method = shipping.text("method"), let price = shipping.number("price_minor"),
            let tax = shipping.number("tax_minor")
        else { return nil }
        self.init(
            method: method, priceMinor: price,
            taxRateBasisPoints: shipping.number("tax_rate_bp").map { Int($0) }, taxMinor: tax)
    }
}

extension Order.Totals {
    fileprivate init?(_ totals: Members) {
        guard let items = totals.number("items_minor"), let discount = totals.number("discount_minor"),
            let shipping = totals.number("shipping_minor"), let tax = totals.number("tax_minor"),
            let total = totals.number("total_minor")
        else { return nil }
        self.init(
            itemsMinor: items, discountMinor: discount, shippingMinor: shipping, taxMinor: tax,
            totalMinor: total)
    }
}

extension Order.Payment {
    fileprivate init?(_ payment: Members) {
        guard let provider = payment.text("provider"), let reference = payment.text("reference"),
            let status = payment.text("status").flatMap(Status.init(rawValue:)),
            let amount = payment.number("amount_minor")
        else { return nil }
        self.init(provider: provider, reference: reference, status: status, amountMinor: amount)
    }
}
