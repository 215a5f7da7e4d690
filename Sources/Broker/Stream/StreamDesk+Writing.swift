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
        entry.check(&constraints, at: "")
        constraints.decimal(
            request.sequenceNumberForOrdering, mostDigits: 129, at: "sequenceNumberForOrdering")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let placed = try await append(
            [entry], ordering: request.sequenceNumberForOrdering, to: name, dryRun: request.dryRun ?? false)
        return PutRecord.Output(
            shardId: Shard.id(of: placed[0].shard), sequenceNumber: placed[0].sequenceNumber.description)
    }

    func put(_ request: PutRecords, for caller: Caller) async throws -> PutRecords.Output {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.count(request.records.count, in: 1...500, at: "records")
        var bytes = 0
        for (place, entry) in request.records.enumerated() {
            entry.check(&constraints, at: "records.\(place + 1).member.")
            bytes += entry.bytes
        }
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        guard bytes <= 10 << 20 else {
            throw WireError("InvalidArgumentException", "Records size exceeds 10 MB limit")
        }
        let name = try streamName(request.streamName, request.streamARN, caller)
        if let failing = moods?.failures(among: request.records.count), !failing.isEmpty {
            return try await put(request.records, failing: failing, to: name, dryRun: request.dryRun ?? false)
        }
        let placed = try await append(
            request.records, ordering: nil, to: name, dryRun: request.dryRun ?? false)
        return PutRecords.Output(
            failedRecordCount: 0,
            records: placed.map(PutRecords.Result.init))
    }

    /// Puts those records that do not fail, in their order.
    private func put(
        _ entries: [PutRecords.Entry], failing: Set<Int>, to name: StreamName, dryRun: Bool
    ) async throws -> PutRecords.Output {
        let sound = entries.indices.filter { !failing.contains($0) }
        let placed = try await append(sound.map { entries[$0] }, ordering: nil, to: name, dryRun: dryRun)
        var results: [PutRecords.Result] = []
        var placements = placed.makeIterator()
        let stream = try open(name).stream
        for (place, entry) in entries.enumerated() {
            if !failing.contains(place), let placement = placements.next() {
                results.append(PutRecords.Result(placement))
            } else {
                let shard = try WireError.mapping { () throws(StreamFault) in
                    stream.shard(for: try entry.hashKey)
                }
                results.append(.throughputExceeded(shard: shard, of: stream))
            }
        }
        return PutRecords.Output(failedRecordCount: failing.count, records: results)
    }

    private func append(
        _ entries: [PutRecords.Entry], ordering: String?, to name: StreamName, dryRun: Bool
    ) async throws -> [Placement] {
        let keys = try WireError.mapping { () throws(StreamFault) in
            var keys: [HashKey] = []
            for entry in entries { keys.append(try entry.hashKey) }
            return keys
        }
        let now = surroundings.now
        let (ticket, placed, key) = try streams.withLock { streams in
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
            let placed = try WireError.mapping { () throws(StreamFault) in
                var placed: [Placement] = []
                placed.reserveCapacity(keys.count)
                for key in keys { placed.append(try open.stream.append(key, ordering: ordering, now: now)) }
                return placed
            }
            if dryRun { throw WireError.dryRun }
            streams.open[name] = open
            let records = zip(entries, placed).map { entry, placement in
                StreamStore.NewRecord(
                    shardKey: open.shardKeys[placement.shard], counter: placement.counter,
                    arrival: placement.arrival,
                    partitionKey: entry.partitionKey, data: entry.data.bytes)
            }
            let bytes = entries.reduce(0) { $0 + $1.bytes + 64 }
            return (commit.enqueue(bytes: bytes) { try StreamStore.append(records, in: $0) }, placed, key)
        }
        try await ticket.durable()
        publish(placed, of: name, key: key)
        return placed
    }

    /// Lets readers know of records that are durable now.
    private func publish(_ placed: [Placement], of name: StreamName, key: Int64) {
        let open = streams.withLock { streams -> OpenStream? in
            guard streams.open[name]?.key == key else { return nil }  // deleted meanwhile, and perhaps made anew
            for placement in placed { streams.open[name]?.publish(placement) }
            return streams.open[name]
        }
        if let open { watch.wake(watching: name, now: open) }
    }
}

extension PutRecords.Entry {
    /// What counts against limits: data and key.
    fileprivate var bytes: Int { data.bytes.count + partitionKey.utf8.count }

    fileprivate var hashKey: HashKey {
        get throws(StreamFault) {
            guard let explicitHashKey else { return HashKey(partitionKey: partitionKey) }
            return try HashKey(explicit: explicitHashKey)
        }
    }

    fileprivate func check(_ constraints: inout Constraints, at path: String) {
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

    /// Source: Amazon Kinesis API Reference, `PutRecords`; words observed.
    fileprivate static func throughputExceeded(shard: Int, of stream: DataStream) -> PutRecords.Result {
        PutRecords.Result(
            errorCode: "ProvisionedThroughputExceededException",
            errorMessage: """
                Rate exceeded for shard \(Shard.id(of: shard)) in stream \(stream.name) under account \
                \(stream.account).
                """)
    }
}
