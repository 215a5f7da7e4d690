import Clockwork

/// A reader that a stream knows by name, and that may have its records pushed.
public struct Consumer: Hashable, Sendable {
    public let name: String
    public let createdAt: Timestamp
    /// False until its registration is durable.
    public internal(set) var isActive: Bool

    public init(name: String, createdAt: Timestamp, isActive: Bool) {
        self.name = name
        self.createdAt = createdAt
        self.isActive = isActive
    }
}

/// The consumers of one stream, each under a name of its own.
///
/// Source: Amazon Kinesis API Reference, `RegisterStreamConsumer`.
public struct Consumers: Sendable {
    private var byName: [String: Consumer] = [:]

    /// As many as a stream may have.
    public static let most = 20

    public init(_ consumers: [Consumer] = []) {
        for consumer in consumers { byName[consumer.name] = consumer }
    }

    public var count: Int { byName.count }
    public var isEmpty: Bool { byName.isEmpty }

    public subscript(name: String) -> Consumer? { byName[name] }

    /// By their names.
    public var sorted: [Consumer] { byName.values.sorted { $0.name < $1.name } }

    /// Takes a consumer in, not yet active.
    ///
    /// - Throws: `ResourceInUseException` when the name is taken, `LimitExceededException` when there are too many.
    public mutating func register(_ name: String, of stream: StreamARN, now: Timestamp) throws(StreamFault)
        -> Consumer
    {
        guard byName[name] == nil else {
            throw StreamFault(
                "ResourceInUseException",
                "Consumer \(name) under stream \(stream) already exists for account \(stream.account).")
        }
        guard byName.count < Self.most else {
            throw StreamFault(
                "LimitExceededException",
                "Stream \(stream.name) under account \(stream.account) has \(Self.most) consumers already. Deregister one first."
            )
        }
        let consumer = Consumer(name: name, createdAt: now, isActive: false)
        byName[name] = consumer
        return consumer
    }

    /// Makes a consumer active, if it is still there.
    public mutating func activate(_ consumer: Consumer) {
        guard byName[consumer.name]?.createdAt == consumer.createdAt else { return }
        byName[consumer.name]?.isActive = true
    }

    public mutating func deregister(_ name: String) { byName[name] = nil }
}
