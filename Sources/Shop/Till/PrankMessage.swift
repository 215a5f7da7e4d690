import Clockwork
import Orders

/// What a prank puts on the queue.
struct PrankMessage {
    let orderNumber: String
    let idempotencyKey: String
    let document: OrderDocument

    /// The cancellation of an order that is yet to be sent.
    init(cancelling purchase: Purchase, now: Timestamp) {
        let cancellation = Cancellation(
            of: purchase.number, idempotencyKey: IdempotencyKey(toCancel: purchase.number), cancelledAt: now,
            reason: "The customer changed their mind.")
        self.init(
            orderNumber: cancellation.orderNumber.rawValue,
            idempotencyKey: cancellation.idempotencyKey.rawValue, document: cancellation.document)
    }

    /// - Parameters:
    ///   - mark: Tells this message from others of its kind; empty where there is only one.
    ///   - known: An order that the queue has.
    /// - Returns: Nil where the prank needs such an order and there is none, or none that it could be played
    ///   with.
    init?(_ prank: Prank.Kind, mark: String = "", with known: Parcel?) {
        switch prank {
        case .again:
            guard let known else { return nil }
            self.init(
                orderNumber: known.orderNumber, idempotencyKey: known.idempotencyKey,
                document: OrderDocument(known.document))
        case .conflict:
            guard let known, let order = Order(soundIn: known), let dearer = order.dearer(mark) else {
                return nil
            }
            self.init(
                orderNumber: dearer.number.rawValue, idempotencyKey: dearer.idempotencyKey.rawValue,
                document: dearer.document)
        case .poison:
            self.init(
                orderNumber: "not-an-order\(mark)", idempotencyKey: "not-an-order\(mark)",
                document: OrderDocument("This is not an order."))
        case .oversize:
            self.init(
                orderNumber: "too-large\(mark)", idempotencyKey: "too-large\(mark)",
                document: OrderDocument(String(repeating: "x", count: OrderDocument.maximumBytes + 1)))
        case .earlyCancel:
            return nil  // comes with a customer, not with an order that the queue has
        }
    }

    private init(orderNumber: String, idempotencyKey: String, document: OrderDocument) {
        self.orderNumber = orderNumber
        self.idempotencyKey = idempotencyKey
        self.document = document
    }
}

extension Order {
    /// The order in a parcel, if it keeps the rules.
    fileprivate init?(soundIn parcel: Parcel) {
        let judgement = OrderDocument(parcel.document).judged(now: Timestamp(milliseconds: .max / 1_000_000))
        guard case .sound(let sound) = judgement else { return nil }
        self = sound.order
    }
}
