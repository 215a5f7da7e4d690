import GRDB
import JSON

/// Orders for other programs: all columns, and on request what belongs to them.
///
/// Read in pages, so that a long export holds no file up. What is stored while it runs may be in it or not.
package struct OrderExport: Sendable {
    /// What goes with each order.
    package enum Company: String, CaseIterable, Sendable {
        case lines, events, deliveries

        fileprivate var sql: String {
            switch self {
            case .lines:
                """
                SELECT order_number, line_number, sku, name, quantity, unit_price_minor, discount_minor, tax_rate_bp,
                       tax_minor, total_minor
                FROM oms.order_lines WHERE order_number IN (SELECT value FROM json_each(?)) ORDER BY order_number, line_number
                """
            case .events:
                """
                SELECT order_number, event_seq, event_id, type, from_status, to_status, occurred_at, actor, trace_id, detail
                FROM oms.order_events WHERE order_number IN (SELECT value FROM json_each(?)) ORDER BY order_number, event_seq
                """
            case .deliveries:
                """
                SELECT order_number, event_id, partner, event_type, state, attempts, staged_at, next_attempt_at, delivered_at,
                       last_status, last_error, parked_reason
                FROM notify.deliveries WHERE order_number IN (SELECT value FROM json_each(?))
                ORDER BY order_number, event_id, partner
                """
            }
        }
    }

    package var filter: OrderFilter
    package var company: Company?
    private static let pageSize = 500

    package init(_ filter: OrderFilter = OrderFilter(), with company: Company? = nil) {
        self.filter = filter
        self.company = company
    }

    /// Hands out the export page by page, oldest order first.
    ///
    /// In flat formats the company makes the rows: one for each line, event or delivery, under the order's
    /// number.
    /// - Parameter isFlat: True for CSV, false for JSON, where the company hangs in each order.
    /// - Returns: How many orders.
    package func write(
        from ledgers: Ledgers, isFlat: Bool, to page: (Listing) throws -> Void
    ) throws -> Int {
        try ledgers.require(.oms)
        if filter.concernsDeliveries || company == .deliveries { try ledgers.require(.notify) }
        var last: (acceptedAt: String, number: String)?
        var count = 0
        while true {
            let orders = try ledgers.look { try self.orders(after: last, $0) }
            guard let accepted = orders.columns.firstIndex(of: "accepted_at"), let end = orders.rows.last
            else {
                if count == 0 { try page(try ledgers.look { try joined(orders, isFlat: isFlat, $0) }) }
                return count
            }
            last = (end[accepted].shown, end[0].shown)
            count += orders.rows.count
            try page(try ledgers.look { try joined(orders, isFlat: isFlat, $0) })
        }
    }

    private func orders(after last: (acceptedAt: String, number: String)?, _ db: Database) throws -> Listing {
        var (condition, arguments) = filter.sql
        if let last {
            condition += " AND (o.accepted_at, o.order_number) > (?, ?)"
            arguments += [last.acceptedAt, last.number]
        }
        return try Listing.fetch(
            db,
            sql: """
                WITH page AS (SELECT o.order_number AS number FROM oms.orders o WHERE \(condition)
                              ORDER BY o.accepted_at, o.order_number LIMIT \(Self.pageSize))
                SELECT o.order_number, o.idempotency_key, o.status, o.channel, o.customer_id, o.customer_name,
                       o.customer_email, v.ship_to, o.currency, v.total, o.prices_include_tax, o.line_count, o.unit_count,
                       o.items_minor, o.discount_minor, o.shipping_minor, o.tax_minor, o.total_minor, o.payment_provider,
                       o.payment_reference, o.payment_status, o.placed_at, o.accepted_at, o.updated_at, o.version,
                       o.document_sha256, v.stream_state, v.published_at
                FROM page CROSS JOIN oms.orders o ON o.order_number = page.number
                JOIN oms.order_overview v ON v.order_number = page.number
                ORDER BY o.accepted_at, o.order_number
                """, arguments: arguments)
    }

    private func joined(_ orders: Listing, isFlat: Bool, _ db: Database) throws -> Listing {
        guard let company else { return orders }
        let numbers = JSONValue.array(orders.rows.map { $0[0] }).text
        let rows = try Listing.fetch(db, sql: company.sql, arguments: [numbers])
        if isFlat { return rows }
        let byOrder = Dictionary(grouping: rows.objects) { $0["order_number"]?.string ?? "" }
        return Listing(
            columns: orders.columns + [company.rawValue],
            rows: orders.rows.map { $0 + [.array(byOrder[$0[0].shown] ?? [])] })
    }
}
