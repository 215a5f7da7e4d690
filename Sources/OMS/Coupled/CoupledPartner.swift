import Clockwork
import Wire

/// A partner whom the OMS calls itself.
package struct CoupledPartner: Sendable {
    package var name: String
    /// Where it takes webhooks, such as `/webhooks`.
    package var path: String
    package var secret: WebhookSecret
    package var transport: any Transport
    /// The longest wait for an answer: a customer waits with us.
    package var timeout = Duration.seconds(2)

    package init(name: String, path: String, secret: WebhookSecret, transport: any Transport) {
        self.name = name
        self.path = path
        self.secret = secret
        self.transport = transport
    }

    /// Tells it of an order, once.
    ///
    /// - Parameter now: By the wall clock, against which the partner checks the signature.
    /// - Returns: What went wrong, in words; nil when it has said yes.
    func hears(of order: KeptOrder, now: Timestamp) async -> String? {
        do {
            let response = try await transport.send(webhook(about: order, now: now), timeout: timeout)
            return (200..<300).contains(response.status) ? nil : "\(name) answered \(response.status)"
        } catch {
            return "\(name) did not answer: \(error)"
        }
    }

    private func webhook(about order: KeptOrder, now: Timestamp) -> WireRequest {
        let body = Array(order.payload.utf8)
        let signature = WebhookSignature(id: order.eventID, moment: now, body: body)
        return WireRequest(
            path: path,
            headers: [
                "host": transport.endpoint.split(separator: "/").last.map(String.init) ?? "",
                "content-type": "application/json", "user-agent": "orderflow-oms/1",
                "webhook-id": order.eventID, "webhook-timestamp": String(now.seconds),
                "webhook-signature": signature.header(secrets: [secret]),
            ], body: body)
    }
}
