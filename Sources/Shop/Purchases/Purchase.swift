import Clockwork
import Orders

/// What a customer hands over at the till.
package struct Purchase: Hashable, Sendable {
    package let number: OrderNumber
    package let idempotencyKey: IdempotencyKey
    package let document: OrderDocument

    package init(_ order: Order) {
        self.init(number: order.number, idempotencyKey: order.idempotencyKey, document: order.document)
    }

    init(number: OrderNumber, idempotencyKey: IdempotencyKey, document: OrderDocument) {
        self.number = number
        self.idempotencyKey = idempotencyKey
        self.document = document
    }
}

/// Where a shop's purchases come from: each by its place, so that a shop that was killed goes on where it
/// was.
package protocol PurchaseSource: Sendable {
    /// Tells this source from others in the shop's ledger: two sources of one name hold the same purchases.
    var name: String { get }

    /// How many purchases there are; nil for a source without end.
    var count: Int? { get }

    /// The purchase at a place, counted from 0; nil behind the last one.
    ///
    /// - Parameter now: For sources whose customers come whenever they are asked.
    func purchase(at place: Int, now: Timestamp) -> Purchase?

    /// When the purchase at a place was made, counted from the first one; nil where the source has no clock
    /// of its own.
    func moment(of place: Int) -> Duration?
}

/// The orders of a day that has been, in the order in which they were placed.
package struct TradingDay: PurchaseSource {
    package let name: String
    package let orders: [Order]

    package init(named name: String, orders: [Order]) {
        self.name = name
        self.orders = orders
    }

    package var count: Int? { orders.count }

    package func purchase(at place: Int, now: Timestamp) -> Purchase? {
        orders.indices.contains(place) ? Purchase(orders[place]) : nil
    }

    package func moment(of place: Int) -> Duration? {
        guard orders.indices.contains(place) else { return nil }
        return max(.zero, orders[place].placedAt - orders[0].placedAt)
    }

    /// From the first order to the last.
    package var span: Duration { moment(of: orders.count - 1) ?? .zero }
}
