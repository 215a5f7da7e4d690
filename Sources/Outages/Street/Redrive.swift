import Clockwork
import Wire

/// Has a dead-letter queue's messages carried back to where they came from, and waits until that is done.
package struct Redrive: Hashable, Sendable {
    /// The dead-letter queue's name; nil is the one of the orders.
    package var queue: String?
    /// Messages a second, 1 to 500; nil for as fast as it goes.
    package var mostPerSecond: Int?
    /// How long to wait for the end. The task goes on without us.
    package var timeout: Duration

    package init(
        queue: String? = nil, mostPerSecond: Int? = nil, timeout: Duration = Self.usualTimeout
    ) {
        self.queue = queue
        self.mostPerSecond = mostPerSecond
        self.timeout = timeout
    }

    package static let usualTimeout = Duration.seconds(60)

    /// Reads `10/s`, or a bare number. Nil for what is no rate from 1 to 500.
    package static func rate(_ text: String) -> Int? {
        let digits = text.hasSuffix("/s") ? text.dropLast(2) : text[...]
        guard let rate = Int(digits), (1...500).contains(rate) else { return nil }
        return rate
    }

    package struct Outcome: Hashable, Sendable {
        /// As in `ListMessageMoveTasks`; `RUNNING` when the time was over first.
        package var status: String
        package var moved: Int
        /// How many lay there at the start.
        package var toMove: Int
        package var failureReason: String?
        package var hasMovedAll: Bool { status == "COMPLETED" }
    }

    /// - Parameter usual: The queue where none is named.
    /// - Throws: ``ClientError``; `CancellationError` when interrupted.
    package func run(
        by client: any Client<SQS>, time: any TimeSource, orElse usual: String
    ) async throws -> Outcome {
        let url = try await client(GetQueueUrl(queueName: queue ?? usual)).queueUrl
        let read = try await client(GetQueueAttributes(queueUrl: url, attributeNames: ["QueueArn"]))
        let arn = read.attributes?["QueueArn"] ?? ""
        _ = try await client(
            StartMessageMoveTask(sourceArn: arn, maxNumberOfMessagesPerSecond: mostPerSecond))
        let end = time.uptime + timeout
        while true {
            // The latest is ours for as long as it runs: a queue has one active task.
            let task = try await client(ListMessageMoveTasks(sourceArn: arn)).results?.first
            let outcome = Outcome(
                status: task?.status ?? "FAILED", moved: task?.approximateNumberOfMessagesMoved ?? 0,
                toMove: task?.approximateNumberOfMessagesToMove ?? 0, failureReason: task?.failureReason)
            guard ["RUNNING", "CANCELLING"].contains(outcome.status), time.uptime < end else {
                return outcome
            }
            try await time.sleep(for: Self.betweenLooks)
        }
    }

    private static let betweenLooks = Duration.milliseconds(100)
}
