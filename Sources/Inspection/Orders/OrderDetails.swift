import Clockwork
import GRDB
import JSON
import Orders

/// Everything the ledgers say about one order number.
package struct OrderDetails: Sendable {
    package let orderNumber: String
    /// The row of `orders`; nil when no such order is stored.
    package var order: JSONObject?
    package var lines = Listing(columns: [])
    package var addresses = Listing(columns: [])
    package var discounts = Listing(columns: [])
    package var history = Listing(columns: [])
    package var outbox = Listing(columns: [])
    package var deliveries = Listing(columns: [])
    package var rejections = Listing(columns: [])
    /// Cancellations that came before the order.
    package var earlyCancellations = Listing(columns: [])
    package var messages = Listing(columns: [])
    /// The JSON exactly as the shop sent it.
    package var document: String?

    /// - Returns: Nil when no ledger knows the number.
    package init?(of orderNumber: String, in ledgers: Ledgers) throws {
        try ledgers.require(.oms)
        self.orderNumber = orderNumber
        try readBooks(ledgers)
        if try ledgers.hasTable("deliveries", in: .notify) {
            deliveries = try ledgers.look { db in
                try Listing.fetch(
                    db,
                    sql: """
                        SELECT partner, event_type, state, attempts, last_status, last_error, parked_reason, staged_at,
                               next_attempt_at, delivered_at
                        FROM notify.deliveries WHERE order_number = ? ORDER BY event_id, partner
                        """, arguments: [orderNumber])
            }
        }
        if try ledgers.hasTable("queue_messages", in: .broker), order == nil {
            messages = try ledgers.look { db in
                try Listing.fetch(
                    db,
                    sql: """
                        SELECT queue, message_id, receive_count, sent_at FROM broker.queue_messages WHERE order_number = ?
                        """, arguments: [orderNumber])
            }
        }
        if try ledgers.hasTable("early_cancellation_overview", in: .oms) {
            earlyCancellations = try ledgers.look { db in
                try Listing.fetch(
                    db,
                    sql: """
                        SELECT received_at, idempotency_key, state, settled_at, waited_ms
                        FROM oms.early_cancellation_overview WHERE order_number = ? ORDER BY received_at
                        """, arguments: [orderNumber])
            }
        }
        let isKnown = [rejections, messages, earlyCancellations].contains { !$0.rows.isEmpty }
        if order == nil, !isKnown { return nil }
    }

    private mutating func readBooks(_ ledgers: Ledgers) throws {
        let number: StatementArguments = [orderNumber]
        try ledgers.look { db in
            order = try Listing.fetch(
                db,
                sql: """
                    SELECT o.*, v.total, v.accept_lag_ms, v.stream_state, v.published_at
                    FROM oms.orders o JOIN oms.order_overview v USING (order_number) WHERE o.order_number = ?
                    """, arguments: number
            ).objects.first?.object
            lines = try Listing.fetch(
                db,
                sql: """
                    SELECT line_number, sku, name, quantity, unit_price_minor, discount_minor, tax_rate_bp, tax_minor,
                           total_minor
                    FROM oms.order_lines WHERE order_number = ? ORDER BY line_number
                    """, arguments: number)
            addresses = try Listing.fetch(
                db,
                sql: """
                    SELECT kind, name, company, line1, line2, city, region, postal_code, country, phone
                    FROM oms.order_addresses WHERE order_number = ? ORDER BY kind
                    """, arguments: number)
            discounts = try Listing.fetch(
                db,
                sql: """
                    SELECT position, code, description, amount_minor FROM oms.order_discounts WHERE order_number = ?
                    ORDER BY position
                    """, arguments: number)
            history = try Listing.fetch(
                db,
                sql: """
                    SELECT occurred_at, type, from_status, to_status, actor, trace_id, detail FROM oms.order_events
                    WHERE order_number = ? ORDER BY event_seq
                    """, arguments: number)
            outbox = try Listing.fetch(
                db,
                sql: """
                    SELECT event_id, created_at, attempts, last_error, published_at, shard_id, sequence_number FROM oms.outbox
                    WHERE order_number = ? ORDER BY outbox_seq
                    """, arguments: number)
            rejections = try Listing.fetch(
                db,
                sql: """
                    SELECT rejection_id, rejected_at, idempotency_key, message_id, reasons FROM oms.rejections
                    WHERE order_number = ? ORDER BY rejection_id
                    """, arguments: number)
            document = try String.fetchOne(
                db, sql: "SELECT document FROM oms.order_documents WHERE order_number = ?", arguments: number)
        }
    }
}

extension OrderDetails {
    /// Whether the sums in the columns agree with each other, in words.
    package var sums: [String] {
        guard let order, let currency = order["currency"]?.string.flatMap({ Currency($0) }) else { return [] }
        func money(_ name: String) -> String {
            order[name]?.integer.map { Money(minor: $0, currency).amount(groupedBy: ",") } ?? "?"
        }
        let taxed = order["prices_include_tax"]?.integer == 1
        let tax = taxed ? "(tax \(money("tax_minor")) included)" : "+ tax \(money("tax_minor"))"
        return [
            "items \(money("items_minor")) - discount \(money("discount_minor")) + shipping \(money("shipping_minor")) \(tax) "
                + "= \(currency.code) \(money("total_minor"))"
        ]
    }

    package var json: JSONValue {
        [
            "order": order.map(JSONValue.object) ?? .null,
            "lines": .array(lines.objects), "addresses": .array(addresses.objects),
            "discounts": .array(discounts.objects), "history": .array(history.objects),
            "outbox": .array(outbox.objects), "deliveries": .array(deliveries.objects),
            "rejections": .array(rejections.objects),
            "early_cancellations": .array(earlyCancellations.objects), "messages": .array(messages.objects),
            "document": document.flatMap { try? JSONValue(parsing: Array($0.utf8)) } ?? JSONValue(document),
        ]
    }

    /// The order as a page for the terminal.
    package func text(width: Int?) -> String {
        var page = ""
        if let order {
            page += heading(of: order)
            for sum in sums { page += "  \(sum)\n" }
        } else {
            page += "\(orderNumber)  not stored\n"
        }
        for (title, listing) in [
            ("lines", lines), ("discounts", discounts), ("addresses", addresses), ("history", history),
            ("on the way to the stream", outbox), ("deliveries", deliveries), ("rejections", rejections),
            ("cancelled before it came", earlyCancellations),
            ("in the queue", messages),
        ] where !listing.rows.isEmpty {
            page += "\n\(title)\n" + listing.withoutEmptyColumns.printed(as: .table, width: width)
        }
        return page
    }

    private func heading(of order: JSONObject) -> String {
        func field(_ name: String) -> String { PlainText.forTerminal(order[name]?.shown ?? "") }
        let customer = [field("customer_name"), field("customer_id"), field("customer_email")].filter {
            !$0.isEmpty
        }
        return """
            \(PlainText.forTerminal(orderNumber))  \(field("status"))  \(field("total"))  placed \(field("placed_at"))
              customer  \(customer.joined(separator: ", "))
              status    \(field("status")), version \(field("version"))
              stream    \(field("stream_state")) \(field("published_at"))
              accepted  \(field("accepted_at")), \(field("accept_lag_ms")) ms after it was placed
              payment   \(field("payment_status")) at \(field("payment_provider")), \(field("payment_reference"))
              key       \(field("idempotency_key"))
              document  SHA-256 \(field("document_sha256"))

            """
    }
}

extension Listing {
    /// Only the columns in which something stands.
    package var withoutEmptyColumns: Listing {
        let kept = columns.indices.filter { column in rows.contains { $0[column] != .null } }
        return Listing(
            columns: kept.map { columns[$0] }, rows: rows.map { row in kept.map { row[$0] } }, next: next)
    }
}
