import Clockwork
import Disk
import Stream
import Synchronization
import Wire

/// Streams as a whole: made, told about, listed and deleted.
extension StreamDesk {
    func create(_ request: CreateStream, for caller: Caller) async throws -> NoOutput {
        try check(request)
        let name = StreamName(region: caller.region, name: request.streamName)
        let now = surroundings.now
        let ticket = try streams.withLock { streams in
            try commit.acceptMore()
            let open = try made(name, as: request, now: now, among: &streams)
            let tags = request.tags?.entries ?? []
            let arn = ResourceARN(arn(of: name))
            streams.tags[arn] = try WireError.mapping { () throws(StreamFault) in
                try StreamTags.adding(tags, to: [:], of: name.name, account: settings.account)
            }
            streams.open[name] = open
            return commit.enqueue { db in
                try StreamStore.tag(arn, with: tags, in: db)
                return try StreamStore.insert(open, region: name.region, in: db)
            }
        }
        let key = try await ticket.durable()
        streams.withLock { $0.open[name]?.key = key }
        transitions.ring()
        return NoOutput()
    }

    /// A stream as it is asked for, or why it cannot be.
    private func made(
        _ name: StreamName, as request: CreateStream, now: Timestamp, among streams: inout Streams
    ) throws(WireError) -> OpenStream {
        guard streams.open[name] == nil else {
            throw WireError(
                "ResourceInUseException",
                "Stream \(name.name) under account \(settings.account) already exists.")
        }
        let count = request.shardCount ?? 4
        try allow(count, in: name.region, among: streams)
        let creating = streams.open.count { $0.key.region == name.region && $0.value.status == .creating }
        guard creating < 5 else {
            throw WireError(
                "LimitExceededException", "\(creating) streams are being created. Wait until some are ACTIVE."
            )
        }
        let wishes = try wishes(of: request, in: name.region, among: streams, now: now)
        let stream = DataStream(
            name: name.name, account: settings.account, shardCount: count, now: now,
            after: streams.lastCreations[name] ?? .min)
        return OpenStream(
            key: nil, stream: stream, shardKeys: streams.takeShardKeys(count), settings: wishes,
            transition: transition(to: .creating, now: now), isThrottled: settings.throttles)
    }

    private func wishes(
        of request: CreateStream, in region: String, among streams: Streams, now: Timestamp
    ) throws(WireError) -> StreamSettings {
        let mode = request.streamModeDetails.flatMap { StreamMode(rawValue: $0.streamMode) } ?? .provisioned
        if mode == .onDemand { try allow(onDemandStream: streams.onDemandStreams(in: region) + 1) }
        let isCommitted = (streams.commitments[region] ?? BillingCommitment()).status(now: now) != .disabled
        return try WireError.mapping { () throws(StreamFault) in
            var settings = StreamSettings(mode: mode, maxRecordKiB: request.maxRecordSizeInKiB ?? 1_024)
            if let warm = request.warmThroughputMiBps {
                try settings.warm(to: warm, isCommitted: isCommitted, of: request.streamName)
            }
            if let distribution = request.recordDistributionStrategy.flatMap(RecordDistribution.init) {
                try settings.distribute(by: distribution, of: request.streamName)
            }
            return settings
        }
    }

    /// Refuses more open shards than an account may have in a region.
    func allow(_ more: Int, in region: String, among streams: Streams) throws(WireError) {
        let taken = streams.openShards(in: region)
        guard taken + more > settings.mostShards, more > 0 else { return }
        throw WireError(
            "LimitExceededException",
            """
            This request would exceed the shard limit for the account \(settings.account) in \(region). Current shard \
            count for the account: \(taken). Limit: \(settings.mostShards). Number of additional shards that would have \
            resulted from this request: \(more). Refer to the AWS Service Limits page \
            (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request \
            higher limits.
            """)
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
        constraints.value(request.warmThroughputMiBps, in: 0...(.max), at: "warmThroughputMiBps")
        constraints.word(
            request.recordDistributionStrategy, among: RecordDistribution.allCases.map(\.rawValue),
            at: "recordDistributionStrategy")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
    }

    func delete(_ request: DeleteStream, for caller: Caller) async throws -> NoOutput {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let now = surroundings.now
        let ticket = try streams.withLock { streams in
            try commit.accept()
            guard let open = streams.open[name], let key = open.key else { throw notFound(name) }
            guard open.status != .deleting else { throw notActive(name, open.status) }
            guard open.consumers.isEmpty || request.enforceConsumerDeletion == true else {
                throw WireError(
                    "ResourceInUseException",
                    """
                    Stream \(name.name) under account \(settings.account) has enhanced fan-out consumers registered. \
                    Deregister them first, or set EnforceConsumerDeletion.
                    """)
            }
            guard let deleting = transition(to: .deleting, now: now) else {
                return remove(name, from: &streams, key: key)
            }
            streams.open[name]?.transition = deleting
            return commit.enqueue { try StreamStore.save(open.settings, deleting, of: key, in: $0) }
        }
        try await ticket.durable()
        transitions.ring()
        expiry.ring()
        watch.wakeAll(watching: name)
        return NoOutput()
    }

    /// Forgets a stream; its records are cleared away bit by bit.
    func remove(_ name: StreamName, from streams: inout Streams, key: Int64) -> CommitTicket<Void> {
        streams.lastCreations[name] = streams.open[name]?.stream.lastCreation
        streams.open[name] = nil
        let arn = arn(of: name)
        streams.tags = streams.tags.filter { $0.key.stream != arn }
        return commit.enqueue { db in
            try StreamStore.delete(key, in: db)
            try StreamStore.forget(arn, in: db)
        }
    }

    func describe(_ request: DescribeStream, for caller: Caller) throws -> DescribeStream.Output {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.value(request.limit, in: 1...10_000, at: "limit")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let open = try known(name)
        let after = try request.exclusiveStartShardId.map { try shardNumber($0, in: name) } ?? -1
        let horizon = horizon(of: open, now: surroundings.now)
        let rest = open.shards(.after(after), horizon: horizon)
        let page = rest.prefix(min(request.limit ?? 100, 100))
        return DescribeStream.Output(
            streamDescription: StreamDescription(
                streamName: name.name, streamARN: arn(of: name).description,
                streamStatus: open.status.rawValue,
                streamModeDetails: StreamModeDetails(streamMode: open.settings.mode.rawValue),
                shards: page.map(Self.describe), hasMoreShards: page.count < rest.count,
                retentionPeriodHours: open.settings.retention.hours,
                streamCreationTimestamp: Timestamp(seconds: open.stream.createdAt.seconds),
                enhancedMonitoring: [EnhancedMetrics(shardLevelMetrics: open.settings.metricNames)],
                encryptionType: open.settings.encryptionType, keyId: open.settings.keyID))
    }

    func summarise(_ request: DescribeStreamSummary, for caller: Caller) throws
        -> DescribeStreamSummary.Output
    {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let open = try known(name)
        let settings = open.settings
        return DescribeStreamSummary.Output(
            streamDescriptionSummary: StreamDescriptionSummary(
                streamName: name.name, streamARN: arn(of: name).description,
                streamStatus: open.status.rawValue,
                streamModeDetails: StreamModeDetails(streamMode: settings.mode.rawValue),
                retentionPeriodHours: settings.retention.hours,
                streamCreationTimestamp: Timestamp(seconds: open.stream.createdAt.seconds),
                enhancedMonitoring: [EnhancedMetrics(shardLevelMetrics: settings.metricNames)],
                encryptionType: settings.encryptionType, keyId: settings.keyID,
                openShardCount: open.shards.count { $0.isOpen }, consumerCount: open.consumers.count,
                maxRecordSizeInKiB: settings.maxRecordKiB,
                warmThroughput: settings.warmMiBps.map(WarmThroughput.init),
                recordDistributionStrategy: settings.mode == .onDemand ? settings.distribution.rawValue : nil)
        )
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
                    streamName: open.stream.name,
                    streamARN: arn(of: StreamName(region: caller.region, name: open.stream.name)).description,
                    streamStatus: open.status.rawValue,
                    streamModeDetails: StreamModeDetails(streamMode: open.settings.mode.rawValue),
                    streamCreationTimestamp: Timestamp(seconds: open.stream.createdAt.seconds))
            })
    }

    func shards(_ request: ListShards, for caller: Caller) throws -> ListShards.Output {
        try ShardListing(request, seal: seal, now: surroundings.now).page { name, arn in
            let name = try streamName(name, arn, caller)
            // Of the stream behind a token the policy has not been asked yet.
            try caller.require("kinesis:ListShards", on: .stream(name.name))
            let known = try known(name)
            return (known, horizon(of: known, now: surroundings.now))
        }
    }
}
