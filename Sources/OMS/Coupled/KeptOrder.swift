import Disk
import GRDB
import Orders

/// An order in the books, and what every partner is to hear about it.
struct KeptOrder: Hashable, Sendable {
    let number: OrderNumber
    let eventID: String
    /// The same bytes at each call.
    let payload: String
}

extension OrderStore {
    /// Finds the order of a message in the books.
    ///
    /// - Returns: Nil unless it stands there with this very content: a rejected order and a conflicting one do not, however
    ///   often they come.
    func kept(_ message: JudgedMessage) throws -> KeptOrder? {
        guard case .sound(let sound) = message.judgement else { return nil }
        return try disk.read { db in
            try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT b.event_id, b.payload FROM orders o JOIN outbox b USING (order_number)
                        WHERE o.order_number = ? AND o.document_sha256 = ? ORDER BY b.outbox_seq LIMIT 1
                        """),
                arguments: [sound.order.number.rawValue, sound.contentHash.rawValue]
            ).map { KeptOrder(number: sound.order.number, eventID: $0[0], payload: $0[1]) }
        }
    }
}
