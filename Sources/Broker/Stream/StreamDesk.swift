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
        streams.withLock { streams in
            streams = Streams(lastCreations: lastCreations, nextShardKey: nextShardKey)
            for row in rows {
                streams.open[StreamName(region: row.region, name: row.stream.name)] = OpenStream(
                    key: row.key, stream: row.stream, shardKeys: row.shardKeys, settings: row.settings,
                    transition: row.transition)
            }
        }
    }

    /// The operations that this desk answers.
    var operations: ServiceDesk<Kinesis> {
        var desk = ServiceDesk<Kinesis>(admitting: moods.map { $0.admit(toStreams:) })
        desk.on(CreateStream.self) { [self] in try await create($0, for: $1) }
        desk.on(DeleteStream.self) { [self] in try await delete($0, for: $1) }
        desk.on(DescribeStream.self) { [self] in try describe($0, for: $1) }
        desk.on(DescribeStreamSummary.self) { [self] in try summarise($0, for: $1) }
        desk.on(ListStreams.self) { [self] in try list($0, for: $1) }
        desk.on(ListShards.self) { [self] in try shards($0, for: $1) }
        desk.on(SplitShard.self) { [self] in try await split($0, for: $1) }
        desk.on(MergeShards.self) { [self] in try await merge($0, for: $1) }
        desk.on(UpdateShardCount.self) { [self] in try await scale($0, for: $1) }
        desk.on(PutRecord.self) { [self] in try await put($0, for: $1) }
        desk.on(PutRecords.self) { [self] in try await put($0, for: $1) }
        desk.on(GetShardIterator.self) { [self] in try iterator($0, for: $1) }
        desk.on(GetRecords.self) { [self] in try records($0, for: $1) }
        desk.on(AwaitRecords.self) { [self] in try await `await`($0, for: $1) }
        return desk
    }

    /// Answers everyone who waits, because the server stops.
    func stopWaiting() {
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
