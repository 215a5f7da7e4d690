/// What tags and policies belong to: a stream, or a consumer of one.
public struct ResourceARN: Hashable, Sendable, CustomStringConvertible {
    public let stream: StreamARN
    /// The consumer's name and the second of its creation, such as `audit:1700000000`; nil for the stream itself.
    public let consumer: String?

    public init(_ stream: StreamARN, consumer: String? = nil) {
        self.stream = stream
        self.consumer = consumer
    }

    public init(_ consumer: ConsumerARN) {
        self.init(consumer.stream, consumer: consumer.tail)
    }

    /// Reads an ARN; nil when it is neither a stream's nor a consumer's.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, let stream = StreamARN("\(parts[0])/\(parts[1])") else { return nil }
        guard parts.count == 3 else {
            self.init(stream)
            return
        }
        let opening = "consumer/"
        guard parts[2].hasPrefix(opening), parts[2].utf8.count > opening.utf8.count else { return nil }
        self.init(stream, consumer: String(parts[2].dropFirst(opening.count)))
    }

    public var description: String { consumer.map { "\(stream)/consumer/\($0)" } ?? stream.description }
}
