/// Where a queue is in the world: `arn:aws:sqs:REGION:ACCOUNT:NAME`.
public struct QueueARN: Hashable, Sendable, CustomStringConvertible {
    public let region: String
    public let account: String
    public let name: String

    public init(region: String, account: String, name: String) {
        self.region = region
        self.account = account
        self.name = name
    }

    /// Reads an ARN; nil when it is none of a queue.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "sqs",
            parts[3...].allSatisfy({ !$0.isEmpty })
        else { return nil }
        self.init(region: String(parts[3]), account: String(parts[4]), name: String(parts[5]))
    }

    public var description: String { "arn:aws:sqs:\(region):\(account):\(name)" }
}
