import GRDB
import JSON
import Orders

/// Orders summed up, one row for each group and currency.
package enum OrderStatistics {
    package enum Grouping: String, CaseIterable, Sendable {
        case minute, hour, day, channel, country, status

        fileprivate var expression: String {
            switch self {
            case .minute: "substr(o.accepted_at, 1, 16) || 'Z'"
            case .hour: "substr(o.accepted_at, 1, 13) || ':00Z'"
            case .day: "substr(o.accepted_at, 1, 10)"
            case .channel: "o.channel"
            case .country: "a.country"
            case .status: "o.status"
            }
        }
    }

    package static func listing(
        of ledgers: Ledgers, by grouping: Grouping?, matching filter: OrderFilter = OrderFilter()
    ) throws -> Listing {
        try ledgers.require(.oms)
        if filter.concernsDeliveries { try ledgers.require(.notify) }
        let name = grouping?.rawValue ?? "orders_of"
        let (condition, arguments) = filter.sql
        var listing = try ledgers.look { db in
            try Listing.fetch(
                db,
                sql: """
                    SELECT \(grouping?.expression ?? "'all'") AS \(name), o.currency, count(*) AS orders,
                           sum(o.line_count) AS lines, sum(o.unit_count) AS units, sum(o.total_minor) AS total_minor
                    FROM oms.orders o
                    LEFT JOIN oms.order_addresses a ON a.order_number = o.order_number AND a.kind = 'shipping'
                    WHERE \(condition) GROUP BY 1, 2 ORDER BY 1, 2
                    """, arguments: arguments)
        }
        listing.columns.append("total")
        for row in listing.rows.indices {
            let currency = Currency(listing.rows[row][1].shown), minor = listing.rows[row][5].integer
            listing.rows[row].append(
                currency.flatMap { known in
                    minor.map { .string("\(known.code) \(Money(minor: $0, known).amount(groupedBy: ","))") }
                }
                    ?? .null)
        }
        return listing
    }
}
