import Clockwork

/// What happened to a stream, small enough to write down. Its state moves in no other way.
public enum StreamChange: Hashable, Sendable {
    /// A record got its place.
    case appended(Placement)
    /// A shard takes no more records. It is told as it ended, for nothing comes behind.
    case closed(Shard)
    /// A shard goes on where others ended.
    case opened(Shard)
}

/// The place that a record got.
public struct Placement: Hashable, Sendable {
    public let shard: Int
    public let counter: UInt64
    public let arrival: Timestamp
    public let sequenceNumber: SequenceNumber
}

/// A stream: shards that between them cover all hash keys.
///
/// It decides where records go and what place they get; their bytes stay with the shell.
public struct DataStream: Sendable {
    public let name: String
    public let account: String
    public let createdAt: Timestamp
    /// In the order of their numbers; closed ones stay.
    public private(set) var shards: [Shard]
    /// Open shards by their lowest hash key, ascending.
    private var routes: [(first: HashKey, shard: Int)]
    /// Counts the records that were spread over the shards.
    private var turn = 0

    /// Shards that cover all hash keys evenly. Source: ranges and creation second observed on Amazon Kinesis.
    ///
    /// - Parameter lastCreation: The ``lastCreation`` of a deleted namesake. These shards are made later, so that no
    ///   sequence number of the old stream fits the new one.
    public init(
        name: String, account: String, shardCount: Int, now: Timestamp, after lastCreation: Int64 = .min
    ) {
        let creation = max(now.seconds - 2, lastCreation + 1)
        let width =
            UInt128.max / UInt128(shardCount)
            &+ (UInt128.max % UInt128(shardCount) == UInt128(shardCount - 1) ? 1 : 0)
        let shards = (0..<shardCount).map { number in
            let first = width &* UInt128(number)
            let last = number == shardCount - 1 ? UInt128.max : first &+ (width &- 1)
            return Shard(number: number, hashKeys: HashKey(first)...HashKey(last), creation: creation)
        }
        self.init(name: name, account: account, createdAt: now, shards: shards)
    }

    /// A stream as it was written down.
    public init(name: String, account: String, createdAt: Timestamp, shards: [Shard]) {
        self.name = name
        self.account = account
        self.createdAt = createdAt
        self.shards = shards
        routes = shards.filter(\.isOpen).map { ($0.hashKeys.lowerBound, $0.number) }.sorted {
            $0.first < $1.first
        }
    }

    /// Takes over what was decided, by this stream or by one that is ahead of it. What it knows already changes nothing.
    public mutating func apply(_ change: StreamChange) {
        switch change {
        case .appended(let placement):
            guard placement.counter > shards[placement.shard].lastCounter else { return }
            shards[placement.shard].lastCounter = placement.counter
            shards[placement.shard].lastArrival = placement.arrival
        case .closed(let shard):
            shards[shard.number] = shard
            routes.removeAll { $0.shard == shard.number }
        case .opened(let shard):
            guard shard.number == shards.count else { return }
            shards.append(shard)
            let first = shard.hashKeys.lowerBound
            routes.insert((first, shard.number), at: routes.firstIndex { $0.first > first } ?? routes.count)
        }
    }

    /// The second that stands in the sequence numbers of the newest shard.
    public var lastCreation: Int64 { shards.map(\.creation).max() ?? .min }

    /// A shard by its number.
    ///
    /// - Parameter horizon: What arrived before has expired.
    /// - Throws: `ResourceNotFoundException`, also for one that has ended and whose last record has expired.
    public func shard(_ number: Int, horizon: Timestamp) throws(StreamFault) -> Shard {
        guard shards.indices.contains(number), !shards[number].hasExpired(horizon: horizon) else {
            throw StreamFault(
                "ResourceNotFoundException",
                "Shard \(Shard.id(of: number)) in stream \(name) under account \(account) does not exist")
        }
        return shards[number]
    }

    /// Gives a record a place in the shard that takes its hash key.
    public mutating func append(
        _ hashKey: HashKey, ordering: String? = nil, now: Timestamp
    ) throws(StreamFault) -> Placement {
        try append(to: shard(for: hashKey), ordering: ordering, now: now)
    }

    /// Gives a record its place.
    ///
    /// - Parameters:
    ///   - number: Of an open shard.
    ///   - ordering: The caller's `SequenceNumberForOrdering`; the new number is greater in any case.
    ///   - now: The moment of arrival. Within a shard arrival never runs backwards.
    public mutating func append(
        to number: Int, ordering: String? = nil, now: Timestamp
    ) throws(StreamFault) -> Placement {
        if let ordering { try check(ordering: ordering, now: now) }
        let shard = shards[number]
        let counter = shard.lastCounter + 1
        let arrival = max(shard.lastArrival, now, Timestamp(seconds: shard.creation))
        let placement = Placement(
            shard: number, counter: counter, arrival: arrival,
            sequenceNumber: shard.sequenceNumber(counter: counter, arrival: arrival))
        apply(.appended(placement))
        return placement
    }

    /// The number of the open shard that takes records of a hash key.
    public func shard(for key: HashKey) -> Int {
        var low = 0
        var high = routes.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if routes[middle].first <= key { low = middle } else { high = middle }
        }
        return routes[low].shard
    }

    /// The number of the open shard whose turn it is.
    public mutating func shardInTurn() -> Int {
        turn += 1
        return routes[turn % routes.count].shard
    }

    private func check(ordering: String, now: Timestamp) throws(StreamFault) {
        guard let number = SequenceNumber(ordering), number.arrival <= now.seconds else {
            throw .invalidArgument(
                """
                ExclusiveMinimumSequenceNumber \(ordering) used in PutRecord on stream \(name) under account \
                \(account) is invalid.
                """)
        }
    }

    /// The shards that took over from this one, in the order of their numbers.
    public func children(of number: Int) -> [Shard] {
        shards.filter { $0.parent == number || $0.adjacentParent == number }
    }
}
