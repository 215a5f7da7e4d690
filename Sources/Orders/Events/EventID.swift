/// What an event is called everywhere: derived from the order, the kind of event and its count, so that a
/// repeat is known wherever it turns up.
///
/// Written like `W-1001_order-accepted_1`. It holds no dot, which Standard Webhooks wants to keep for itself.
package struct EventID: Identifier {
    package let rawValue: String

    /// - Parameter count: Tells events of one kind and order apart; for those that happen once, 1.
    package init(_ order: OrderNumber, _ type: EventType, _ count: Int) {
        let kind = String(type.rawValue.map { $0 == "." ? "-" : $0 })
        rawValue = "\(order)_\(kind)_\(count)"
    }

    /// Nil unless the text is 1 to 128 letters, digits, underscores and hyphens.
    package init?(rawValue: String) {
        guard TextPattern.eventID.matches(rawValue) else { return nil }
        self.rawValue = rawValue
    }
}

/// What can happen to an order.
package enum EventType: String, CaseIterable, Sendable {
    case accepted = "order.accepted"
    case repeatReceived = "order.repeat_received"
    case conflictReceived = "order.conflict_received"
    case held = "order.held"
    case released = "order.released"
    case cancelled = "order.cancelled"
    case completed = "order.completed"
    case note = "order.note"
}
