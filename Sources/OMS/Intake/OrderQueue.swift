import Clockwork
import Orders
import Wire

/// The queue as an intake sees it: takes a batch, gives it back, deletes it.
struct OrderQueue: Sendable {
    private let queue: any Client<SQS>
    private let url: String
    private let request: ReceiveMessage
    private let isFIFO: Bool
    private let time: any TimeSource

    init(
        settings: OrderManagement.Settings, url: String, queue: any Client<SQS>, time: any TimeSource
    ) {
        self.queue = queue
        self.url = url
        self.time = time
        isFIFO = settings.queue.isFIFO
        request = ReceiveMessage(
            queueUrl: url, messageSystemAttributeNames: [Self.receiveCount],
            messageAttributeNames: [Pipeline.traceAttribute], maxNumberOfMessages: 10,
            visibilityTimeout: settings.visibility.wholeSeconds, waitTimeSeconds: settings.wait.wholeSeconds)
    }

    static let receiveCount = "ApproximateReceiveCount"

    /// Waits for messages, at most ten.
    ///
    /// - Parameters:
    ///   - attempt: A name for this receive. A FIFO queue answers the same name alike, should the answer have been lost.
    ///   - stopping: Cuts the wait short; an answer that is under way by then is still waited for.
    func receive(attempt: String, unless stopping: Bell) async throws -> [ReceivedMessage] {
        var request = request
        if isFIFO { request.receiveRequestAttemptId = attempt }
        return try await withThrowingTaskGroup(of: [ReceivedMessage]?.self) { [request] group in
            group.addTask { try await queue(request).messages ?? [] }
            group.addTask {
                await stopping.heard()
                try await time.sleep(for: Self.answerTime)
                return nil
            }
            if let batch = try await group.next() ?? nil {
                group.cancelAll()
                return batch
            }
            group.cancelAll()
            return (try? await group.next() ?? nil) ?? []
        }
    }

    /// How long an answer is on its way at most. What is cut off in it stays hidden for a whole visibility timeout.
    private static let answerTime = Duration.milliseconds(200)

    /// - Returns: Those that are worth another try; the rest are deleted, or no longer ours.
    func delete(_ messages: [ReceivedMessage]) async throws -> [ReceivedMessage] {
        let entries = messages.enumerated().map { place, message in
            DeleteMessageBatch.Entry(id: "\(place)", receiptHandle: message.receiptHandle)
        }
        let answer = try await queue(DeleteMessageBatch(queueUrl: url, entries: entries))
        return (answer.failed ?? []).filter { !$0.senderFault }.compactMap { Int($0.id) }
            .filter(messages.indices.contains).map { messages[$0] }
    }

    /// Sets when messages may be received again: zero hands them back, the visibility timeout keeps them.
    ///
    /// Not worth an error: should it fail, they come back by themselves.
    func show(_ messages: [ReceivedMessage], after span: Duration) async {
        guard !messages.isEmpty else { return }
        let entries = messages.enumerated().map { place, message in
            ChangeMessageVisibilityBatch.Entry(
                id: "\(place)", receiptHandle: message.receiptHandle, visibilityTimeout: span.wholeSeconds)
        }
        _ = try? await queue(ChangeMessageVisibilityBatch(queueUrl: url, entries: entries))
    }
}

extension ReceivedMessage {
    /// Reads the message and holds it against every rule that needs no memory of other orders.
    func judged(now: Timestamp) -> JudgedMessage {
        JudgedMessage(
            id: messageId, receiveCount: attributes?[OrderQueue.receiveCount].flatMap { Int($0) } ?? 1,
            judgement: OrderDocument(body).judged(now: now),
            trace: messageAttributes?[Pipeline.traceAttribute]?.stringValue.flatMap { TraceParent($0) })
    }
}

extension Duration {
    /// As the service counts time.
    fileprivate var wholeSeconds: Int { Int(components.seconds) }
}
