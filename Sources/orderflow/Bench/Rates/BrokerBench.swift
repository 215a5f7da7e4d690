import Clockwork
import NIOCore
import Synchronization
import Wire

/// The loads that the broker's figures are measured with.
struct BrokerBench {
    var load: Load
    var bytes: Int
    var connections: Int
    var span: Duration

    private static let queue = "http://localhost/000000000000/bench"
    private static let stream = "bench"
    private static let shards = 4

    private var body: String { String(repeating: "x", count: bytes) }

    /// Sends one message a request.
    func sends(limit: Double) async throws -> Figure {
        try await load.once(CreateQueue(queueName: "bench"))
        let request = try load.request(SendMessage(queueUrl: Self.queue, messageBody: body))
        let result = try await repeating(request)
        return figure(
            "SendMessage, \(connections) connections", result, per: 1, unit: "messages", limit: limit)
    }

    /// Sends ten messages a request.
    func batchedSends(limit: Double) async throws -> Figure {
        let entries = (0..<10).map { SendMessageBatch.Entry(id: "\($0)", messageBody: body) }
        let result = try await repeating(
            try load.request(SendMessageBatch(queueUrl: Self.queue, entries: entries)))
        return figure("SendMessageBatch of 10", result, per: 10, unit: "messages", limit: limit)
    }

    /// Receives and deletes in tens until so much time has passed or the queue is empty.
    func drain() async throws -> Figure {
        let load = load
        let receive = try load.request(
            ReceiveMessage(queueUrl: Self.queue, maxNumberOfMessages: 10, waitTimeSeconds: 0))
        let end = ContinuousClock.now + span
        let drained = Mutex(0)
        let result = try await load.run(connections: 16) { _ in
            let isReceiving = Mutex(false)
            return { answer in
                guard ContinuousClock.now < end else { return nil }
                let wasReceiving = isReceiving.withLock { state in
                    defer { state.toggle() }
                    return state
                }
                guard wasReceiving, let answer else { return receive }
                let handles = answer.texts(of: "ReceiptHandle")
                guard !handles.isEmpty else { return nil }
                drained.withLock { $0 += handles.count }
                let entries = handles.enumerated().map { place, handle in
                    DeleteMessageBatch.Entry(id: "\(place)", receiptHandle: handle)
                }
                return try load.request(DeleteMessageBatch(queueUrl: Self.queue, entries: entries))
            }
        }
        let messages = drained.withLock(\.self)
        return Figure(
            name: "receive and delete in tens, 16 connections",
            perSecond: Double(messages) / result.elapsed.fractionalSeconds, unit: "messages",
            p50: result.latency(at: 0.5), p99: result.latency(at: 0.99), limit: nil)
    }

    /// Puts one record a request.
    func puts(limit: Double) async throws -> Figure {
        try await load.once(CreateStream(streamName: Self.stream, shardCount: Self.shards))
        let data = Blob(Array(body.utf8))
        let load = load
        let result = try await running { number in
            try load.request(PutRecord(streamName: Self.stream, data: data, partitionKey: "key-\(number)"))
        }
        return figure("PutRecord, \(connections) connections", result, per: 1, unit: "records", limit: limit)
    }

    /// Puts five hundred records a request.
    func batchedPuts(limit: Double) async throws -> Figure {
        let data = Blob(Array(body.utf8))
        let records = (0..<500).map { PutRecords.Entry(data: data, partitionKey: "key-\($0)") }
        let request = try load.request(PutRecords(streamName: Self.stream, records: records))
        let end = ContinuousClock.now + span
        let result = try await load.run(connections: 8) { _ in
            { _ in ContinuousClock.now < end ? request : nil }
        }
        return figure("PutRecords of 500, 8 connections", result, per: 500, unit: "records", limit: limit)
    }

    /// Reads every shard from its beginning, each on a connection of its own, as much as an answer holds.
    func reads(limit: Double) async throws -> Figure {
        let load = load
        let end = ContinuousClock.now + span
        let read = Mutex(0)
        let result = try await load.run(connections: Self.shards) { shard in
            let begin = try load.request(
                GetShardIterator(
                    streamName: Self.stream, shardId: "\(shard)", shardIteratorType: "TRIM_HORIZON"))
            return { answer in
                guard ContinuousClock.now < end, let answer else { return answer == nil ? begin : nil }
                let records = answer.count(of: "SequenceNumber")
                read.withLock { $0 += records }
                let next = answer.texts(of: "NextShardIterator").last
                guard let next = records > 0 ? next : answer.texts(of: "ShardIterator").last
                else { return begin }
                return try load.request(GetRecords(shardIterator: next))
            }
        }
        let records = read.withLock(\.self)
        return Figure(
            name: "GetRecords, one connection a shard",
            perSecond: Double(records) / result.elapsed.fractionalSeconds,
            unit: "records", p50: result.latency(at: 0.5), p99: result.latency(at: 0.99), limit: limit)
    }

    private func repeating(_ request: ByteBuffer) async throws -> LoadResult {
        try await running { _ in request }
    }

    private func running(_ request: (Int) throws -> ByteBuffer) async throws -> LoadResult {
        let end = ContinuousClock.now + span
        return try await load.run(connections: connections) { number in
            let request = try request(number)
            return { _ in ContinuousClock.now < end ? request : nil }
        }
    }

    private func figure(
        _ name: String, _ result: LoadResult, per messages: Int, unit: String, limit: Double?
    ) -> Figure {
        Figure(
            name: name, perSecond: result.requestsPerSecond * Double(messages), unit: unit,
            p50: result.latency(at: 0.5), p99: result.latency(at: 0.99), limit: limit)
    }
}
