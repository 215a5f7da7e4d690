import Clockwork
import JSON

/// Rules about what a document refers to: lists of the world, and the clock.
enum ReferenceRules {
    /// A shop's clock may be ahead of ours by this much.
    static let tolerance = Duration.seconds(86_400)

    /// Every rule of this kind that a document of the right shape breaks.
    static func reasons(against document: JSONValue, now: Timestamp) -> [Reason] {
        var reasons: [Reason] = []
        if Currency(document["currency"]?.string ?? "") == nil {
            reasons.append(
                Reason(.unknownCurrency, at: "/currency", "Use a currency code of ISO 4217, such as EUR."))
        }
        for address in ["billing_address", "shipping_address"]
        where Country(document[address]?["country"]?.string ?? "") == nil {
            reasons.append(
                Reason(
                    .unknownCountry, at: "/\(address)/country",
                    "Use a country code of ISO 3166-1, such as IE."))
        }
        if let placedAt = document["placed_at"]?.string.flatMap({ Timestamp($0) }), placedAt > now + tolerance
        {
            reasons.append(
                Reason(
                    .placedInFuture, at: "/placed_at",
                    "This is more than 24 hours ahead of our clock, which says \(now)."))
        }
        return reasons
    }
}
