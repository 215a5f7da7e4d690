import Clockwork

/// A queue inside one broker. A name that is deleted and taken again gets another one.
public struct QueueID: Hashable, Comparable, Sendable {
    public let rawValue: Int64

    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    public static func < (lhs: QueueID, rhs: QueueID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// Where a message stands in its queue: grows with every message and is never used twice, not even after a purge.
public struct SequenceNumber: Hashable, Comparable, Sendable {
    public let rawValue: Int64

    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Stands before every message.
    public static let beforeAll = SequenceNumber(0)

    public var next: SequenceNumber { SequenceNumber(rawValue + 1) }

    public static func < (lhs: SequenceNumber, rhs: SequenceNumber) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension SequenceNumber: CustomStringConvertible {
    /// Always 20 decimal digits, so that texts sort as the numbers do.
    ///
    /// Source: Amazon SQS Developer Guide, "FIFO queue and message identifiers"; length observed on Amazon.
    public var description: String { String(Self.smallestOfTwentyDigits + UInt64(rawValue)) }

    private static let smallestOfTwentyDigits: UInt64 = 10_000_000_000_000_000_000
}

/// What a message is called by everyone who sees it: a random UUID.
public struct MessageID: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UniqueID

    public init(_ rawValue: UniqueID) {
        self.rawValue = rawValue
    }

    public init(using random: inout some RandomNumberGenerator) {
        rawValue = UniqueID(using: &random)
    }

    public init?(_ text: String) {
        guard let id = UniqueID(text) else { return nil }
        rawValue = id
    }

    public var description: String { rawValue.description }
}

/// Messages of one group keep their order in a FIFO queue; on a standard queue it only names a tenant.
public struct MessageGroupID: Hashable, Sendable {
    public let rawValue: String

    public init(_ rawValue: String) {
        self.rawValue = rawValue
    }
}

public enum QueueKind: String, Hashable, Sendable {
    case standard
    case fifo
}
