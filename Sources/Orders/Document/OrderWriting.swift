import Clockwork
import JSON

extension Order {
    /// The order as the document `order.placed/1`; members that may be absent are left out where there is
    /// nothing.
    package var json: JSONValue {
        var order: JSONValue = [
            "schema": .string(Self.schemaName),
            "idempotency_key": .string(idempotencyKey.rawValue),
            "order_number": .string(number.rawValue),
            "channel": .string(channel.rawValue),
            "placed_at": .string(placedAt.documentText),
            "currency": .string(currency.code),
            "prices_include_tax": .bool(pricesIncludeTax),
            "customer": customer.json,
            "billing_address": billingAddress.json,
            "shipping_address": shippingAddress.json,
            "lines": .array(lines.map(\.json)),
            "discounts": .array(discounts.map(\.json)),
            "shipping": shipping.json,
            "totals": totals.json,
            "payment": payment.json,
        ]
        order.set("note", note)
        return order
    }

    /// What the shop sends: the shortest text of ``json``.
    package var document: OrderDocument { OrderDocument(bytes: json.bytes) }
}

extension Order.Customer {
    fileprivate var json: JSONValue {
        var customer: JSONValue = [
            "id": JSONValue(id?.rawValue), "name": .string(name), "email": JSONValue(email),
        ]
        customer.set("phone", phone)
        return customer
    }
}

extension Order.Address {
    fileprivate var json: JSONValue {
        var address: JSONValue = ["name": .string(name)]
        address.set("company", company)
        address.set("line1", line1)
        address.set("line2", line2)
        address.set("city", city)
        address.set("region", region)
        address.set("postal_code", postalCode)
        address.set("country", country)
        address.set("phone", phone)
        return address
    }
}

extension Order.Line {
    fileprivate var json: JSONValue {
        [
            "line": JSONValue(number),
            "sku": .string(sku.rawValue),
            "name": .string(name),
            "quantity": JSONValue(quantity),
            "unit_price_minor": .integer(unitPriceMinor),
            "discount_minor": .integer(discountMinor),
            "tax_rate_bp": JSONValue(taxRateBasisPoints),
            "tax_minor": .integer(taxMinor),
            "total_minor": .integer(totalMinor),
        ]
    }
}

extension Order.Discount {
    fileprivate var json: JSONValue {
        var discount: JSONValue = [:]
        discount.set("code", code)
        discount.set("description", description)
        discount.set("amount_minor", amountMinor)
        return discount
    }
}

extension Order.Shipping {
    fileprivate var json: JSONValue {
        var shipping: JSONValue = ["method": .string(method), "price_minor": .integer(priceMinor)]
        shipping.set("tax_rate_bp", taxRateBasisPoints.map(Int64.init))
        shipping.set("tax_minor", taxMinor)
        return shipping
    }
}

extension Order.Totals {
    fileprivate var json: JSONValue {
        [
            "items_minor": .integer(itemsMinor),
            "discount_minor": .integer(discountMinor),
            "shipping_minor": .integer(shippingMinor),
            "tax_minor": .integer(taxMinor),
            "total_minor": .integer(totalMinor),
        ]
    }
}

extension Order.Payment {
    fileprivate var json: JSONValue {
        [
            "provider": .string(provider),
            "reference": .string(reference),
            "status": .string(status.rawValue),
            "amount_minor": .integer(amountMinor),
        ]
    }
}

extension JSONValue {
    /// Adds a member where there is something to say.
    fileprivate mutating func set(_ name: String, _ text: String?) {
        if let text { set(name, .string(text)) }
    }

    fileprivate mutating func set(_ name: String, _ number: Int64?) {
        if let number { set(name, .integer(number)) }
    }

    private mutating func set(_ name: String, _ value: JSONValue) {
        guard case .object(var members) = self else { return }
        members[name] = value
        self = .object(members)
    }
}

extension Timestamp {
    /// With as many decimals as it takes to be read back the same: none, three or six.
    var documentText: String {
        let text = description.dropLast()  // the Z
        let fraction = (microseconds % 1_000_000 + 1_000_000) % 1_000_000
        if fraction == 0 { return "\(text.dropLast(4))Z" }
        if fraction % 1_000 == 0 { return "\(text)Z" }
        // The leading 1 keeps the zeros.
        let beyondMilliseconds = String(1_000 + fraction % 1_000).dropFirst()
        return "\(text)\(beyondMilliseconds)Z"
    }
}
