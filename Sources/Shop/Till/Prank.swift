import Clockwork
import JSON
import Orders

/// Something that a shop should not do, done on purpose at a time of its day to show what comes of it.
package struct Prank: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The order that was acknowledged last is sent again, unchanged.
        case again = "repeat"
        /// The same with a changed total.
        case conflict
        /// Something that is not an order.
        case poison
        /// Something that is larger than any order may be, and than any message.
        case oversize
        /// The next customer's order is cancelled before it is sent.
        case earlyCancel = "early_cancel"
    }

    package var kind: Kind
    /// Counted from the opening, as real time, whatever the pace.
    package var due: Duration

    package init(_ kind: Kind, at due: Duration) {
        self.kind = kind
        self.due = due
    }

    /// What the demo plays, in this order.
    package static let demo = [
        Prank(.again, at: .seconds(25)), Prank(.conflict, at: .seconds(25)), Prank(.poison, at: .seconds(30)),
    ]
}

extension Order {
    /// The same order a little dearer: a document that is sound by itself, under a key of its own.
    ///
    /// - Parameter mark: Tells this one from others; empty where there is only one.
    /// - Returns: Nil where the amounts have no room for more.
    func dearer(_ mark: String = "") -> Order? {
        var order = self
        order.shipping.priceMinor += 100
        guard let key = IdempotencyKey("\(idempotencyKey):dearer\(mark)"),
            let totals = Totals(
                of: lines, discounts: discounts, shipping: order.shipping, pricesIncludeTax: pricesIncludeTax)
        else { return nil }
        order.idempotencyKey = key
        order.totals = totals
        order.payment.amountMinor = totals.totalMinor
        if order.payment.status == .nothingDue { order.payment.status = .pending }
        return order
    }
}
