import Clockwork
import Disk
import Stream
import Synchronization
import Wire

/// Reading records: from a place, onward, and never past what is committed.
extension StreamDesk {
    func iterator(_ request: GetShardIterator, for caller: Caller) throws -> GetShardIterator.Output {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.length(of: request.shardId, in: 1...128, at: "shardId")
        constraints.iteratorType(request.shardIteratorType, at: "shardIteratorType")
        constraints.decimal(request.startingSequenceNumber, mostDigits: 129, at: "startingSequenceNumber")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let number = try shardNumber(request.shardId, in: name)
        let open = try open(name)
        let now = surroundings.now
        let place = try startingPlace(
            in: open, shard: number, type: request.shardIteratorType,
            sequenceNumber: request.startingSequenceNumber, moment: request.timestamp, now: now)
        if request.dryRun == true { throw WireError.dryRun }
        try admit(to: number, of: open, caller) { $0.admitsIterator(of: number, now: $1) }
        return GetShardIterator.Output(shardIterator: sealed(place, shard: number, of: open.stream, at: now))
    }

    /// The place in a shard at which a reader wants to begin.
    ///
    /// - Throws: `ResourceNotFoundException`, `InvalidArgumentException`.
    func startingPlace(
        in open: OpenStream, shard number: Int, type: String, sequenceNumber: String?, moment: Timestamp?,
        now: Timestamp
    ) throws -> ReadingPlace {
        let (shard, start) = try WireError.mapping { () throws(StreamFault) in
            let shard = try open.committed.shard(number, horizon: horizon(of: open, now: now))
            let start = try open.committed.readingStart(
                in: shard, type: type, startingSequenceNumber: sequenceNumber, moment: moment, now: now)
            return (shard, start)
        }
        switch start {
        case .place(let known): return known
        case .moment(let moment):
            let found = try reader.read {
                try StreamStore.place(shardKey: open.shardKeys[number], arrivedFrom: moment, in: $0)
            }
            return found ?? .end(of: shard)
        }
    }

    func records(_ request: GetRecords, for caller: Caller) throws -> GetRecords.Output {
        var constraints = Constraints()
        constraints.length(of: request.shardIterator, in: 1...512, at: "shardIterator")
        constraints.value(request.limit, in: 1...10_000, at: "limit")
        constraints.stream(named: nil, arn: request.streamARN)
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let now = surroundings.now
        let (open, iterator) = try unsealed(request.shardIterator, caller, now)
        try caller.require("kinesis:GetRecords", on: .stream(iterator.stream))
        _ = try streamName(iterator.stream, request.streamARN, caller)  // refuses another stream's ARN
        if request.dryRun == true { throw WireError.dryRun }
        try admit(to: iterator.shard, of: open, caller) { $0.admitsRead(of: iterator.shard, now: $1) }
        let reading = try read(
            on: iterator.place, shard: iterator.shard, of: open, limit: request.limit ?? 10_000,
            bytes: 10 << 20, now: now)
        note(reading, from: iterator.shard, of: open, caller)
        return GetRecords.Output(
            records: reading.records,
            nextShardIterator: reading.isEnd
                ? nil : sealed(reading.next, shard: iterator.shard, of: open.stream, at: now),
            millisBehindLatest: reading.millisBehindLatest, childShards: reading.childShards)
    }

    /// What a reader is given in one go, and where he goes on.
    struct Reading {
        var records: [StreamRecord]
        var next: ReadingPlace
        var millisBehindLatest: Int64
        /// Only at the end of a closed shard.
        var childShards: [ChildShard]?

        /// Of data and keys, added up anew each time.
        var bytes: Int { records.reduce(0) { $0 + $1.data.bytes.count + $1.partitionKey.utf8.count } }

        /// Whether there will never be more.
        var isEnd: Bool { childShards != nil }
    }

    /// Reads on from a place, as far as records are committed.
    ///
    /// - Parameters:
    ///   - limit: The most records.
    ///   - bytes: The most bytes of data and keys, unless the first record alone has more.
    func read(
        on place: ReadingPlace, shard number: Int, of open: OpenStream, limit: Int, bytes: Int, now: Timestamp
    ) throws -> Reading {
        let shard = open.committed.shards[number]
        let horizon = horizon(of: open, now: now)
        var found: [StreamStore.StoredRecord] = []
        if place.counter <= shard.lastCounter {
            found = try reader.read { db in
                try StreamStore.read(
                    shardKey: open.shardKeys[number], from: place, notBefore: horizon, limit: limit,
                    bytes: bytes,
                    in: db)
            }
        }
        let next: ReadingPlace =
            if let last = found.last {
                .after(counter: last.counter, arrival: last.arrival)
            } else if place.precedes(counter: shard.lastCounter, arrival: shard.lastArrival) {
                // All that lay ahead has expired.
                .after(counter: shard.lastCounter, arrival: shard.lastArrival)
            } else {
                place
            }
        let isAtEnd = next.counter >= shard.lastCounter
        let behind = isAtEnd ? 0 : found.last.map { max(0, (now - $0.arrival).milliseconds) } ?? 0
        return Reading(
            records: found.map { record in
                StreamRecord(
                    sequenceNumber: shard.sequenceNumber(counter: record.counter, arrival: record.arrival)
                        .description,
                    approximateArrivalTimestamp: record.arrival, data: Blob(record.data),
                    partitionKey: record.partitionKey, encryptionType: record.isEncrypted ? "KMS" : nil)
            },
            next: next, millisBehindLatest: behind,
            childShards: isAtEnd && !shard.isOpen
                ? open.committed.children(of: shard.number).map(Self.child) : nil)
    }

    /// Refuses a call more than Amazon allows on a shard.
    private func admit(
        to shard: Int, of open: OpenStream, _ caller: Caller,
        when isAdmitted: (inout OpenStream, _ now: Duration) -> Bool
    ) throws(WireError) {
        guard settings.throttles else { return }
        let name = StreamName(region: caller.region, name: open.stream.name)
        let uptime = surroundings.time.uptime
        let mayPass = streams.withLock { streams in
            guard var open = streams.open[name] else { return true }
            defer { streams.open[name] = open }
            return isAdmitted(&open, uptime)
        }
        if !mayPass { throw throughputExceeded(shard: shard, of: name) }
    }

    private func note(_ reading: Reading, from shard: Int, of open: OpenStream, _ caller: Caller) {
        guard settings.throttles else { return }
        let bytes = reading.bytes
        let name = StreamName(region: caller.region, name: open.stream.name)
        streams.withLock { $0.open[name]?.noteRead(of: bytes, from: shard) }
    }

    /// Waits until a shard has something behind its iterator.
    func await(_ request: AwaitRecords, for caller: Caller) async throws -> AwaitRecords.Output {
        guard (0...20).contains(request.waitTimeSeconds), (1...100).contains(request.shardIterators.count)
        else {
            throw WireError(
                "InvalidArgumentException",
                "AwaitRecords takes 1 to 100 iterators and waits for 0 to 20 seconds.")
        }
        let name = StreamName(region: caller.region, name: request.streamName)
        let now = surroundings.now
        let places = try request.shardIterators.enumerated().map { position, text in
            let (_, iterator) = try unsealed(text, caller, now)
            guard iterator.stream == request.streamName else {
                throw WireError("InvalidArgumentException", "An iterator is of another stream.")
            }
            return RecordWatch.Place(position: position, shard: iterator.shard, place: iterator.place)
        }
        let watcher = RecordWatch.Watcher(stream: name, places: places)
        // First take a place among the watchers, then look: what is published in between wakes us.
        let id = watch.add(watcher)
        defer { watch.remove(id) }
        var ready = watcher.ready(in: try open(name))
        if ready.isEmpty, request.waitTimeSeconds > 0 {
            await watch.wait(as: id, atMost: .seconds(request.waitTimeSeconds), time: surroundings.time)
            try Task.checkCancellation()
            ready = watcher.ready(in: try open(name))
        }
        return AwaitRecords.Output(ready: ready)
    }
}

extension Constraints {
    /// One of the ways to say where reading begins.
    mutating func iteratorType(_ type: String, at path: String) {
        word(
            type,
            among: ["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"],
            at: path)
    }
}
