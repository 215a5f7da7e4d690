import Clockwork
import Stream
import Synchronization
import Wire

/// What the owner of a stream sets: how long and how large its records are, and what Amazon would do beside.
extension StreamDesk {
    // MARK: Records

    func keepLonger(_ request: IncreaseStreamRetentionPeriod, for caller: Caller) async throws -> NoOutput {
        let name = try checkedName(request.streamName, request.streamARN, caller)
        return try await change(name) { settings, stream, now in
            try settings.retention.increase(to: request.retentionPeriodHours, of: stream.name, now: now)
            return NoOutput()
        }
    }

    func letGoSooner(_ request: DecreaseStreamRetentionPeriod, for caller: Caller) async throws -> NoOutput {
        let name = try checkedName(request.streamName, request.streamARN, caller)
        let output = try await change(name) { settings, stream, now in
            try settings.retention.decrease(to: request.retentionPeriodHours, of: stream.name, now: now)
            return NoOutput()
        }
        expiry.ring()
        return output
    }

    func resize(_ request: UpdateMaxRecordSize, for caller: Caller) async throws -> NoOutput {
        let name = try checkedName(nil, request.streamARN, caller) {
            $0.value(request.maxRecordSizeInKiB, in: 1_024...10_240, at: "maxRecordSizeInKiB")
        }
        return try await change(name) { settings, _, _ in
            settings.maxRecordKiB = request.maxRecordSizeInKiB
            return NoOutput()
        }
    }

    // MARK: Encryption

    func encrypt(_ request: StartStreamEncryption, for caller: Caller) async throws -> NoOutput {
        let name = try encryptionName(
            request.streamName, request.streamARN, request.encryptionType, request.keyId, caller)
        return try await change(name) { settings, stream, now in
            guard settings.keyID != request.keyId else { return NoOutput() }
            try settings.recentCalls.count(.encryption, on: stream.name, now: now)
            settings.keyID = request.keyId
            return NoOutput()
        }
    }

    func encryptNoMore(_ request: StopStreamEncryption, for caller: Caller) async throws -> NoOutput {
        let name = try encryptionName(
            request.streamName, request.streamARN, request.encryptionType, request.keyId, caller)
        return try await change(name) { settings, stream, now in
            guard settings.keyID != nil else { return NoOutput() }
            try settings.recentCalls.count(.endOfEncryption, on: stream.name, now: now)
            settings.keyID = nil
            return NoOutput()
        }
    }

    private func encryptionName(
        _ name: String?, _ arn: String?, _ type: String, _ keyID: String, _ caller: Caller
    ) throws -> StreamName {
        let name = try checkedName(name, arn, caller) {
            $0.word(type, among: ["NONE", "KMS"], at: "encryptionType")
            $0.length(of: keyID, in: 1...2_048, at: "keyId")
        }
        guard type == "KMS" else {
            throw WireError("InvalidArgumentException", "The EncryptionType is NONE. Ask for KMS.")
        }
        return name
    }

    // MARK: Monitoring

    func monitor(_ request: EnableEnhancedMonitoring, for caller: Caller) async throws -> MetricsChange {
        try await monitor(request.streamName, request.streamARN, request.shardLevelMetrics, caller) {
            $0.union($1)
        }
    }

    func monitorLess(_ request: DisableEnhancedMonitoring, for caller: Caller) async throws -> MetricsChange {
        try await monitor(request.streamName, request.streamARN, request.shardLevelMetrics, caller) {
            $0.subtracting($1)
        }
    }

    private func monitor(
        _ name: String?, _ arn: String?, _ names: [String], _ caller: Caller,
        _ combine: (Set<ShardMetric>, Set<ShardMetric>) -> Set<ShardMetric>
    ) async throws -> MetricsChange {
        let known = ShardMetric.allCases.map(\.rawValue) + ["ALL"]
        let name = try checkedName(name, arn, caller) {
            $0.count(names.count, in: 1...7, at: "shardLevelMetrics")
            $0.words(names, among: known, at: "shardLevelMetrics")
        }
        let arn = self.arn(of: name).description
        return try await change(name) { settings, _, _ in
            let before = settings.metricNames
            settings.metrics = combine(settings.metrics, ShardMetric.named(names))
            return MetricsChange(
                streamName: name.name, streamARN: arn, currentShardLevelMetrics: before,
                desiredShardLevelMetrics: settings.metricNames)
        }
    }

    // MARK: Capacity

    func manage(_ request: UpdateStreamMode, for caller: Caller) async throws -> NoOutput {
        let name = try checkedName(nil, request.streamARN, caller) {
            $0.word(
                request.streamModeDetails.streamMode, among: ["PROVISIONED", "ON_DEMAND"],
                at: "streamModeDetails.streamMode")
            $0.value(request.warmThroughputMiBps, in: 0...(.max), at: "warmThroughputMiBps")
        }
        guard let mode = StreamMode(rawValue: request.streamModeDetails.streamMode) else { return NoOutput() }
        let isCommitted = isCommitted(in: name.region)
        let others = streams.withLock { $0.onDemandStreams(in: name.region, except: name) }
        return try await change(name) { [self] settings, stream, now in
            if settings.mode != mode {
                if mode == .onDemand { try allow(onDemandStream: others + 1) }
                try settings.recentCalls.count(.mode, on: stream.name, now: now)
                settings.change(to: mode)
            }
            if let warm = request.warmThroughputMiBps {
                try settings.warm(to: warm, isCommitted: isCommitted, of: stream.name)
            }
            return NoOutput()
        }
    }

    func warm(
        _ request: UpdateStreamWarmThroughput, for caller: Caller
    ) async throws -> UpdateStreamWarmThroughput.Output {
        let name = try checkedName(request.streamName, request.streamARN, caller) {
            $0.value(request.warmThroughputMiBps, in: 0...(.max), at: "warmThroughputMiBps")
        }
        let isCommitted = isCommitted(in: name.region)
        let arn = arn(of: name).description
        return try await change(name) { settings, stream, _ in
            try settings.warm(to: request.warmThroughputMiBps, isCommitted: isCommitted, of: stream.name)
            return UpdateStreamWarmThroughput.Output(
                streamName: name.name, streamARN: arn,
                warmThroughput: WarmThroughput(request.warmThroughputMiBps))
        }
    }

    func distribute(
        _ request: UpdateStreamRecordDistributionStrategy, for caller: Caller
    ) async throws -> NoOutput {
        let name = try checkedName(nil, request.streamARN, caller) {
            $0.word(
                request.recordDistributionStrategy, among: RecordDistribution.allCases.map(\.rawValue),
                at: "recordDistributionStrategy")
        }
        return try await change(name, takesNoTime: true) { settings, stream, _ in
            let wanted = RecordDistribution(rawValue: request.recordDistributionStrategy)
            try settings.distribute(by: wanted ?? settings.distribution, of: stream.name)
            return NoOutput()
        }
    }

    /// Refuses more on-demand streams than an account may have in a region.
    func allow(onDemandStream number: Int) throws(WireError) {
        guard number > Self.mostOnDemandStreams else { return }
        throw WireError(
            "LimitExceededException",
            """
            Account \(settings.account) has \(number - 1) streams in ON_DEMAND mode, and no more are allowed. Delete one, \
            or use PROVISIONED mode.
            """)
    }

    static let mostOnDemandStreams = 50

    /// The stream that is named, once that and all else keeps the limits of the model.
    private func checkedName(
        _ name: String?, _ arn: String?, _ caller: Caller, _ more: (inout Constraints) -> Void = { _ in }
    ) throws(WireError) -> StreamName {
        var constraints = Constraints()
        constraints.stream(named: name, arn: arn)
        more(&constraints)
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        return try streamName(name, arn, caller)
    }
}
