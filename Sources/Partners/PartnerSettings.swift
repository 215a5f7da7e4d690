import Wire

/// What a mock partner is told before it begins.
package struct PartnerSettings: Sendable {
    /// 1 to 40 small letters, digits and hyphens, such as `crm`; also names its database.
    package var name: String
    /// A webhook is believed when one of these has signed it.
    package var secrets: [WebhookSecret]
    /// What it is like unless it is told otherwise for a while.
    package var temper = Temper.wellBehaved

    package init(name: String, secrets: [WebhookSecret]) {
        self.name = name
        self.secrets = secrets
    }

    /// Where it takes webhooks.
    package static let path = "/webhooks"
}
