/// Begins to carry a dead-letter queue's messages back to where they came from, or elsewhere.
///
/// Source: Amazon SQS API Reference, `StartMessageMoveTask`.
public struct StartMessageMoveTask: Operation {
    public typealias Service = SQS

    public var sourceArn: String
    /// Nil sends each message to the queue that dead-lettered it.
    public var destinationArn: String?
    /// 1 to 500; nil for as fast as it goes.
    public var maxNumberOfMessagesPerSecond: Int?

    public init(
        sourceArn: String, destinationArn: String? = nil, maxNumberOfMessagesPerSecond: Int? = nil
    ) {
        self.sourceArn = sourceArn
        self.destinationArn = destinationArn
        self.maxNumberOfMessagesPerSecond = maxNumberOfMessagesPerSecond
    }

    public var resource: ResourceName? { .queue(arn: sourceArn) }

    public struct Output: Codable, Sendable {
        /// See ``MoveTaskHandle``.
        public var taskHandle: String

        public init(taskHandle: String) {
            self.taskHandle = taskHandle
        }
    }
}
