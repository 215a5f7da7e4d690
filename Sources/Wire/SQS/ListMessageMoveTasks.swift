/// Lists the latest move tasks of a dead-letter queue, newest first.
///
/// Source: Amazon SQS API Reference, `ListMessageMoveTasks`.
public struct ListMessageMoveTasks: Operation {
    public typealias Service = SQS

    public var sourceArn: String
    /// 1 to 10; nil is 1.
    public var maxResults: Int?

    public init(sourceArn: String, maxResults: Int? = nil) {
        self.sourceArn = sourceArn
        self.maxResults = maxResults
    }

    public var resource: ResourceName? { .queue(arn: sourceArn) }

    public struct Output: Codable, Sendable {
        /// Nil where there was none.
        public var results: [Entry]?

        public init(results: [Entry]? = nil) {
            self.results = results
        }
    }

    public struct Entry: Codable, Hashable, Sendable {
        /// Only while it runs.
        public var taskHandle: String?
        /// `RUNNING`, `COMPLETED`, `CANCELLING`, `CANCELLED` or `FAILED`.
        public var status: String
        public var sourceArn: String
        /// Only where it was given.
        public var destinationArn: String?
        /// Only where it was given.
        public var maxNumberOfMessagesPerSecond: Int?
        public var approximateNumberOfMessagesMoved: Int
        /// At the start.
        public var approximateNumberOfMessagesToMove: Int
        /// Only where it has failed.
        public var failureReason: String?
        /// Milliseconds since 1970.
        public var startedTimestamp: Int64

        public init(
            taskHandle: String?, status: String, sourceArn: String, destinationArn: String?,
            maxNumberOfMessagesPerSecond: Int?, approximateNumberOfMessagesMoved: Int,
            approximateNumberOfMessagesToMove: Int, failureReason: String?, startedTimestamp: Int64
        ) {
            self.taskHandle = taskHandle
            self.status = status
            self.sourceArn = sourceArn
            self.destinationArn = destinationArn
            self.maxNumberOfMessagesPerSecond = maxNumberOfMessagesPerSecond
            self.approximateNumberOfMessagesMoved = approximateNumberOfMessagesMoved
            self.approximateNumberOfMessagesToMove = approximateNumberOfMessagesToMove
            self.failureReason = failureReason
            self.startedTimestamp = startedTimestamp
        }
    }
}
