/// Where a stream is in the world: `arn:aws:kinesis:REGION:ACCOUNT:stream/NAME`.
public struct StreamARN: Hashable, Sendable, CustomStringConvertible {
    public let region: String
    public let account: String
    public let name: String

    public init(region: String, account: String, name: String) {
        self.region = region
        self.account = account
        self.name = name
    }

    /// Reads an ARN; nil when it is none of a stream.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "kinesis",
            parts[3...].allSatisfy({ !$0.isEmpty })
        else { return nil }
        let path = parts[5].split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 2, path[0] == "stream", !path[1].isEmpty else { return nil }
        self.init(region: String(parts[3]), account: String(parts[4]), name: String(path[1]))
    }

    public var description: String { "arn:aws:kinesis:\(region):\(account):stream/\(name)" }
}
