import Clockwork
import JSON

extension OrderEvent {
    /// `order.accepted`: the order is kept, and everyone may count on it.
    ///
    /// Says what the order comes to and what is in it, but not who ordered; an order too large for a webhook
    /// is told without its lines.
    package static func accepted(_ order: Order, at time: Timestamp, trace: TraceParent?) -> OrderEvent {
        var event = OrderEvent(
            id: EventID(order.number, .accepted, 1), type: .accepted, orderNumber: order.number,
            orderVersion: 1,
            time: time, traceParent: trace, data: order.summary(acceptedAt: time, withLines: true))
        if event.json.bytes.count >= maximumBytes {
            event.data = order.summary(acceptedAt: time, withLines: false)
        }
        return event
    }
}

extension Order {
    fileprivate func summary(acceptedAt time: Timestamp, withLines: Bool) -> JSONValue {
        let lines: JSONValue = withLines ? .array(lines.map(\.summary)) : .null
        return [
            "order_number": .string(number.rawValue),
            "version": 1,
            "status": "accepted",
            "channel": .string(channel.rawValue),
            "placed_at": .string(placedAt.description),
            "accepted_at": .string(time.description),
            "customer_id": JSONValue(customer.id?.rawValue),
            "ship_to_country": .string(shippingAddress.country),
            "currency": .string(currency.code),
            "prices_include_tax": .bool(pricesIncludeTax),
            "line_count": JSONValue(self.lines.count),
            "unit_count": JSONValue(unitCount),
            "items_minor": .integer(totals.itemsMinor),
            "discount_minor": .integer(totals.discountMinor),
            "shipping_minor": .integer(totals.shippingMinor),
            "tax_minor": .integer(totals.taxMinor),
            "total_minor": .integer(totals.totalMinor),
            "lines": lines,
        ]
    }
}

extension Order.Line {
    fileprivate var summary: JSONValue {
        [
            "line": JSONValue(number),
            "sku": .string(sku.rawValue),
            "name": .string(name),
            "quantity": JSONValue(quantity),
            "total_minor": .integer(totalMinor),
        ]
    }
}
