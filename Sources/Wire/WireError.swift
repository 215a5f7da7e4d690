/// An error as Amazon tells it: a type that programs branch on, words for people, and an HTTP status.
public struct WireError: Error, Hashable, Sendable {
    /// The local name of the error's type, such as `QueueDoesNotExist`.
    public var type: String
    /// The namespace before it on the wire, such as `com.amazonaws.sqs#`; empty where the service writes none.
    public var namespace: String
    /// The older code that SQS also tells, such as `AWS.SimpleQueueService.NonExistentQueue`.
    public var legacyCode: String
    /// What went wrong; nil for the few errors that Amazon tells without words.
    public var message: String?
    public var status: Int

    public init(
        _ type: String, _ message: String?, status: Int = 400, namespace: String = "",
        legacyCode: String? = nil
    ) {
        self.type = type
        self.namespace = namespace
        self.legacyCode = legacyCode ?? type
        self.message = message
        self.status = status
    }

    /// True when the caller is at fault, so that the same request would be refused again.
    public var isSenderFault: Bool { status < 500 }

    /// True when Amazon asks to come back later, whatever the status says.
    ///
    /// Source: AWS SDKs and Tools Reference Guide, "Retry behavior", throttling errors.
    public var isThrottling: Bool {
        Self.throttlingTypes.contains(type)
    }

    private static let throttlingTypes: Set<String> = [
        "RequestThrottled", "RequestThrottledException", "Throttling", "ThrottlingException",
        "ProvisionedThroughputExceededException", "LimitExceededException", "TooManyRequestsException",
        "RequestLimitExceeded", "SlowDown",
    ]
}

extension WireError: CustomStringConvertible {
    public var description: String {
        message.map { "\(type): \($0)" } ?? type
    }
}
