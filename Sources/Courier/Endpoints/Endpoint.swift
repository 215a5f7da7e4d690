import Clockwork
import Wire

/// A partner as the courier knows it: where it listens, what it shares with us, and how it wants to be
/// served.
package struct Endpoint: Sendable {
    /// 1 to 40 small letters, digits and hyphens, such as `warehouse`.
    package var name: String
    package var url: EndpointURL
    /// One, or while keys are being exchanged up to eleven: each attempt is signed with all of them.
    package var secrets: [WebhookSecret]
    /// While false, its deliveries are skipped, and stay in the ledger as such.
    package var isEnabled = true
    /// While true, its deliveries wait.
    package var isPaused = false
    /// The longest wait for an answer, 1 to 60 seconds.
    package var timeout = Duration.seconds(20)
    /// Attempts under way at once, 2 to 256; at most half of them are retries.
    package var concurrency = 8
    package var patience = Patience.standard
    /// Whether an answer of 4xx ends a delivery. Receivers misdeploy and come back, so by default it does
    /// not.
    package var clientErrorsAreFinal = false

    package init(name: String, url: EndpointURL, secrets: [WebhookSecret]) {
        self.name = name
        self.url = url
        self.secrets = secrets
    }

    /// What is wrong with it, in words for the person who wrote it; nil when nothing is.
    var fault: String? {
        let isName = (1...40).contains(name.utf8.count) && name.utf8.allSatisfy(Self.belongsInName)
        guard isName else { return "needs a name of 1 to 40 small letters, digits and hyphens" }
        guard (1...11).contains(secrets.count) else {
            return "has \(secrets.count) secrets. Give it 1 to 11."
        }
        guard secrets.allSatisfy({ (24...64).contains($0.bytes.count) }) else {
            return "has a secret that is not 24 to 64 bytes long"
        }
        guard timeout >= .seconds(1), timeout <= .seconds(60) else {
            return "waits \(timeout) for an answer. Choose 1 to 60 seconds."
        }
        guard (2...256).contains(concurrency) else {
            return "may have \(concurrency) attempts under way. Choose 2 to 256."
        }
        return patience.schedule.fault.map { "has a retry schedule that \($0)" }
    }

    private static func belongsInName(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
    }
}
