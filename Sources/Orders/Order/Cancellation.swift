import Clockwork

/// A shop's word that a customer does not want an order any more, as the document `order.cancelled/1` tells it.
///
/// It may come before the order that it is about: a queue that keeps no order, or a shop that sends again what was not
/// answered, can turn the two around.
package struct Cancellation: Hashable, Sendable {
    package var orderNumber: OrderNumber
    /// Of the wish to cancel, and so another one than the order's.
    package var idempotencyKey: IdempotencyKey
    /// By the shop's clock.
    package var cancelledAt: Timestamp
    /// In the shop's words, 1 to 200 characters. Partners read it.
    package var reason: String
    /// Nil for the whole order.
    package var lines: [Line]?

    package init(
        of orderNumber: OrderNumber, idempotencyKey: IdempotencyKey, cancelledAt: Timestamp, reason: String,
        lines: [Line]? = nil
    ) {
        self.orderNumber = orderNumber
        self.idempotencyKey = idempotencyKey
        self.cancelledAt = cancelledAt
        self.reason = reason
        self.lines = lines
    }

    /// Pieces of one line of the order.
    package struct Line: Hashable, Sendable {
        /// The order's own number of the line.
        package var number: Int
        /// 1 to 1,000,000.
        package var quantity: Int

        package init(number: Int, quantity: Int) {
            self.number = number
            self.quantity = quantity
        }
    }
}
