import Clockwork
import Orders

/// Writes orders as a table for people: a row for each line.
enum HouseSheet {
    static func text(of orders: [Order]) -> String {
        let rows = orders.flatMap { order in order.lines.map { row(of: $0, in: order) } }
        return ([header] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    private static let header = [
        "order_number", "placed_at", "channel", "customer_id", "country", "line", "sku", "name", "quantity",
        "unit_price_minor", "discount_minor", "tax_rate_bp", "total_minor", "order_discount_minor",
        "order_shipping_minor", "order_total_minor",
    ]

    private static func row(of line: Order.Line, in order: Order) -> [String] {
        [
            order.number.rawValue, order.placedAt.description, order.channel.rawValue,
            order.customer.id?.rawValue ?? "", order.shippingAddress.country, "\(line.number)",
            line.sku.rawValue,
            quoted(line.name), "\(line.quantity)", "\(line.unitPriceMinor)", "\(line.discountMinor)",
            "\(line.taxRateBasisPoints)", "\(line.totalMinor)", "\(order.totals.discountMinor)",
            "\(order.totals.shippingMinor)", "\(order.totals.totalMinor)",
        ]
    }

    private static func quoted(_ text: String) -> String {
        let doubled = text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        return text.contains { $0 == "," || $0 == "\"" } ? "\"\(doubled)\"" : text
    }
}
