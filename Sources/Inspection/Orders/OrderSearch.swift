import GRDB
import JSON

/// Pages of orders, newest or largest first.
///
/// A page begins behind the last order of the one before, not at a count of rows: so paging costs the same at
/// every depth, and new orders shift nothing.
package struct OrderSearch: Sendable {
    package enum Sorting: String, CaseIterable, Sendable {
        case placed, accepted, total

        var column: String {
            switch self {
            case .placed: "placed_at"
            case .accepted: "accepted_at"
            case .total: "total_minor"
            }
        }
    }

    package var filter: OrderFilter
    package var sorting: Sorting
    /// 1 to 10,000.
    package var limit: Int

    package init(_ filter: OrderFilter = OrderFilter(), sorting: Sorting = .accepted, limit: Int = 50) {
        self.filter = filter
        self.sorting = sorting
        self.limit = limit
    }

    /// The columns that a table shows unless others are asked for.
    package static let shown = [
        "order_number", "placed_at", "customer_name", "ship_to", "line_count", "total", "status",
        "stream_state", "partners",
        "accept_lag_ms",
    ]

    /// - Parameter cursor: ``Listing/next`` of the page before; nil for the first.
    /// - Throws: ``LedgerError``, ``BadCursor``.
    package func page(of ledgers: Ledgers, after cursor: String? = nil) throws -> Listing {
        try ledgers.require(.oms)
        if filter.concernsDeliveries { try ledgers.require(.notify) }
        let place = try cursor.map(Place.init)
        return try ledgers.look { db in
            var page = try Listing.fetch(db, sql: sql(after: place), arguments: arguments(after: place))
            if page.rows.count > limit {
                page.rows.removeLast(page.rows.count - limit)
                if let last = page.rows.last { page.next = Place(key: last[0], number: last[1].shown).text }
            }
            page.columns.removeFirst()  // the sorting key
            for row in page.rows.indices { page.rows[row].removeFirst() }
            if ledgers.has(.notify) { try addPartners(to: &page, db) }
            return page
        }
    }

    private func sql(after place: Place?) -> String {
        let column = "o.\(sorting.column)"
        return """
            WITH page AS (
              SELECT o.order_number AS number, \(column) AS sorting_key FROM oms.orders o
              WHERE \(filter.sql.text) \(place == nil ? "" : "AND (\(column), o.order_number) < (?, ?)")
              ORDER BY \(column) DESC, o.order_number DESC LIMIT ?)
            SELECT page.sorting_key, v.order_number, v.placed_at, v.accepted_at, v.accept_lag_ms, v.customer_name, v.ship_to,
                   v.line_count, v.unit_count, v.total, v.currency, v.total_minor, v.channel, v.status, v.stream_state,
                   v.published_at
            FROM page CROSS JOIN oms.order_overview v ON v.order_number = page.number
            ORDER BY page.sorting_key DESC, page.number DESC
            """
    }

    private func arguments(after place: Place?) -> StatementArguments {
        var arguments = filter.sql.arguments
        if let place {
            switch (place.key, sorting) {
            case (let key, .total): arguments += [Int64(key.shown) ?? 0, place.number]
            case (let key, _): arguments += [key.shown, place.number]
            }
        }
        return arguments + [limit + 1]
    }

    /// A dot for each partner by name: ● delivered, ◐ on its way, ✖ parked, ○ skipped; and how many of each. Of several
    /// events the one counts with which it stands worst.
    private func addPartners(to page: inout Listing, _ db: Database) throws {
        let numbers = JSONValue.array(page.rows.map { $0[0] }).text
        let states = try Row.fetchAll(
            db,
            sql: """
                SELECT order_number, partner,
                       CASE WHEN max(state = 'parked') THEN 'parked' WHEN max(state IN ('pending', 'retrying')) THEN 'pending'
                            WHEN max(state = 'skipped') THEN 'skipped' ELSE 'delivered' END
                FROM notify.deliveries
                WHERE order_number IN (SELECT value FROM json_each(?)) GROUP BY order_number, partner ORDER BY partner
                """, arguments: [numbers])
        let byOrder = Dictionary(grouping: states) { $0[0] as String }
        page.columns += ["partners", "delivered", "pending", "parked"]
        for row in page.rows.indices {
            let states = (byOrder[page.rows[row][0].shown] ?? []).map { $0[2] as String }
            page.rows[row] += [
                .string(states.map(Self.dot).joined()),
                JSONValue(states.count { $0 == "delivered" }),
                JSONValue(states.count { $0 == "pending" }),
                JSONValue(states.count { $0 == "parked" || $0 == "skipped" }),
            ]
        }
    }

    private static func dot(_ state: String) -> String {
        switch state {
        case "delivered": "●"
        case "parked": "✖"
        case "skipped": "○"
        default: "◐"
        }
    }

    /// Where a page ended: the sorting key and the number of its last order.
    private struct Place {
        let key: JSONValue
        let number: String

        init(key: JSONValue, number: String) {
            self.key = key
            self.number = number
        }

        init(_ cursor: String) throws(BadCursor) {
            let parts = cursor.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw BadCursor(text: cursor) }
            self.init(key: .string(parts[0]), number: parts[1])
        }

        var text: String { "\(key.shown)/\(number)" }
    }

    /// A cursor that no page of ours has given.
    package struct BadCursor: Error, Hashable, CustomStringConvertible {
        let text: String

        package var description: String {
            "\(text) is no place in a list. Use what the page before gave with --after."
        }
    }
}
