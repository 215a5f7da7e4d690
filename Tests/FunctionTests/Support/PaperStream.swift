import Clockwork
import Wire

/// A stream of the test's own, with Amazon's manners and the faults that a test asks for.
///
/// Lives on its world's one thread.
final class PaperStream: @unchecked Sendable {
    typealias Service = Kinesis

    /// What befalls one call.
    enum Fault {
        case none
        /// The call never arrives.
        case lost
        /// The service says no.
        case refused(String)
    }

    struct Shard {
        var parents: [String] = []
        var records: [StreamRecord] = []
        /// How many have expired before these.
        var expired = 0
        var isClosed = false
        var isForgotten = false
    }

    private var shards: [(id: String, shard: Shard)] = []
    /// Every call in its order, such as `GetRecords`.
    private(set) var calls: [String] = []
    var fault: (String) -> Fault = { _ in .none }
    /// False: as Amazon does, it does not know `AwaitRecords`.
    var tellsAtOnce = true
    private var generation = 1
    let time: any TimeSource
    let arrivals = Bell()
    /// The ARN of the one consumer there can be.
    var consumer: String?
    var consumerStatus = "ACTIVE"
    var registrations = 0
    /// Who has a shard pushed, by its id.
    var seats: [String: Seat] = [:]

    init(shards count: Int, time: any TimeSource) {
        self.time = time
        for number in 0..<count { shards.append((Self.name(number), Shard())) }
    }

    static func name(_ number: Int) -> String { "shardId-\(number)" }

    func count(of call: String) -> Int { calls.count { $0 == call } }

    func put(_ payload: String, in number: Int = 0) {
        let count = shards[number].shard.expired + shards[number].shard.records.count
        shards[number].shard.records.append(
            StreamRecord(
                sequenceNumber: "\(generation)\(String(10_000 + count).dropFirst())",
                approximateArrivalTimestamp: time.now, data: Blob(Array(payload.utf8)), partitionKey: "k"))
        arrivals.ring()
    }

    /// Lets a shard's oldest records expire.
    func expire(_ count: Int, in number: Int = 0) {
        shards[number].shard.records.removeFirst(count)
        shards[number].shard.expired += count
    }

    /// Closes a shard and opens others that go on where it ended.
    func split(_ number: Int, into children: Int) {
        shards[number].shard.isClosed = true
        for _ in 0..<children {
            shards.append((Self.name(shards.count), Shard(parents: [Self.name(number)])))
        }
        arrivals.ring()
    }

    /// Lets all records of a closed shard expire, and the shard with them.
    func forget(_ number: Int) {
        expire(shards[number].shard.records.count, in: number)
        shards[number].shard.isForgotten = true
    }

    /// Closes two shards and opens one that goes on where they ended.
    func merge(_ lower: Int, _ upper: Int) {
        for number in [lower, upper] { shards[number].shard.isClosed = true }
        shards.append((Self.name(shards.count), Shard(parents: [Self.name(lower), Self.name(upper)])))
        arrivals.ring()
    }

    /// Deletes the stream and makes one of the same name.
    func makeAnew() {
        generation += 1
        shards = shards.map { ($0.id, Shard()) }
        (consumer, seats) = (nil, [:])
    }

    func callAsFunction<Op: Operation>(_ operation: Op) async throws -> Op.Output
    where Op.Service == Kinesis {
        try await hear(Op.name)
        return try await answer(operation) as! Op.Output
    }

    /// Lets a call arrive, or not.
    func hear(_ call: String) async throws {
        calls.append(call)
        let fault = fault(call)
        try await time.sleep(for: .milliseconds(1))
        switch fault {
        case .none: break
        case .lost: throw ClientError.unknown(reason: "the request was lost")
        case .refused(let type): throw ClientError.refused(WireError(type, nil))
        }
    }

    private func answer<Op: Operation>(_ operation: Op) async throws -> any Sendable {
        switch operation {
        case let operation as ListShards: return list(operation)
        case let operation as GetShardIterator: return try locate(operation)
        case let operation as GetRecords: return try read(operation)
        case let operation as DescribeStreamSummary: return describe(operation)
        case let operation as RegisterStreamConsumer: return try register(operation)
        case let operation as DescribeStreamConsumer: return try describe(operation)
        case let operation as AwaitRecords where tellsAtOnce: return try await wait(operation)
        default: throw Self.refusal("UnknownOperationException")
        }
    }

    private func describe(_ request: DescribeStreamSummary) -> DescribeStreamSummary.Output {
        let name = request.streamName ?? ""
        return DescribeStreamSummary.Output(
            streamDescriptionSummary: StreamDescriptionSummary(
                streamName: name, streamARN: "arn:aws:kinesis:us-east-1:000000000000:stream/\(name)",
                streamStatus: "ACTIVE", streamModeDetails: nil, retentionPeriodHours: 24,
                streamCreationTimestamp: time.now, openShardCount: shards.count { !$0.shard.isClosed }))
    }

    private func list(_ request: ListShards) -> ListShards.Output {
        // Pages of two, so that readers have to turn them.
        let start = request.nextToken.flatMap { Int($0) } ?? 0
        let listed = shards.filter { !$0.shard.isForgotten }
        let page = listed[start..<min(start + 2, listed.count)].map { id, shard in
            ShardDescription(
                shardId: id, parentShardId: shard.parents.first,
                adjacentParentShardId: shard.parents.dropFirst().first,
                hashKeyRange: HashKeyRange(startingHashKey: "0", endingHashKey: "1"),
                sequenceNumberRange: SequenceNumberRange(startingSequenceNumber: "0"))
        }
        return ListShards.Output(
            shards: page, nextToken: start + 2 < listed.count ? "\(start + 2)" : nil)
    }

    private func locate(_ request: GetShardIterator) throws -> GetShardIterator.Output {
        guard let shard = shard(request.shardId), !shard.isForgotten else {
            throw Self.refusal("ResourceNotFoundException")
        }
        let place = try place(request.shardIteratorType, request.startingSequenceNumber)
        return GetShardIterator.Output(shardIterator: iterator(request.shardId, place))
    }

    /// Where reading begins: how many records, expired ones included, stand before it.
    func place(_ type: String, _ number: String?) throws -> Int {
        guard let number else { return 0 }
        guard number.hasPrefix("\(generation)"), let place = Int(number.dropFirst()) else {
            throw Self.refusal("InvalidArgumentException")
        }
        return type == "AFTER_SEQUENCE_NUMBER" ? place + 1 : place
    }

    private func read(_ request: GetRecords) throws -> GetRecords.Output {
        let (id, place) = try resolve(request.shardIterator)
        let shard = shard(id)!
        let left = shard.records.dropFirst(max(0, place - shard.expired))
        let records = Array(left.prefix(request.limit ?? 10_000))
        let end = max(place, shard.expired) + records.count
        let isOver = shard.isClosed && records.count == left.count
        return GetRecords.Output(
            records: records, nextShardIterator: isOver ? nil : iterator(id, end),
            millisBehindLatest: records.count == left.count ? 0 : 1, childShards: nil)
    }

    private func wait(_ request: AwaitRecords) async throws -> AwaitRecords.Output {
        let end = time.uptime + .seconds(request.waitTimeSeconds)
        while true {
            let ready = try request.shardIterators.indices.filter { index in
                let (id, place) = try resolve(request.shardIterators[index])
                let shard = shard(id)!
                return shard.isClosed || place < shard.expired + shard.records.count
            }
            guard ready.isEmpty, time.uptime < end else { return AwaitRecords.Output(ready: ready) }
            await arrivals.heard(within: end - time.uptime, by: time)
            try Task.checkCancellation()
        }
    }

    func shard(_ id: String) -> Shard? { shards.first { $0.id == id }?.shard }

    /// A place in a shard, and when it was told.
    private func iterator(_ id: String, _ place: Int) -> String {
        "\(id)|\(place)|\(time.uptime.milliseconds)"
    }

    private func resolve(_ iterator: String) throws -> (id: String, place: Int) {
        let parts = iterator.split(separator: "|")
        guard time.uptime - .milliseconds(Int64(parts[2])!) < .seconds(300) else {
            throw Self.refusal("ExpiredIteratorException")
        }
        return (String(parts[0]), Int(parts[1])!)
    }

    static func refusal(_ type: String) -> ClientError { .refused(WireError(type, nil)) }
}
