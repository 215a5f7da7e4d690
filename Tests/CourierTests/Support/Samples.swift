import Clockwork
import Courier
import Wire

extension Endpoint {
    static func sample(_ name: String, patience: Patience = .standard) -> Endpoint {
        var endpoint = Endpoint(
            name: name, url: EndpointURL("http://127.0.0.1:9000/webhooks")!,
            secrets: [WebhookSecret(bytes: Array(0..<32))])
        endpoint.patience = patience
        return endpoint
    }
}

extension AcceptedEvent {
    /// The n-th event of an order.
    static func sample(
        _ order: String = "W-1", _ version: Int = 1, trace: String? = nil
    ) -> AcceptedEvent {
        let payload =
            #"{"type":"order.note","subject":"\#(order)","data":{"version":\#(version),"name":"Zoë ☕"}}"#
        return AcceptedEvent(
            eventId: "\(order)_order-note_\(version)", orderNumber: order, eventType: "order.note",
            orderVersion: version, payload: Blob(Array(payload.utf8)), traceparent: trace)
    }

    /// So many events of so many orders, mixed.
    static func samples(orders: Int, events: Int) -> [AcceptedEvent] {
        (1...events).flatMap { version in (1...orders).map { sample("W-\($0)", version) } }
    }
}
