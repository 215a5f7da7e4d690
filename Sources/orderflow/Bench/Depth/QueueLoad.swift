import Clockwork
import NIOCore
import Outages
import Wire

/// Sends, receives and deletes so many messages, on one queue or spread over many.
struct QueueLoad {
    /// Messages of one turn.
    private static let messages = 4_000
    private static let connections = 16

    private let load: Load
    private let queues: Int
    private let body: String

    init(port: Int, queues: Int = 1, bytes: Int) {
        load = Load(host: "127.0.0.1", port: port, credentials: KeyRing.house[.developer].credentials)
        self.queues = queues
        body = String(repeating: "x", count: bytes)
    }

    /// As the initialiser, and makes the queues that are not there.
    static func begin(on port: Int, queues: Int = 1, bytes: Int) async throws -> QueueLoad {
        let load = QueueLoad(port: port, queues: queues, bytes: bytes)
        let requests = try (0..<queues).map { try load.load.request(CreateQueue(queueName: "bench-\($0)")) }
        _ = try await load.load.each(requests, connections: connections)
        return load
    }

    /// Puts more messages on the first queue.
    func fill(by count: Int) async throws {
        var left = count
        while left > 0 {
            // A signed request is good for a few minutes, so each chunk has one of its own.
            let batches = min(left / 10, 20_000)
            guard batches > 0 else {
                let request = try load.request(SendMessage(queueUrl: url(0), messageBody: body))
                _ = try await load.each(Array(repeating: request, count: left), connections: 1)
                return
            }
            let request = try load.request(batch(0))
            _ = try await load.each(Array(repeating: request, count: batches), connections: 64)
            left -= batches * 10
        }
    }

    /// Puts ten messages on every queue.
    func fillEach() async throws {
        _ = try await load.each(try (0..<queues).map { try load.request(batch($0)) }, connections: 64)
    }

    /// How long the first receive after a start takes, its connection included.
    func firstReceive() async throws -> Duration {
        let request = try load.request(ReceiveMessage(queueUrl: url(0), waitTimeSeconds: 0))
        return try await load.each([request], connections: 1).0.elapsed
    }

    /// Sends messages singly, receives as many in tens, deletes those in tens.
    ///
    /// - Parameter number: Counts the turns. Of many queues each turn takes others.
    func turn(_ number: Int) async throws -> DepthTurns.Turn {
        let batches = Self.messages / 10
        let sends = try (0..<Self.messages).map {
            try load.request(SendMessage(queueUrl: url(number * batches + $0), messageBody: body))
        }
        let receives = try (0..<batches).map {
            try load.request(
                ReceiveMessage(
                    queueUrl: url(number * batches + $0), maxNumberOfMessages: 10, waitTimeSeconds: 0))
        }
        let (sent, _) = try await load.each(sends, connections: Self.connections)
        let (received, answers) = try await load.each(receives, connections: Self.connections)
        let handles = answers.map { $0.texts(of: "ReceiptHandle") }
        let count = handles.reduce(0) { $0 + $1.count }
        guard count == Self.messages else {
            throw LoadError(description: "\(count) of \(Self.messages) messages were received.")
        }
        let deletes = try handles.enumerated().map { place, handles in
            try load.request(
                DeleteMessageBatch(
                    queueUrl: url(number * batches + place),
                    entries: handles.enumerated().map { .init(id: "\($0)", receiptHandle: $1) }))
        }
        let (deleted, _) = try await load.each(deletes, connections: Self.connections)
        return DepthTurns.Turn(
            send: sent.elapsed / Self.messages, receive: received.elapsed / Self.messages,
            delete: deleted.elapsed / Self.messages)
    }

    private func url(_ number: Int) -> String {
        "http://localhost/000000000000/bench-\(number % queues)"
    }

    private func batch(_ number: Int) -> SendMessageBatch {
        SendMessageBatch(
            queueUrl: url(number), entries: (0..<10).map { .init(id: "\($0)", messageBody: body) })
    }
}
