import Clockwork
import GRDB

/// Which orders are meant. Empty means all; what is given must all be so.
package struct OrderFilter: Hashable, Sendable {
    /// One thing that must be so.
    package enum Condition: Hashable, Sendable {
        case number(String)
        case status(String)
        /// The customer's id, or part of the name or the e-mail.
        case customer(String)
        case sku(String)
        /// Where it goes: ISO 3166-1, two letters.
        case country(String)
        case channel(String)
        /// Minor units of the order's own currency.
        case total(ClosedRange<Int64>)
        case placed(from: Timestamp?, until: Timestamp?)
        case accepted(from: Timestamp?, until: Timestamp?)
        /// A delivery in this state; nil for any state, or any partner.
        case delivery(partner: String?, state: String?)
        /// Its history has an event of this type, such as `order.conflict_received`.
        case event(String)
        /// Part of the number, the customer's name or e-mail.
        case text(String)
    }

    /// What an order's status can be.
    package static let statuses = ["new", "accepted", "on_hold", "cancelled", "completed"]
    /// What can be the state of a delivery.
    package static let deliveryStates = ["pending", "retrying", "delivered", "parked", "skipped"]

    package var conditions: [Condition]

    package init(_ conditions: [Condition] = []) {
        self.conditions = conditions
    }

    /// Whether deliveries have to be asked for.
    var concernsDeliveries: Bool {
        conditions.contains { if case .delivery = $0 { true } else { false } }
    }

    /// What must be so, as SQL over `oms.orders o`.
    var sql: (text: String, arguments: StatementArguments) {
        conditions.reduce(into: ("1", StatementArguments())) { sql, condition in
            let (text, arguments) = condition.sql
            sql.0 += " AND \(text)"
            sql.1 += StatementArguments(arguments)
        }
    }
}

extension OrderFilter.Condition {
    fileprivate var sql: (String, [(any DatabaseValueConvertible)?]) {
        switch self {
        case .number(let number): return ("o.order_number = ?", [number])
        case .status(let status): return ("o.status = ?", [status])
        case .customer(let customer):
            return (
                "(o.customer_id = ? OR instr(lower(o.customer_name), lower(?)) OR instr(lower(o.customer_email), lower(?)))",
                [customer, customer, customer]
            )
        case .sku(let sku):
            return ("o.order_number IN (SELECT order_number FROM oms.order_lines WHERE sku = ?)", [sku])
        case .country(let country):
            return (
                """
                o.order_number IN (SELECT order_number FROM oms.order_addresses
                                    WHERE kind = 'shipping' AND country = upper(?))
                """, [country]
            )
        case .channel(let channel): return ("o.channel = ?", [channel])
        case .total(let range):
            return ("o.total_minor BETWEEN ? AND ?", [range.lowerBound, range.upperBound])
        case .placed(let from, let until): return Self.span("o.placed_at", from, until)
        case .accepted(let from, let until): return Self.span("o.accepted_at", from, until)
        case .delivery(let partner, let state):
            return (
                """
                o.order_number IN (SELECT order_number FROM notify.deliveries
                                    WHERE partner = coalesce(?, partner) AND state = coalesce(?, state))
                """, [partner, state]
            )
        case .event(let type):
            return ("o.order_number IN (SELECT order_number FROM oms.order_events WHERE type = ?)", [type])
        case .text(let text):
            return (
                """
                (instr(lower(o.order_number), lower(?)) OR instr(lower(o.customer_name), lower(?))
                  OR instr(lower(o.customer_email), lower(?)))
                """, [text, text, text]
            )
        }
    }

    /// From a moment on, and before another.
    private static func span(
        _ column: String, _ from: Timestamp?, _ until: Timestamp?
    ) -> (String, [(any DatabaseValueConvertible)?]) {
        let bounds = [from.map { ("\(column) >= ?", $0) }, until.map { ("\(column) < ?", $0) }].compactMap(
            \.self)
        return bounds.isEmpty
            ? ("1", []) : (bounds.map(\.0).joined(separator: " AND "), bounds.map(\.1.description))
    }
}
