import JSON
import Orders
import Wire

/// A webhook whose signature held.
struct Webhook: Sendable {
    let id: String
    let orderNumber: String
    let eventType: String
    /// SHA-256 of the body, in lower-case hexadecimal.
    let bodyHash: String

    /// Nil when the body is not an event of an order.
    init?(_ signed: WebhookSignature) {
        guard let event = try? JSONValue(parsing: signed.body), let type = event["type"]?.string,
            let order = event["subject"]?.string
        else { return nil }
        id = signed.id
        orderNumber = order
        eventType = type
        bodyHash = ContentHash(ofBytes: signed.body).rawValue
    }
}
