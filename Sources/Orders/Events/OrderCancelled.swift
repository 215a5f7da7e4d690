import Clockwork
import JSON

extension OrderEvent {
    /// `order.cancelled`: the order will not be fulfilled. Whoever has begun on it can stop.
    ///
    /// - Parameters:
    ///   - version: Of the order, after the event.
    ///   - time: When we cancelled it; when the customer did stands in the data.
    package static func cancelled(
        _ cancellation: Cancellation, version: Int, at time: Timestamp, trace: TraceParent?
    ) -> OrderEvent {
        OrderEvent(
            id: EventID(cancellation.orderNumber, .cancelled, 1), type: .cancelled,
            orderNumber: cancellation.orderNumber, orderVersion: version, time: time, traceParent: trace,
            data: [
                "order_number": .string(cancellation.orderNumber.rawValue),
                "version": JSONValue(version),
                "status": "cancelled",
                "cancelled_at": .string(cancellation.cancelledAt.description),
                "reason": .string(cancellation.reason),
            ])
    }
}
