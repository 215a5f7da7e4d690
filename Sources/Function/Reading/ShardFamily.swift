import Wire

/// Which shards of a stream may be read: parents before children, so that an order's events stay in order.
struct ShardFamily: Hashable, Sendable {
    private let shards: [ShardDescription]

    /// - Parameter shards: All that the stream still knows, open and closed.
    init(_ shards: [ShardDescription]) {
        self.shards = shards
    }

    /// The shards that nothing stands before any more.
    ///
    /// - Parameters:
    ///   - finished: Those that were read to their end. A parent that the stream has forgotten counts as such,
    ///   - beingRead: unless its reader still has a batch of it in hand.
    func readable(finished: Set<String>, beingRead: Set<String>) -> [String] {
        let known = Set(shards.map(\.shardId))
        return shards.filter { shard in
            let parents = [shard.parentShardId, shard.adjacentParentShardId].compactMap(\.self)
            return !finished.contains(shard.shardId)
                && parents.allSatisfy { parent in
                    finished.contains(parent) || !known.contains(parent) && !beingRead.contains(parent)
                }
        }.map(\.shardId)
    }

    /// Those of some shards that the stream has forgotten, because they were closed and their last record expired.
    func forgotten(of begun: [String]) -> [String] {
        let known = Set(shards.map(\.shardId))
        return begun.filter { !known.contains($0) }
    }
}
