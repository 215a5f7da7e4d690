import Clockwork
import GRDB
import JSON
import Orders

/// What each entry looks like, row by row.
extension Books {
    /// - Returns: False when the number is taken.
    func insert(_ order: Order, hash: ContentHash) throws -> Bool {
        try db.run(
            """
            INSERT INTO orders
              (order_number, idempotency_key, status, channel, customer_id, customer_name, customer_email, currency,
               prices_include_tax, line_count, unit_count, items_minor, discount_minor, shipping_minor, tax_minor,
               total_minor, payment_provider, payment_reference, payment_status, placed_at, accepted_at, updated_at,
               document_sha256)
            VALUES (?, ?, 'accepted', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (order_number) DO NOTHING
            """,
            [
                order.number.rawValue, order.idempotencyKey.rawValue, order.channel.rawValue,
                order.customer.id?.rawValue, order.customer.name, order.customer.email, order.currency.code,
                order.pricesIncludeTax, order.lines.count, order.unitCount, order.totals.itemsMinor,
                order.totals.discountMinor, order.totals.shippingMinor, order.totals.taxMinor,
                order.totals.totalMinor, order.payment.provider, order.payment.reference,
                order.payment.status.rawValue, order.placedAt.description, today, today, hash.rawValue,
            ])
        return db.changesCount == 1
    }

    /// Lines, addresses, discounts, and the document as it came.
    func insertParts(of sound: SoundOrder) throws {
        let order = sound.order
        let number = order.number.rawValue
        for line in order.lines { try insert(line, of: number) }
        try insert(order.billingAddress, "billing", of: number)
        try insert(order.shippingAddress, "shipping", of: number)
        for (place, discount) in order.discounts.enumerated() {
            try db.run(
                """
                INSERT INTO order_discounts (order_number, position, code, description, amount_minor)
                VALUES (?, ?, ?, ?, ?)
                """,
                [number, place + 1, discount.code, discount.description, discount.amountMinor])
        }
        try db.run(
            "INSERT INTO order_documents (order_number, document, received_bytes) VALUES (?, ?, ?)",
            [number, sound.document, sound.document.utf8.count])
    }

    private func insert(_ line: Order.Line, of number: String) throws {
        try db.run(
            """
            INSERT INTO order_lines
              (order_number, line_number, sku, name, quantity, unit_price_minor, discount_minor, tax_rate_bp,
               tax_minor, total_minor)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                number, line.number, line.sku.rawValue, line.name, line.quantity, line.unitPriceMinor,
                line.discountMinor, line.taxRateBasisPoints, line.taxMinor, line.totalMinor,
            ])
    }

    private func insert(_ address: Order.Address, _ kind: String, of number: String) throws {
        try db.run(
            """
            INSERT INTO order_addresses
              (order_number, kind, name, company, line1, line2, city, region, postal_code, country, phone)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                number, kind, address.name, address.company, address.line1, address.line2, address.city,
                address.region, address.postalCode, address.country, address.phone,
            ])
    }

    /// Adds to an order's history; what is null is left out.
    func note(
        _ id: EventID, _ type: EventType, on number: OrderNumber, from: String? = nil, to: String? = nil,
        about message: JudgedMessage, with more: KeyValuePairs<String, JSONValue> = [:]
    ) throws {
        var detail = JSONObject()
        detail["message_id"] = .string(message.id)
        detail["receive_count"] = JSONValue(message.receiveCount)
        for (name, value) in more where value != .null { detail[name] = value }
        try db.run(
            """
            INSERT INTO order_events
              (event_id, order_number, type, from_status, to_status, occurred_at, actor, trace_id, detail)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id.rawValue, number.rawValue, type.rawValue, from, to, today, actor, message.trace?.traceID,
                JSONValue.object(detail).text,
            ])
    }

    /// The name of an order's next event of a type that can happen more than once.
    func nextEventID(_ number: OrderNumber, _ type: EventType) throws -> EventID {
        let earlier = try Int.fetchOne(
            db.cachedStatement(
                sql: "SELECT count(*) FROM order_events WHERE order_number = ? AND type = ?"),
            arguments: [number.rawValue, type.rawValue])
        return EventID(number, type, (earlier ?? 0) + 1)
    }

    /// Leaves an event for the relay. The partition key is the order's number, so that an order's events stay in order.
    func insertOutbox(_ event: OrderEvent) throws {
        try db.run(
            """
            INSERT INTO outbox (event_id, order_number, partition_key, payload, created_at) VALUES (?, ?, ?, ?, ?)
            """,
            [
                event.id.rawValue, event.orderNumber.rawValue, event.orderNumber.rawValue, event.payload,
                today,
            ])
    }

    /// - Returns: The new `rejection_id`.
    func insertRejection(
        _ rejection: Rejection, reasons: [Reason]? = nil, from message: JudgedMessage
    ) throws -> Int64 {
        try db.run(
            """
            INSERT INTO rejections (order_number, idempotency_key, message_id, rejected_at, reasons, document)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                rejection.orderNumber?.rawValue, rejection.idempotencyKey?.rawValue, message.id, today,
                JSONValue.array((reasons ?? rejection.reasons).map(\.json)).text, rejection.document,
            ])
        return db.lastInsertedRowID
    }
}
