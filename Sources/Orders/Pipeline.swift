/// What the places and carriers of the street are called, unless the configuration says otherwise.
package enum Pipeline {
    /// The queue of orders: first in, first out per order number, no repeat within five minutes.
    package static let orderQueue = "orders.fifo"
    package static let deadOrderQueue = "orders-dead.fifo"

    /// The same two for those who choose a standard queue.
    package static let standardOrderQueue = "orders"
    package static let standardDeadOrderQueue = "orders-dead"

    /// The stream of events, cut into shards by order number.
    package static let eventStream = "order-events"
    package static let eventShards = 4

    /// The function that wakes on the stream.
    package static let function = "notify-partners"

    /// Where the function says which stretches of the stream expired before it had read them, so that the OMS
    /// publishes their events again; and where a message goes that the OMS cannot read.
    package static let gapQueue = "order-events-gaps"
    package static let deadEventQueue = "order-events-dead"

    package static let partners = ["warehouse", "crm", "carrier"]

    /// The message attribute and the HTTP header that carry a ``TraceParent``.
    package static let traceAttribute = "traceparent"
}
