import Clockwork
import Disk
import Stream
import Synchronization
import Wire

/// Putting records: placed, written, and only then published.
extension StreamDesk {
    func put(_ request: PutRecord, for caller: Caller) async throws -> PutRecord.Output {
        let entry = PutRecords.Entry(
            data: request.data, partitionKey: request.partitionKey, explicitHashKey: request.explicitHashKey)
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        entry.check(
            &constraints, at: "",
            needsKey: entry.partitionKey == nil && !spreads(request.streamName, request.streamARN, caller))
        constraints.decimal(
            request.sequenceNumberForOrdering, mostDigits: 129, at: "sequenceNumberForOrdering")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let outcome = try await append(
            [entry], ordering: request.sequenceNumberForOrdering, to: name, dryRun: request.dryRun ?? false)
        switch outcome.fates[0] {
        case .placed(let placement):
            return PutRecord.Output(
                shardId: Shard.id(of: placement.shard), sequenceNumber: placement.sequenceNumber.description,
                encryptionType: outcome.encryptionType)
        case .throttled(let shard): throw throughputExceeded(shard: shard, of: name)
        }
    }

    func put(_ request: PutRecords, for caller: Caller) async throws -> PutRecords.Output {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.count(request.records.count, in: 1...500, at: "records")
        let needsKey =
            request.records.contains { $0.partitionKey == nil }
            && !spreads(request.streamName, request.streamARN, caller)
        var bytes = 0
        for (place, entry) in request.records.enumerated() {
            entry.check(&constraints, at: "records.\(place + 1).member.", needsKey: needsKey)
            bytes += entry.bytes
        }
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        guard bytes <= 10 << 20 else {
            throw WireError("InvalidArgumentException", "Records size exceeds 10 MB limit")
        }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let outcome = try await append(
            request.records, failing: moods?.failures(among: request.records.count) ?? [], to: name,
            dryRun: request.dryRun ?? false)
        let results = outcome.fates.map { fate in
            switch fate {
            case .placed(let placement): PutRecords.Result(placement)
            case .throttled(let shard): PutRecords.Result(throughputExceeded(shard: shard, of: name))
            }
        }
        return PutRecords.Output(
            failedRecordCount: results.count { $0.errorCode != nil }, records: results,
            encryptionType: outcome.encryptionType)
    }

    /// What became of a record: its place, or the shard that would have taken it.
    private enum Fate {
        case placed(Placement)
        case throttled(shard: Int)
    }

    private struct Outcome {
        /// In the order of the records.
        var fates: [Fate]
        var isEncrypted: Bool

        /// Nil where nothing is encrypted.
        var encryptionType: String? { isEncrypted ? "KMS" : nil }

        var placed: [Placement] {
            fates.compactMap { if case .placed(let placement) = $0 { placement } else { nil } }
        }
    }

    /// Writes records down, those that fail left out.
    ///
    /// - Parameter failing: Places of records that a mood lets fail.
    private func append(
        _ entries: [PutRecords.Entry], failing: Set<Int> = [], ordering: String? = nil, to name: StreamName,
        dryRun: Bool
    ) async throws -> Outcome {
        let keys = try WireError.mapping { () throws(StreamFault) in
            var keys: [HashKey] = []
            for entry in entries { keys.append(try entry.hashKey) }
            return keys
        }
        let (now, uptime) = (surroundings.now, surroundings.time.uptime)
        let (ticket, outcome, key) = try streams.withLock { streams in
            try commit.acceptMore()
            guard var open = streams.open[name], let key = open.key, open.status.takesRecords else {
                throw notFound(name)
            }
            if let large = entries.first(where: { $0.bytes > open.settings.maxRecordKiB << 10 }) {
                throw WireError(
                    "ValidationException",
                    """
                    A record has \(large.bytes) bytes of data and partition key together. Stream \(name.name) under \
                    account \(settings.account) takes \(open.settings.maxRecordKiB) KiB.
                    """)
            }
            var outcome = Outcome(fates: [], isEncrypted: open.settings.keyID != nil)
            var records: [StreamStore.NewRecord] = []
            for (place, entry) in entries.enumerated() {
                let shard = open.home(of: keys[place])
                guard !failing.contains(place), open.admitsRecord(of: entry.bytes, to: shard, now: uptime)
                else {
                    outcome.fates.append(.throttled(shard: shard))
                    continue
                }
                let placement = try WireError.mapping { () throws(StreamFault) in
                    try open.stream.append(to: shard, ordering: ordering, now: now)
                }
                outcome.fates.append(.placed(placement))
                records.append(
                    StreamStore.NewRecord(
                        shardKey: open.shardKeys[shard], counter: placement.counter,
                        arrival: placement.arrival,
                        partitionKey: entry.partitionKey ?? surroundings.chance.uuid(),
                        data: entry.data.bytes, isEncrypted: outcome.isEncrypted))
            }
            if dryRun { throw WireError.dryRun }
            streams.open[name] = open
            let bytes = entries.reduce(0) { $0 + $1.bytes + 64 }
            let ticket = commit.enqueue(bytes: bytes) { [records] in try StreamStore.append(records, in: $0) }
            return (ticket, outcome, key)
        }
        try await ticket.durable()
        publish(outcome.placed, of: name, key: key)
        return outcome
    }

    /// Lets readers know of records that are durable now.
    private func publish(_ placed: [Placement], of name: StreamName, key: Int64) {
        let open = streams.withLock { streams -> OpenStream? in
            // It may have been deleted meanwhile, and one of its name made anew.
            guard streams.open[name]?.key == key else { return nil }
            for placement in placed { streams.open[name]?.publish(placement) }
            return streams.open[name]
        }
        if let open { watch.wake(watching: name, now: open) }
    }

    /// Whether a stream spreads its records, and so needs no keys.
    private func spreads(_ name: String?, _ arn: String?, _ caller: Caller) -> Bool {
        guard let name = try? streamName(name, arn, caller) else { return false }
        return streams.withLock { $0.open[name]?.settings.distribution == .auto }
    }

    /// Source: Amazon Kinesis API Reference, `PutRecords`; words observed.
    func throughputExceeded(shard: Int, of name: StreamName) -> WireError {
        WireError(
            "ProvisionedThroughputExceededException",
            """
            Rate exceeded for shard \(Shard.id(of: shard)) in stream \(name.name) under account \(settings.account).
            """)
    }
}

extension PutRecords.Entry {
    /// What counts against limits: data and key.
    fileprivate var bytes: Int { data.bytes.count + (partitionKey?.utf8.count ?? 0) }

    fileprivate var hashKey: HashKey {
        get throws(StreamFault) {
            guard let explicitHashKey else { return HashKey(partitionKey: partitionKey ?? "") }
            return try HashKey(explicit: explicitHashKey)
        }
    }

    fileprivate func check(_ constraints: inout Constraints, at path: String, needsKey: Bool) {
        if needsKey { constraints.required(partitionKey, at: "\(path)partitionKey") }
        constraints.length(of: partitionKey, in: 1...256, at: "\(path)partitionKey")
        constraints.bytes(data.bytes.count, in: 0...10_485_760, at: "\(path)data")
        constraints.decimal(explicitHashKey, mostDigits: 39, at: "\(path)explicitHashKey")
    }
}

extension PutRecords.Result {
    fileprivate init(_ placement: Placement) {
        self.init(
            shardId: Shard.id(of: placement.shard), sequenceNumber: placement.sequenceNumber.description)
    }

    fileprivate init(_ error: WireError) {
        self.init(errorCode: error.type, errorMessage: error.message)
    }
}
