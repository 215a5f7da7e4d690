import Clockwork
import Stream

/// Every region is a world of its own.
struct StreamName: Hashable {
    var region: String
    var name: String
}

/// All streams in memory, and what must be remembered of deleted ones.
struct Streams {
    var open: [StreamName: OpenStream] = [:]
    /// The ``DataStream/lastCreation`` of deleted streams, for their namesakes to come.
    var lastCreations: [StreamName: Int64] = [:]
}

/// A stream in memory: its rules, its rows, and how far readers may see.
struct OpenStream {
    /// Nil until it is durable; nobody but its maker knows of it before.
    var key: Int64?
    var stream: DataStream
    /// Row numbers of the shards, by shard number.
    var shardKeys: [Int64]
    var retentionHours: Int
    var mode: String
    /// The size of the largest record it takes, data and partition key together.
    var maxRecordKiB: Int
    var consumers = Consumers()
    /// The newest durable record of each shard.
    private(set) var committed: [(counter: UInt64, arrival: Timestamp)]

    init(
        key: Int64?, stream: DataStream, shardKeys: [Int64], retentionHours: Int, mode: String,
        maxRecordKiB: Int
    ) {
        self.key = key
        self.stream = stream
        self.shardKeys = shardKeys
        self.retentionHours = retentionHours
        self.mode = mode
        self.maxRecordKiB = maxRecordKiB
        committed = stream.shards.map { ($0.lastCounter, $0.lastArrival) }
    }

    /// Lets readers know of a record that is durable now.
    mutating func publish(_ placement: Placement) {
        guard placement.counter > committed[placement.shard].counter else { return }
        committed[placement.shard] = (placement.counter, placement.arrival)
    }

    /// A shard as far as readers may know it.
    func committedShard(_ number: Int) throws(StreamFault) -> Shard {
        let shard = try stream.shard(number)
        let known = committed[number]
        return Shard(
            number: shard.number, hashKeys: shard.hashKeys, parent: shard.parent,
            adjacentParent: shard.adjacentParent,
            creation: shard.creation, closed: shard.closed, lastCounter: known.counter,
            lastArrival: known.arrival)
    }
}
