import Clockwork
import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A secret that an endpoint and its sender share.
///
/// Source: Standard Webhooks 1.0.0, "Signature scheme".
package struct WebhookSecret: Hashable, Sendable {
    package let bytes: [UInt8]

    /// - Parameter bytes: 24 to 64 random bytes.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads `whsec_` and base64; the prefix may be absent.
    package init?(_ text: String) {
        let encoded = text.hasPrefix("whsec_") ? String(text.dropFirst(6)) : text
        guard let data = Data(base64Encoded: encoded), !data.isEmpty else { return nil }
        bytes = [UInt8](data)
    }

    /// `whsec_` and base64.
    package var text: String { "whsec_" + Data(bytes).base64EncodedString() }

    /// Draws a new secret of 32 bytes.
    package static func random(_ chance: Chance) -> WebhookSecret {
        WebhookSecret(
            bytes: chance.draw { random in
                (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            })
    }
}

/// Signs and verifies one webhook: id, time and the exact bytes of its body.
///
/// Source: Standard Webhooks 1.0.0.
package struct WebhookSignature {
    package let id: String
    /// When this attempt is made, not when the event happened.
    package let moment: Timestamp
    package let body: [UInt8]

    package init(id: String, moment: Timestamp, body: [UInt8]) {
        self.id = id
        self.moment = moment
        self.body = body
    }

    /// Why a webhook is not believed.
    package enum Fault: Error, Hashable, Sendable {
        case headerMissing(String)
        /// More than five minutes from our clock, in either direction.
        case timestampOutOfTolerance
        case noMatchingSignature
    }

    /// The value of `webhook-signature`: one signature for each live secret, joined by spaces.
    package func header(secrets: [WebhookSecret]) -> String {
        secrets.map { "v1,\(Data(code(with: $0)).base64EncodedString())" }.joined(separator: " ")
    }

    /// Reads a webhook and believes it only when one of its signatures was made with one of our secrets.
    ///
    /// - Parameter header: Gives a header's value by its lower-case name.
    package static func verify(
        body: [UInt8], header: (String) -> String?, secrets: [WebhookSecret], now: Timestamp
    ) throws(Fault) -> WebhookSignature {
        guard let id = header("webhook-id") else { throw .headerMissing("webhook-id") }
        guard let seconds = header("webhook-timestamp").flatMap({ Int64($0) }), abs(seconds) < 1 << 40 else {
            throw .headerMissing("webhook-timestamp")
        }
        guard let signatures = header("webhook-signature") else { throw .headerMissing("webhook-signature") }
        let distance = now.seconds - seconds
        guard abs(distance) <= 300 else { throw .timestampOutOfTolerance }
        let webhook = WebhookSignature(id: id, moment: Timestamp(seconds: seconds), body: body)
        let offered = signatures.split(separator: " ").compactMap { entry in
            entry.hasPrefix("v1,") ? Data(base64Encoded: String(entry.dropFirst(3))) : nil
        }
        let isKnown = secrets.contains { secret in
            offered.contains { webhook.isValid($0, with: secret) }
        }
        guard isKnown else { throw .noMatchingSignature }
        return webhook
    }

    private func code(with secret: WebhookSecret) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: secret.bytes))
    }

    private func isValid(_ signature: Data, with secret: WebhookSecret) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            signature, authenticating: content, using: SymmetricKey(data: secret.bytes))
    }

    private var content: [UInt8] { Array("\(id).\(moment.seconds).".utf8) + body }
}
