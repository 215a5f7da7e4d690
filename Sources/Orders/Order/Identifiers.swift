/// A text that names one thing of one kind and can stand for no other kind.
package protocol Identifier: RawRepresentable<String>, Hashable, Comparable, Sendable, CustomStringConvertible
{}

extension Identifier {
    package var description: String { rawValue }
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// The shop's number of an order: 1 to 40 letters, digits and hyphens, such as `W-1001`.
package struct OrderNumber: Identifier {
    package let rawValue: String

    package init?(rawValue: String) {
        guard TextPattern.orderNumber.matches(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    package init?(_ text: String) { self.init(rawValue: text) }
}

/// What makes a repeat recognisable: one key for each intent of the shop, the same on every try.
///
/// 1 to 128 letters, digits, dots, underscores, colons and hyphens, such as `web:W-1001`.
package struct IdempotencyKey: Identifier {
    package let rawValue: String

    package init?(rawValue: String) {
        guard TextPattern.idempotencyKey.matches(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    package init?(_ text: String) { self.init(rawValue: text) }

    /// The key of the one intent to place an order of this number.
    package init(toPlace order: OrderNumber) { rawValue = "web:\(order)" }

    /// The key of the one intent to cancel an order of this number.
    package init(toCancel order: OrderNumber) { rawValue = "web:\(order):cancel" }
}

/// The shop's own name of a customer; a guest has none.
package struct CustomerID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package init(_ text: String) { rawValue = text }
}

/// The shop's name of a thing it sells.
package struct SKU: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package init(_ text: String) { rawValue = text }
}
