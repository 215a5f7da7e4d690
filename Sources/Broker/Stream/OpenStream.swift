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
    /// Tags of streams and consumers.
    var tags: [ResourceARN: [String: String]] = [:]
    /// By region.
    var commitments: [String: BillingCommitment] = [:]
    /// The row number of the next shard. No two shards ever have the same.
    var nextShardKey: Int64 = 1

    mutating func takeShardKeys(_ count: Int) -> [Int64] {
        defer { nextShardKey += Int64(count) }
        return (0..<Int64(count)).map { nextShardKey + $0 }
    }

    /// Streams in ON_DEMAND mode in a region.
    func onDemandStreams(in region: String, except name: StreamName? = nil) -> Int {
        open.count { $0.key.region == region && $0.key != name && $0.value.settings.mode == .onDemand }
    }

    /// Open shards in a region.
    func openShards(in region: String) -> Int {
        open.reduce(0) { $0 + ($1.key.region == region ? $1.value.stream.openShardCount : 0) }
    }
}

/// A stream in memory: its rules, its rows, and how far readers may see.
struct OpenStream {
    /// Nil until it is durable; nobody but its maker knows of it before.
    var key: Int64?
    /// As it has been decided, which is how writers see it.
    var stream: DataStream
    /// As it lies on disk, which is how readers see it.
    private(set) var committed: DataStream
    /// Row numbers of the shards, by shard number.
    var shardKeys: [Int64]
    var settings: StreamSettings
    var consumers = Consumers()
    /// What it is in the middle of; nil while it is ACTIVE.
    var transition: StreamTransition?
    /// True while a change of its settings or shards is on its way to the disk.
    var isChanging = false
    /// How much its shards may still take and tell, by their numbers; nil where that is not bounded.
    private var throughput: [Int: ShardThroughput]?
    /// What has been decided of its shards and is not known to be durable.
    private var underWay: [StreamChange] = []

    init(
        key: Int64?, stream: DataStream, shardKeys: [Int64], settings: StreamSettings,
        transition: StreamTransition? = nil, isThrottled: Bool = false
    ) {
        self.key = key
        self.stream = stream
        committed = stream
        self.shardKeys = shardKeys
        self.settings = settings
        self.transition = transition
        throughput = isThrottled ? [:] : nil
    }

    var status: StreamStatus { transition?.status ?? (isChanging ? .updating : .active) }

    /// The shards that readers may know of: none before the stream is ACTIVE.
    var shards: [Shard] { status == .creating ? [] : committed.shards }

    /// Those of them that are asked after.
    func shards(_ selection: ShardSelection, horizon: Timestamp) -> [Shard] {
        status == .creating ? [] : committed.shards(selection, horizon: horizon)
    }

    /// Ends shards and begins others, as far as writers go.
    ///
    /// - Parameter keys: Row numbers for new shards, so many.
    mutating func reshard(
        _ plan: Resharding, now: Timestamp, keys: (Int) -> [Int64]
    ) throws(StreamFault) -> [StreamChange] {
        let known = stream.shards.count
        underWay = try stream.reshard(plan, now: now)
        shardKeys += keys(stream.shards.count - known)
        return underWay
    }

    /// The number of the shard that takes a record.
    mutating func home(of key: HashKey) -> Int {
        settings.distribution == .auto ? stream.shardInTurn() : stream.shard(for: key)
    }

    /// Whether a shard takes so many bytes now, which then count.
    mutating func admitsRecord(of bytes: Int, to shard: Int, now: Duration) -> Bool {
        throughput?[shard, default: ShardThroughput(now: now)].admitsRecord(of: bytes, now: now) ?? true
    }

    /// Whether a shard may be read now, which then counts.
    mutating func admitsRead(of shard: Int, now: Duration) -> Bool {
        throughput?[shard, default: ShardThroughput(now: now)].admitsRead(now: now) ?? true
    }

    /// Whether an iterator of a shard may be asked for now, which then counts.
    mutating func admitsIterator(of shard: Int, now: Duration) -> Bool {
        throughput?[shard, default: ShardThroughput(now: now)].admitsIterator(now: now) ?? true
    }

    mutating func noteRead(of bytes: Int, from shard: Int) {
        throughput?[shard]?.noteRead(of: bytes)
    }

    /// Lets readers know of a record that is durable now.
    mutating func publish(_ placement: Placement) {
        // A record of a new shard lies behind that shard's beginning, and so that is durable, too.
        if placement.shard >= committed.shards.count { publishResharding() }
        committed.apply(.appended(placement))
    }

    /// Lets a change hold that is durable now. A stream that is to be deleted meanwhile stays that.
    mutating func end(_ settings: StreamSettings, _ transition: StreamTransition?) {
        self.settings = settings
        if self.transition?.status != .deleting { self.transition = transition }
        isChanging = false
        publishResharding()
    }

    /// Lets readers know that shards have ended and others begun. What was put before is durable, too, so a shard ends
    /// for them behind its very last record.
    private mutating func publishResharding() {
        for change in underWay { committed.apply(change) }
        underWay = []
    }
}
