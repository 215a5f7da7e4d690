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
        /// Open shards of all streams together.
        var mostShards = 1_000
    }

    let settings: Settings
    let commit: GroupCommit
    let reader: Disk.Reader
    let surroundings: Surroundings
    private let seal: SymmetricKey
    /// Nil where none are permitted.
    let moods: Moods?
    let streams = Mutex(Streams())
    let watch = RecordWatch()
    let subscriptions = Mutex(Subscriptions())
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
        try reader.read { try self.load($0) }
        commit.onFailure { [weak self] db in try self?.load(db) }
    }

    /// Forgets all and loads it again: at the start, and after a failed commit.
    private func load(_ db: Database) throws {
        let rows = try StreamStore.loadAll(db)
        let lastCreations = try StreamStore.lastCreations(db)
        let consumers = try StreamStore.consumers(db)
        streams.withLock { streams in
            streams = Streams(lastCreations: lastCreations)
            for row in rows {
                let name = StreamName(region: row.region, name: row.stream.name)
                streams.open[name] = OpenStream(
                    key: row.key, stream: row.stream, shardKeys: row.shardKeys,
                    retentionHours: row.retentionHours,
                    mode: row.mode, maxRecordKiB: row.maxRecordKiB)
                streams.open[name]?.consumers = consumers[row.key] ?? Consumers()
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

    /// Answers everyone who waits, because the server stops.
    func stopWaiting() {
        isStopping.store(true, ordering: .relaxed)
        watch.wakeAll()
    }

    // MARK: Streams

    func create(_ request: CreateStream, for caller: Caller) async throws -> NoOutput {
        try check(request)
        let name = StreamName(region: caller.region, name: request.streamName)
        let (settings, now) = (settings, surroundings.now)
        let ticket = try streams.withLock { streams in
            try commit.acceptMore()
            guard streams.open[name] == nil else {
                throw WireError(
                    "ResourceInUseException",
                    "Stream \(name.name) under account \(settings.account) already exists.")
            }
            let count = request.shardCount ?? 4
            let taken = streams.open.values.reduce(0) { $0 + $1.stream.shards.count { $0.isOpen } }
            guard taken + count <= settings.mostShards else {
                throw Self.tooManyShards(taken: taken, more: count, region: caller.region, settings)
            }
            let stream = DataStream(
                name: name.name, account: settings.account, shardCount: count, now: now,
                after: streams.lastCreations[name] ?? .min)
            let mode = request.streamModeDetails?.streamMode ?? "PROVISIONED"
            let maxRecordKiB = request.maxRecordSizeInKiB ?? 1_024
            streams.open[name] = OpenStream(
                key: nil, stream: stream, shardKeys: [], retentionHours: 24, mode: mode,
                maxRecordKiB: maxRecordKiB)
            let tags = request.tags?.entries ?? []
            return commit.enqueue { db in
                try StreamStore.insert(
                    stream, region: name.region, retentionHours: 24, mode: mode, maxRecordKiB: maxRecordKiB,
                    tags: tags, in: db)
            }
        }
        let (key, shardKeys) = try await ticket.durable()
        streams.withLock { streams in
            streams.open[name]?.key = key
            streams.open[name]?.shardKeys = shardKeys
        }
        return NoOutput()
    }

    private func check(_ request: CreateStream) throws(WireError) {
        var constraints = Constraints()
        constraints.streamName(request.streamName)
        constraints.value(request.shardCount, in: 1...100_000, at: "shardCount")
        constraints.word(
            request.streamModeDetails?.streamMode, among: ["PROVISIONED", "ON_DEMAND"],
            at: "streamModeDetails.streamMode")
        constraints.tags(request.tags?.entries)
        constraints.value(request.maxRecordSizeInKiB, in: 1_024...10_240, at: "maxRecordSizeInKiB")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        guard (request.tags?.count ?? 0) <= 50 else {
            throw WireError(
                "InvalidArgumentException",
                """
                Failed to add tags to stream \(request.streamName) under account \(settings.account) because a given \
                stream cannot have more than 50 tags associated with it.
                """)
        }
    }

    private static func tooManyShards(taken: Int, more: Int, region: String, _ settings: Settings)
        -> WireError
    {
        WireError(
            "LimitExceededException",
            """
            This request would exceed the shard limit for the account \(settings.account) in \(region). Current shard \
            count for the account: \(taken). Limit: \(settings.mostShards). Number of additional shards that would have \
            resulted from this request: \(more). Refer to the AWS Service Limits page \
            (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request \
            higher limits.
            """)
    }

    func delete(_ request: DeleteStream, for caller: Caller) async throws -> NoOutput {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let ticket = try streams.withLock { streams in
            try commit.accept()
            guard let open = streams.open[name], let key = open.key else { throw notFound(name) }
            guard open.consumers.isEmpty || request.enforceConsumerDeletion == true else {
                throw WireError(
                    "ResourceInUseException",
                    """
                    Stream \(name.name) under account \(settings.account) has enhanced fan-out consumers registered. \
                    Deregister them first, or set EnforceConsumerDeletion.
                    """)
            }
            streams.open[name] = nil
            streams.lastCreations[name] = open.stream.lastCreation
            return commit.enqueue { db in try StreamStore.delete(key, shardKeys: open.shardKeys, in: db) }
        }
        try await ticket.durable()
        watch.wakeAll(watching: name)
        return NoOutput()
    }

    func describe(_ request: DescribeStream, for caller: Caller) throws -> DescribeStream.Output {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.value(request.limit, in: 1...10_000, at: "limit")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let open = try open(request.streamName, request.streamARN, caller)
        let after = try request.exclusiveStartShardId.map { try shardNumber($0, in: open.stream) } ?? -1
        let rest = open.stream.shards.filter { $0.number > after }
        let page = rest.prefix(min(request.limit ?? 100, 100))
        return DescribeStream.Output(
            streamDescription: StreamDescription(
                streamName: open.stream.name, streamARN: arn(of: open.stream, caller), streamStatus: "ACTIVE",
                streamModeDetails: StreamModeDetails(streamMode: open.mode), shards: page.map(Self.describe),
                hasMoreShards: page.count < rest.count, retentionPeriodHours: open.retentionHours,
                streamCreationTimestamp: Timestamp(seconds: open.stream.createdAt.seconds)))
    }

    func summarise(_ request: DescribeStreamSummary, for caller: Caller) throws
        -> DescribeStreamSummary.Output
    {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let open = try open(request.streamName, request.streamARN, caller)
        return DescribeStreamSummary.Output(
            streamDescriptionSummary: StreamDescriptionSummary(
                streamName: open.stream.name, streamARN: arn(of: open.stream, caller), streamStatus: "ACTIVE",
                streamModeDetails: StreamModeDetails(streamMode: open.mode),
                retentionPeriodHours: open.retentionHours,
                streamCreationTimestamp: Timestamp(seconds: open.stream.createdAt.seconds),
                openShardCount: open.stream.shards.count { $0.isOpen }, consumerCount: open.consumers.count,
                maxRecordSizeInKiB: open.maxRecordKiB))
    }

    func list(_ request: ListStreams, for caller: Caller) throws -> ListStreams.Output {
        var constraints = Constraints()
        constraints.value(request.limit, in: 1...10_000, at: "limit")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let after = request.nextToken ?? request.exclusiveStartStreamName ?? ""
        let rest = streams.withLock { streams in
            streams.open.filter {
                $0.key.region == caller.region && $0.key.name > after && $0.value.key != nil
            }
            .sorted { $0.key.name < $1.key.name }.map(\.value)
        }
        let page = rest.prefix(min(request.limit ?? 100, 100))
        let hasMore = page.count < rest.count
        return ListStreams.Output(
            streamNames: page.map(\.stream.name), hasMoreStreams: hasMore,
            nextToken: hasMore ? page.last?.stream.name : nil,
            streamSummaries: page.map { open in
                StreamSummary(
                    streamName: open.stream.name, streamARN: arn(of: open.stream, caller),
                    streamStatus: "ACTIVE",
                    streamModeDetails: StreamModeDetails(streamMode: open.mode),
                    streamCreationTimestamp: Timestamp(seconds: open.stream.createdAt.seconds))
            })
    }

    func shards(_ request: ListShards, for caller: Caller) throws -> ListShards.Output {
        try ShardListing(request, seal: seal, now: surroundings.now).page { name, arn in
            let name = try streamName(name, arn, caller)
            // Of the stream behind a token the policy has not been asked yet.
            try caller.require("kinesis:ListShards", on: .stream(name.name))
            return try open(name).stream
        }
    }

    // MARK: Expiry

    /// Removes records that are older than their stream's retention, a few hundred at a time, until cancelled.
    func trim() async {
        while !Task.isCancelled {
            await restBeforeTrimming()
            guard !Task.isCancelled else { return }
            let streams = streams.withLock { $0.open.values.sorted { $0.stream.name < $1.stream.name } }
            for open in streams {
                let horizon = horizon(of: open, now: surroundings.now)
                for key in open.shardKeys {
                    var removed = 0
                    repeat {
                        let ticket = commit.enqueue {
                            try StreamStore.trim(shardKey: key, arrivedBefore: horizon, atMost: 500, in: $0)
                        }
                        removed = (try? await ticket.value) ?? 0
                        moods?.noteTrimmed(removed)
                    } while removed == 500 && !Task.isCancelled
                }
            }
        }
    }

    /// A minute; in a mood that lets records go, a second, and when one begins no longer.
    private func restBeforeTrimming() async {
        guard let moods else {
            try? await surroundings.time.sleep(for: .seconds(60))
            return
        }
        await moods.bell.heard(within: .seconds(moods.isTrimming ? 1 : 60), by: surroundings.time)
    }

    /// What arrived before this is gone, whether its row has been removed or not.
    func horizon(of open: OpenStream, now: Timestamp) -> Timestamp {
        let horizon = now - .seconds(open.retentionHours * 3_600)
        return moods.map { max(horizon, $0.horizon(now: now)) } ?? horizon
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

    func open(_ name: String?, _ arn: String?, _ caller: Caller) throws(WireError) -> OpenStream {
        try open(try streamName(name, arn, caller))
    }

    func open(_ name: StreamName) throws(WireError) -> OpenStream {
        guard let open = streams.withLock({ $0.open[name] }), open.key != nil else { throw notFound(name) }
        return open
    }

    func notFound(_ name: StreamName) -> WireError {
        WireError(
            "ResourceNotFoundException", "Stream \(name.name) under account \(settings.account) not found.")
    }

    private func arn(of stream: DataStream, _ caller: Caller) -> String {
        arn(of: StreamName(region: caller.region, name: stream.name)).description
    }

    func arn(of name: StreamName) -> StreamARN {
        StreamARN(region: name.region, account: settings.account, name: name.name)
    }

    private func shardNumber(_ text: String, in stream: DataStream) throws(WireError) -> Int {
        try WireError.mapping { () throws(StreamFault) in
            try Shard.number(in: text, stream: stream.name, account: settings.account)
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
            open.shardKeys.indices.contains(iterator.shard)
        else {
            throw notFound(name)
        }
        return (open, iterator)
    }

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
