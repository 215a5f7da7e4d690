import Clockwork

/// Shards end and others go on: what is put stays where it is, and nothing is numbered anew.
///
/// Source: Amazon Kinesis API Reference, `SplitShard`, `MergeShards` and `UpdateShardCount`; seconds of ends and
/// beginnings, and words, observed on Amazon.
extension DataStream {
    public var openShardCount: Int { shards.count { $0.isOpen } }

    // MARK: Asking for it

    /// A split, if it can be.
    ///
    /// - Parameter text: The first hash key of the upper half, in decimal.
    /// - Throws: `ResourceNotFoundException`; `InvalidArgumentException` for a shard that has ended, and for a key at
    ///   which a half would be empty.
    public func splitting(_ number: Int, at text: String) throws(StreamFault) -> Resharding {
        let shard = try openShard(number)
        guard let key = UInt128(text), shard.canBeSplit(at: HashKey(key)) else {
            throw .invalidArgument(
                """
                NewStartingHashKey \(text) used in SplitShard() on shard \(shard.id) in stream \(name) under account \
                \(account) is not both greater than one plus the shard's StartingHashKey \(shard.hashKeys.lowerBound) \
                and less than the shard's EndingHashKey \(shard.hashKeys.upperBound).
                """)
        }
        return .split(number, at: HashKey(key))
    }

    /// A merge, if it can be.
    ///
    /// - Throws: `ResourceNotFoundException`; `InvalidArgumentException` for a shard that has ended, and for two that are
    ///   not neighbours in this order.
    public func merging(_ number: Int, with other: Int) throws(StreamFault) -> Resharding {
        let (lower, upper) = (try openShard(number), try openShard(other))
        guard lower.isBelow(upper) else {
            throw .invalidArgument(
                """
                Shards \(lower.id) and \(upper.id) in stream \(name) under account \(account) are not an adjacent pair \
                of shards eligible for merging
                """)
        }
        return .merge(number, with: other)
    }

    /// A change to so many shards, if it can be; nil where there are so many already.
    ///
    /// - Throws: `InvalidArgumentException` for more than double, less than half, or more than 10,000.
    public func scaling(to target: Int) throws(StreamFault) -> Resharding? {
        let current = openShardCount
        guard target <= 2 * current, 2 * target >= current, target <= 10_000 else {
            throw .invalidArgument(
                """
                Stream \(name) under account \(account) has \(current) open shards. Ask for \((current + 1) / 2) to \
                \(min(2 * current, 10_000)) shards, not for \(target).
                """)
        }
        return target == current ? nil : .scale(to: target)
    }

    // MARK: Doing it

    /// Ends shards and begins those that go on.
    ///
    /// - Parameter now: The moment in which they end; their children begin a second later.
    /// - Returns: What changed, in order.
    /// - Throws: What ``splitting(_:at:)`` and its like do.
    public mutating func reshard(_ plan: Resharding, now: Timestamp) throws(StreamFault) -> [StreamChange] {
        switch plan {
        case .split(let number, let key):
            guard try openShard(number).canBeSplit(at: key) else {
                throw .invalidArgument("Shard \(Shard.id(of: number)) cannot be split at \(key).")
            }
            return split(number, at: key, now: now)
        case .merge(let number, let other):
            _ = try merging(number, with: other)
            return merge(number, with: other, now: now)
        case .scale(let target):
            var scaled = self
            let changes = try scaled.scale(to: target, now: now)
            self = scaled
            return changes
        }
    }

    /// Splits every shard at its middle if there are too few, then merges neighbours, the narrowest first, until there
    /// are not too many. Source: of these steps come the totals of open and closed shards that Amazon shows.
    private mutating func scale(to target: Int, now: Timestamp) throws(StreamFault) -> [StreamChange] {
        var changes: [StreamChange] = []
        if target > openShardCount {
            for shard in shards where shard.isOpen && shard.canBeSplit(at: shard.middle) {
                changes += split(shard.number, at: shard.middle, now: now)
            }
        }
        guard openShardCount >= target else {
            throw .invalidArgument(
                "The shards of stream \(name) under account \(account) are too narrow to become \(target).")
        }
        var line = shards.filter(\.isOpen).sorted { $0.hashKeys.lowerBound < $1.hashKeys.lowerBound }
        while line.count > target {
            let pairs = zip(line.indices, line.indices.dropFirst())
            guard let (lower, upper) = pairs.min(by: { line.span($0) < line.span($1) }) else { break }
            changes += merge(line[lower].number, with: line[upper].number, now: now)
            line.replaceSubrange(lower...upper, with: shards.suffix(1))
        }
        return changes
    }

    private mutating func split(_ number: Int, at key: HashKey, now: Timestamp) -> [StreamChange] {
        let keys = shards[number].hashKeys
        let end = close(number, now: now)
        return [end.change]
            + [keys.lowerBound...HashKey(key.value - 1), key...keys.upperBound].map {
                open($0, after: end.second, parent: number)
            }
    }

    private mutating func merge(_ number: Int, with other: Int, now: Timestamp) -> [StreamChange] {
        let keys = shards[number].hashKeys.lowerBound...shards[other].hashKeys.upperBound
        let ends = [close(number, now: now), close(other, now: now)]
        let second = max(ends[0].second, ends[1].second)
        return ends.map(\.change) + [open(keys, after: second, parent: number, adjacentParent: other)]
    }

    private mutating func close(_ number: Int, now: Timestamp) -> (change: StreamChange, second: Int64) {
        var shard = shards[number]
        let second = max(now.seconds, shard.lastArrival.seconds)
        shard.closed = second
        apply(.closed(shard))
        return (.closed(shard), second)
    }

    private mutating func open(
        _ keys: ClosedRange<HashKey>, after second: Int64, parent: Int, adjacentParent: Int? = nil
    ) -> StreamChange {
        let shard = Shard(
            number: shards.count, hashKeys: keys, parent: parent, adjacentParent: adjacentParent,
            creation: second + 1)
        apply(.opened(shard))
        return .opened(shard)
    }

    private func openShard(_ number: Int) throws(StreamFault) -> Shard {
        guard shards.indices.contains(number) else {
            throw StreamFault(
                "ResourceNotFoundException",
                "Could not find shard \(Shard.id(of: number)) in stream \(name) under account \(account).")
        }
        guard shards[number].isOpen else {
            throw .invalidArgument(
                """
                Shard \(Shard.id(of: number)) in stream \(name) under account \(account) has already been merged or \
                split, and thus is not eligible for merging or splitting.
                """)
        }
        return shards[number]
    }
}

extension Shard {
    /// Whether both halves would have hash keys, the lower one two at least.
    fileprivate func canBeSplit(at key: HashKey) -> Bool {
        key > hashKeys.lowerBound && key.value - hashKeys.lowerBound.value > 1 && key < hashKeys.upperBound
    }

    /// Where the upper half begins.
    fileprivate var middle: HashKey {
        let (first, last) = (hashKeys.lowerBound.value, hashKeys.upperBound.value)
        return HashKey(first + (last - first) / 2 + (last > first ? 1 : 0))
    }

    fileprivate func isBelow(_ other: Shard) -> Bool {
        let last = hashKeys.upperBound.value
        return last < .max && last + 1 == other.hashKeys.lowerBound.value
    }
}

extension [Shard] {
    /// How many hash keys, less one, two neighbours have together.
    fileprivate func span(_ pair: (lower: Int, upper: Int)) -> UInt128 {
        self[pair.upper].hashKeys.upperBound.value - self[pair.lower].hashKeys.lowerBound.value
    }
}
