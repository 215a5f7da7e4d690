/// Asks a running move task to stop. What it has moved stays moved.
///
/// Source: Amazon SQS API Reference, `CancelMessageMoveTask`.
public struct CancelMessageMoveTask: Operation {
    public typealias Service = SQS

    /// See ``MoveTaskHandle``.
    public var taskHandle: String

    public init(taskHandle: String) {
        self.taskHandle = taskHandle
    }

    public var resource: ResourceName? { .queue(arn: MoveTaskHandle(taskHandle)?.sourceArn ?? "") }

    public struct Output: Codable, Sendable {
        public var approximateNumberOfMessagesMoved: Int

        public init(approximateNumberOfMessagesMoved: Int) {
            self.approximateNumberOfMessagesMoved = approximateNumberOfMessagesMoved
        }
    }
}
