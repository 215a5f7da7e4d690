/// Where a consumer is in the world: its stream's ARN, then `/consumer/NAME:SECOND`, the second in which it was
/// registered.
public struct ConsumerARN: Hashable, Sendable, CustomStringConvertible {
    public let stream: StreamARN
    public let name: String
    /// Seconds since 1970: tells namesakes apart.
    public let creationSecond: Int64

    public init(stream: StreamARN, name: String, creationSecond: Int64) {
        self.stream = stream
        self.name = name
        self.creationSecond = creationSecond
    }

    /// Reads an ARN; nil when it is none of a consumer.
    public init?(_ text: String) {
        let path = text.split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 4, path[2] == "consumer",
            let stream = StreamARN("\(path[0])/\(path[1])")
        else { return nil }
        let parts = path[3].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let second = Int64(parts[1]), second >= 0 else {
            return nil
        }
        self.init(stream: stream, name: String(parts[0]), creationSecond: second)
    }

    /// What stands behind the stream: `NAME:SECOND`.
    public var tail: String { "\(name):\(creationSecond)" }

    public var description: String { "\(stream)/consumer/\(tail)" }
}
