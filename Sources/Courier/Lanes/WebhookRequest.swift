import Clockwork
import Wire

extension WireRequest {
    /// One attempt as it crosses the wire: signed now, with the same id and the same bytes each time.
    ///
    /// - Parameter now: By the wall clock, against which the receiver checks it.
    init(carrying errand: Errand, to endpoint: Endpoint, now: Timestamp) {
        let signature = WebhookSignature(id: errand.eventID, moment: now, body: errand.payload)
        var headers: WireHeaders = [
            "host": endpoint.url.authority,
            "content-type": "application/json",
            "user-agent": "orderflow-courier/1",
            "webhook-id": errand.eventID,
            "webhook-timestamp": String(now.seconds),
            "webhook-signature": signature.header(secrets: endpoint.secrets),
            "webhook-attempt": String(errand.attempt),
        ]
        if let trace = errand.traceparent { headers.append("traceparent", trace) }
        self.init(
            method: "POST", path: endpoint.url.path, query: endpoint.url.query, headers: headers,
            body: errand.payload)
    }
}
