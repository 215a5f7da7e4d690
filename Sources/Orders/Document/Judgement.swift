/// What comes of reading a document, before anyone asks whether the order is known already.
package enum Judgement: Hashable, Sendable {
    /// An order that keeps every rule.
    case sound(SoundOrder)
    /// A cancellation that keeps every rule which needs no order to be held against.
    case cancellation(SoundCancellation)
    /// It names an order and breaks rules: the shop may correct it and send it again under a new key.
    case rejected(Rejection)
    /// Not an order at all: it is left to the dead-letter queue.
    case unreadable(Reason)
}

/// An order, and the document that it was read from.
package struct SoundOrder: Hashable, Sendable {
    package let order: Order
    /// Exactly as it came.
    package let document: String
    package let contentHash: ContentHash
}

/// A cancellation, and the document that it was read from.
package struct SoundCancellation: Hashable, Sendable {
    package let cancellation: Cancellation
    /// Exactly as it came.
    package let document: String
    package let contentHash: ContentHash
}

/// Why a readable order, or a readable cancellation, is not taken.
package struct Rejection: Hashable, Sendable {
    /// Nil when the document's number is not written as one.
    package let orderNumber: OrderNumber?
    /// Nil when the document has no key that is written as one.
    package let idempotencyKey: IdempotencyKey?
    package let contentHash: ContentHash
    /// Exactly as it came.
    package let document: String
    /// All reasons of the first stage that failed; at least one.
    package let reasons: [Reason]
}

extension Rejection {
    /// A sound order whose number is known already with another content.
    package init(conflicting sound: SoundOrder) {
        self.init(
            orderNumber: sound.order.number, idempotencyKey: sound.order.idempotencyKey,
            contentHash: sound.contentHash, document: sound.document,
            reasons: [
                Reason(
                    .conflict, at: "/order_number",
                    "This number is taken by an order with another content. Send a change under a new number."
                )
            ])
    }

    /// A sound cancellation that cannot be carried out.
    package init(of sound: SoundCancellation, because reasons: [Reason]) {
        self.init(
            orderNumber: sound.cancellation.orderNumber, idempotencyKey: sound.cancellation.idempotencyKey,
            contentHash: sound.contentHash, document: sound.document, reasons: reasons)
    }
}
