import Clockwork
import Crypto
import Disk
import GRDB
import Logging
import Stream
import Synchronization
import Wire

/// Answers Kinesis: asks the rules where a record goes, writes it down, and only then tells anyone.
///
/// Deciding and handing the change to the commit happen under one lock, so what lies on disk is in the order of the
/// decisions. Readers see committed records only, and never one before its predecessors.
final class StreamDesk: Sendable {
    struct Settings: Sendable {
        var account = "000000000000"
        /// Open shards of a region's streams together.
        var mostShards = 1_000
        /// How long a stream is CREATING, UPDATING or DELETING.
        var controlDelay = Duration.zero
        /// Whether shards take and tell no more than Amazon's do.
        var throttles = false
    }

    let settings: Settings
    let commit: GroupCommit
    let reader: Disk.Reader
    let surroundings: Surroundings
    let seal: SymmetricKey
    /// Nil where none are permitted.
    let moods: Moods?
    let streams = Mutex(Streams())
    let watch = RecordWatch()
    /// Rings when a stream has begun to change.
    let transitions = Bell()
    /// Rings when records may have expired all at once.
    let expiry: Bell
    let subscriptions = Mutex(Subscriptions())
    private let calls = Mutex(CallRates())
    /// True once the server stops.
    let isStopping = Atomic(false)

    init(
        settings: Settings, commit: GroupCommit, reader: Disk.Reader, surroundings: Surroundings,
        seal: SymmetricKey, moods: Moods?
    ) throws {
        self.settings = settings
        self.commit = commit
        self.reader = reader
        self.surroundings = surroundings
        self.seal = seal
        self.moods = moods
        expiry = moods?.bell ?? Bell()
        try reader.read { try self.load($0) }
        commit.onFailure { [weak self] db in try self?.load(db) }
    }

    /// Forgets all and loads it again: at the start, and after a failed commit.
    private func load(_ db: Database) throws {
        let rows = try StreamStore.loadAll(db)
        let lastCreations = try StreamStore.lastCreations(db)
        let nextShardKey = try StreamStore.nextShardKey(db)
        let (tags, commitments) = (try StreamStore.tags(db), try StreamStore.commitments(db))
        let consumers = try StreamStore.consumers(db)
        streams.withLock { streams in
            streams = Streams(
                lastCreations: lastCreations, tags: tags, commitments: commitments, nextShardKey: nextShardKey
            )
            for row in rows {
                let name = StreamName(region: row.region, name: row.stream.name)
                streams.open[name] = OpenStream(
                    key: row.key, stream: row.stream, shardKeys: row.shardKeys, settings: row.settings,
                    transition: row.transition, isThrottled: settings.throttles)
                streams.open[name]?.consumers = consumers[row.key] ?? Consumers()
            }
        }
    }

    /// The operations that this desk answers.
    var operations: ServiceDesk<Kinesis> {
        var desk = ServiceDesk<Kinesis>(admitting: admission)
        desk.on(CreateStream.self) { [self] in try await create($0, for: $1) }
        desk.on(DeleteStream.self) { [self] in try await delete($0, for: $1) }
        desk.on(DescribeStream.self) { [self] in try describe($0, for: $1) }
        desk.on(DescribeStreamSummary.self) { [self] in try summarise($0, for: $1) }
        desk.on(ListStreams.self) { [self] in try list($0, for: $1) }
        desk.on(ListShards.self) { [self] in try shards($0, for: $1) }
        desk.on(SplitShard.self) { [self] in try await split($0, for: $1) }
        desk.on(MergeShards.self) { [self] in try await merge($0, for: $1) }
        desk.on(UpdateShardCount.self) { [self] in try await scale($0, for: $1) }
        desk.on(IncreaseStreamRetentionPeriod.self) { [self] in try await keepLonger($0, for: $1) }
        desk.on(DecreaseStreamRetentionPeriod.self) { [self] in try await letGoSooner($0, for: $1) }
        desk.on(UpdateMaxRecordSize.self) { [self] in try await resize($0, for: $1) }
        desk.on(StartStreamEncryption.self) { [self] in try await encrypt($0, for: $1) }
        desk.on(StopStreamEncryption.self) { [self] in try await encryptNoMore($0, for: $1) }
        desk.on(EnableEnhancedMonitoring.self) { [self] in try await monitor($0, for: $1) }
        desk.on(DisableEnhancedMonitoring.self) { [self] in try await monitorLess($0, for: $1) }
        desk.on(UpdateStreamMode.self) { [self] in try await manage($0, for: $1) }
        desk.on(UpdateStreamWarmThroughput.self) { [self] in try await warm($0, for: $1) }
        desk.on(UpdateStreamRecordDistributionStrategy.self) { [self] in try await distribute($0, for: $1) }
        desk.on(AddTagsToStream.self) { [self] in try await tag($0, for: $1) }
        desk.on(RemoveTagsFromStream.self) { [self] in try await untag($0, for: $1) }
        desk.on(ListTagsForStream.self) { [self] in try tags($0, for: $1) }
        desk.on(TagResource.self) { [self] in try await tag($0, for: $1) }
        desk.on(UntagResource.self) { [self] in try await untag($0, for: $1) }
        desk.on(ListTagsForResource.self) { [self] in try tags($0, for: $1) }
        desk.on(PutResourcePolicy.self) { [self] in try await put($0, for: $1) }
        desk.on(GetResourcePolicy.self) { [self] in try policy($0, for: $1) }
        desk.on(DeleteResourcePolicy.self) { [self] in try await delete($0, for: $1) }
        desk.on(DescribeLimits.self) { [self] in try limits($0, for: $1) }
        desk.on(DescribeAccountSettings.self) { [self] in try account($0, for: $1) }
        desk.on(UpdateAccountSettings.self) { [self] in try await account($0, for: $1) }
        desk.on(PutRecord.self) { [self] in try await put($0, for: $1) }
        desk.on(PutRecords.self) { [self] in try await put($0, for: $1) }
        desk.on(GetShardIterator.self) { [self] in try iterator($0, for: $1) }
        desk.on(GetRecords.self) { [self] in try records($0, for: $1) }
        desk.on(AwaitRecords.self) { [self] in try await `await`($0, for: $1) }
        desk.on(RegisterStreamConsumer.self) { [self] in try await register($0, for: $1) }
        desk.on(DescribeStreamConsumer.self) { [self] in try describe($0, for: $1) }
        desk.on(ListStreamConsumers.self) { [self] in try list($0, for: $1) }
        desk.on(DeregisterStreamConsumer.self) { [self] in try await deregister($0, for: $1) }
        desk.on(SubscribeToShard.self, pushing: { [self] in try subscribe($0, for: $1) })
        return desk
    }

    /// Nil where nothing ever stands in the way.
    private var admission: ServiceDesk<Kinesis>.Admission? {
        guard moods != nil || settings.throttles else { return nil }
        return { [self] operation, caller throws(WireError) in
            try moods?.admit(toStreams: operation)
            guard settings.throttles else { return }
            let uptime = surroundings.time.uptime
            let isAdmitted = calls.withLock { $0.admits(operation, in: caller.region, now: uptime) }
            guard isAdmitted else { throw rateExceeded }
        }
    }

    /// Source: words observed on Amazon Kinesis.
    private var rateExceeded: WireError {
        WireError("LimitExceededException", "Rate exceeded for account \(settings.account).")
    }

    /// Answers everyone who waits, because the server stops.
    func stopWaiting() {
        isStopping.store(true, ordering: .relaxed)
        watch.wakeAll()
    }

    // MARK: Names

    func streamName(_ name: String?, _ arn: String?, _ caller: Caller) throws(WireError) -> StreamName {
        let given = arn.flatMap { StreamARN($0) }
        guard let found = name ?? given?.name else {
            throw WireError("InvalidArgumentException", "Either StreamName or StreamARN should be provided.")
        }
        let stream = StreamName(region: caller.region, name: found)
        guard let given else { return stream }
        guard given.name == found else {
            throw WireError("InvalidArgumentException", "The request names two different streams.")
        }
        guard given == self.arn(of: stream) else { throw notFound(stream) }
        return stream
    }

    /// A stream that takes records.
    func open(_ name: StreamName) throws(WireError) -> OpenStream {
        let open = try known(name)
        guard open.status.takesRecords else { throw notFound(name) }
        return open
    }

    /// A stream in whatever state.
    func known(_ name: StreamName) throws(WireError) -> OpenStream {
        guard let open = streams.withLock({ $0.open[name] }), open.key != nil else { throw notFound(name) }
        return open
    }

    func notFound(_ name: StreamName) -> WireError {
        WireError(
            "ResourceNotFoundException", "Stream \(name.name) under account \(settings.account) not found.")
    }

    func arn(of name: StreamName) -> StreamARN {
        StreamARN(region: name.region, account: settings.account, name: name.name)
    }

    func shardNumber(_ text: String, in name: StreamName) throws(WireError) -> Int {
        try WireError.mapping { () throws(StreamFault) in
            try Shard.number(in: text, stream: name.name, account: settings.account)
        }
    }

    func sealed(_ place: ReadingPlace, shard: Int, of stream: DataStream, at now: Timestamp) -> String {
        ShardIterator(
            stream: stream.name, streamCreation: stream.createdAt, shard: shard, place: place, issuedAt: now
        )
        .sealed(with: seal)
    }

    func unsealed(
        _ text: String, _ caller: Caller, _ now: Timestamp
    ) throws(WireError) -> (OpenStream, ShardIterator) {
        let iterator = try WireError.mapping { () throws(StreamFault) in
            let iterator = try ShardIterator(unsealing: text, with: seal, now: now)
            try moods?.check(iterator, now: now)
            return iterator
        }
        let name = StreamName(region: caller.region, name: iterator.stream)
        let open = try open(name)
        guard open.stream.createdAt == iterator.streamCreation,
            open.committed.shards.indices.contains(iterator.shard)
        else {
            throw notFound(name)
        }
        return (open, iterator)
    }
}
