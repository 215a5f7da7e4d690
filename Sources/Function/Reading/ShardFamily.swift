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
    /// - Parameter finished: Those that were read to their end. A parent that the stream has forgotten counts
    ///   as such.
    func readable(finished: Set<String>) -> [String] {
        let known = Set(shards.map(\.shardId))
        return shards.filter { shard in
            let parents = [shard.parentShardId, shard.adjacentParentShardId].compactMap(\.self)
            return !finished.contains(shard.shardId)
                && parents.allSatisfy { finished.contains($0) || !known.contains($0) }
        }.map(\.shardId)
    }
}
