import Stream
import Wire

/// Shards in the words of the wire.
extension StreamDesk {
    static func describe(_ shard: Shard) -> ShardDescription {
        ShardDescription(
            shardId: shard.id, parentShardId: shard.parent.map(Shard.id),
            adjacentParentShardId: shard.adjacentParent.map(Shard.id),
            hashKeyRange: range(of: shard),
            sequenceNumberRange: SequenceNumberRange(
                startingSequenceNumber: shard.start.description, endingSequenceNumber: shard.end?.description)
        )
    }

    static func child(_ shard: Shard) -> ChildShard {
        ChildShard(
            shardId: shard.id,
            parentShards: [shard.parent, shard.adjacentParent].compactMap { $0.map(Shard.id) },
            hashKeyRange: range(of: shard))
    }

    private static func range(of shard: Shard) -> HashKeyRange {
        HashKeyRange(
            startingHashKey: shard.hashKeys.lowerBound.description,
            endingHashKey: shard.hashKeys.upperBound.description)
    }
}
