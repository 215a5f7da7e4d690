import Clockwork
import Crypto

/// The 128-bit number by which a record finds its shard.
public struct HashKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: UInt128

    public init(_ value: UInt128) {
        self.value = value
    }

    /// MD5 of the partition key's UTF-8 bytes as a big-endian number.
    public init(partitionKey: String) {
        var value: UInt128 = 0
        for byte in Insecure.MD5.hash(data: Array(partitionKey.utf8)) { value = value << 8 | UInt128(byte) }
        self.value = value
    }

    /// Reads an explicit hash key.
    ///
    /// - Throws: `InvalidArgumentException` when it is 2^128 or more.
    public init(explicit text: String) throws(StreamFault) {
        guard let value = UInt128(text) else {
            throw .invalidArgument(
                """
                Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was \(text)
                """)
        }
        self.value = value
    }

    public static func < (lhs: HashKey, rhs: HashKey) -> Bool { lhs.value < rhs.value }
    public var description: String { String(value) }
}

/// A shard: a range of hash keys, and a line of records that only grows at its end.
///
/// It knows how far the line goes, never what lies in it.
public struct Shard: Hashable, Sendable {
    /// Counts the shards of a stream from 0.
    public let number: Int
    public let hashKeys: ClosedRange<HashKey>
    /// The shard it was split from, or the lower one it was merged from.
    public let parent: Int?
    /// The upper one it was merged from.
    public let adjacentParent: Int?
    /// The second that stands in its sequence numbers.
    public let creation: Int64
    /// The second in which it was split or merged away; nil while it takes records.
    public internal(set) var closed: Int64?
    /// The counter of the newest record; 0 before the first.
    public internal(set) var lastCounter: UInt64
    /// When the newest record arrived.
    public internal(set) var lastArrival: Timestamp

    public init(
        number: Int, hashKeys: ClosedRange<HashKey>, parent: Int? = nil, adjacentParent: Int? = nil,
        creation: Int64,
        closed: Int64? = nil, lastCounter: UInt64 = 0, lastArrival: Timestamp? = nil
    ) {
        self.number = number
        self.hashKeys = hashKeys
        self.parent = parent
        self.adjacentParent = adjacentParent
        self.creation = creation
        self.closed = closed
        self.lastCounter = lastCounter
        self.lastArrival = lastArrival ?? Timestamp(seconds: creation)
    }

    /// `shardId-000000000003`.
    public var id: String { Self.id(of: number) }

    public static func id(of number: Int) -> String {
        let digits = String(number)
        return "shardId-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    /// The number in `shardId-000000000003`, `shardId-3`, `x-3` or `3`.
    ///
    /// - Throws: `ResourceNotFoundException` for anything else. Source: observed on Amazon Kinesis.
    public static func number(
        in text: String, stream: String, account: String
    ) throws(StreamFault) -> Int {
        let digits = text.firstIndex(of: "-").map { text[text.index(after: $0)...] } ?? text[...]
        guard !digits.isEmpty,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int32(digits)
        else {
            throw StreamFault(
                "ResourceNotFoundException",
                "Could not find shard \(text) in stream \(stream) under account \(account).")
        }
        return Int(number)
    }

    public var isOpen: Bool { closed == nil }

    /// The place before the first record.
    public var start: SequenceNumber { sequenceNumber(counter: 0, arrivalSecond: creation) }

    /// The place behind the last record of a closed shard.
    public var end: SequenceNumber? {
        closed.map { sequenceNumber(counter: SequenceNumber.lastCounter, arrivalSecond: $0) }
    }

    /// The number of a record of this shard.
    public func sequenceNumber(counter: UInt64, arrival: Timestamp) -> SequenceNumber {
        sequenceNumber(counter: counter, arrivalSecond: arrival.seconds)
    }

    private func sequenceNumber(counter: UInt64, arrivalSecond: Int64) -> SequenceNumber {
        SequenceNumber(
            shardCreation: creation, counter: counter, arrival: arrivalSecond, shard: Int32(number))
    }
}
