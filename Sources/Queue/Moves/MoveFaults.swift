extension QueueFault {
    /// An ARN that is none of a queue.
    public static func noARN(_ parameter: String) -> QueueFault {
        QueueFault(
            .invalidParameterValue,
            "You must use this format to specify the \(parameter): arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        )
    }

    /// An ARN that no queue has.
    public static func noResource(_ parameter: String) -> QueueFault {
        QueueFault(
            .resourceNotFound,
            "The resource that you specified for the \(parameter) parameter doesn't exist.")
    }

    public static let noDeadLetterQueue = QueueFault(
        .invalidParameterValue, "Source queue must be configured as a Dead Letter Queue.")

    public static let moveIsRunning = QueueFault(
        .invalidParameterValue,
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
    )

    public static let tooManyMoves = QueueFault(
        .overLimit,
        "\(MoveTask.mostActive) message move tasks are active, which is the limit. Wait for one to end.")

    public static let noTaskHandle = QueueFault(
        .invalidParameterValue, "Value for parameter TaskHandle is invalid.")

    public static let noTask = QueueFault(.resourceNotFound, "Task does not exist.")

    /// What a task says that finds its destination gone.
    public static var goneOnTheWay: String { QueueFault.queueDoesNotExist.legacyCode }
}
