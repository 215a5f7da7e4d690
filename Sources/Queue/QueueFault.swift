/// Why a request to a queue is refused, as Amazon SQS says it.
///
/// Programs branch on the type and on the older code; words and statuses are Amazon's too, for tests and people know
/// them. Source of types and codes: service model `sqs/2012-11-05`; of words and statuses: observed on Amazon.
public struct QueueFault: Error, Hashable, Sendable {
    public let kind: Kind
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case queueDoesNotExist = "QueueDoesNotExist"
        case queueNameExists = "QueueNameExists"
        case queueDeletedRecently = "QueueDeletedRecently"
        case purgeQueueInProgress = "PurgeQueueInProgress"
        case receiptHandleIsInvalid = "ReceiptHandleIsInvalid"
        case invalidAttributeName = "InvalidAttributeName"
        case invalidAttributeValue = "InvalidAttributeValue"
        case invalidMessageContents = "InvalidMessageContents"
        case emptyBatchRequest = "EmptyBatchRequest"
        case tooManyEntriesInBatchRequest = "TooManyEntriesInBatchRequest"
        case batchEntryIdsNotDistinct = "BatchEntryIdsNotDistinct"
        case invalidBatchEntryId = "InvalidBatchEntryId"
        case batchRequestTooLong = "BatchRequestTooLong"
        case unsupportedOperation = "UnsupportedOperation"
        case overLimit = "OverLimit"
        case resourceNotFound = "ResourceNotFoundException"
        case invalidParameterValue = "InvalidParameterValueException"
        case missingParameter = "MissingRequiredParameterException"
    }
}

extension QueueFault {
    /// The type's local name on the wire, such as `QueueDoesNotExist`.
    public var type: String { kind.rawValue }

    /// True for errors of the framework around the service, which have another namespace.
    public var isOfFramework: Bool {
        switch kind {
        case .invalidParameterValue, .missingParameter: true
        default: false
        }
    }

    /// The code of the older query protocol, which SDKs still show as `Error.Code`.
    public var legacyCode: String {
        switch kind {
        case .queueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue"
        case .queueNameExists: "QueueAlreadyExists"
        case .queueDeletedRecently, .purgeQueueInProgress, .emptyBatchRequest, .tooManyEntriesInBatchRequest,
            .batchEntryIdsNotDistinct, .invalidBatchEntryId, .batchRequestTooLong, .unsupportedOperation:
            "AWS.SimpleQueueService.\(kind.rawValue)"
        case .receiptHandleIsInvalid, .invalidAttributeName, .invalidAttributeValue, .invalidMessageContents,
            .overLimit, .resourceNotFound:
            kind.rawValue
        case .invalidParameterValue: "InvalidParameterValue"
        case .missingParameter: "MissingParameter"
        }
    }

    /// The HTTP status.
    public var status: Int {
        switch kind {
        case .receiptHandleIsInvalid, .resourceNotFound: 404
        case .purgeQueueInProgress, .overLimit: 403
        default: 400
        }
    }
}

extension QueueFault: CustomStringConvertible {
    public var description: String { "\(type): \(message)" }
}

extension QueueFault {
    public static let queueDoesNotExist = QueueFault(
        .queueDoesNotExist, "The specified queue does not exist.")

    public static func missing(_ parameter: String) -> QueueFault {
        QueueFault(.missingParameter, "The request must contain the parameter \(parameter).")
    }

    /// A value that Amazon names together with its parameter and the reason against it.
    public static func invalid(_ value: some CustomStringConvertible, for parameter: String, _ reason: String)
        -> QueueFault
    {
        QueueFault(
            .invalidParameterValue, "Value \(value) for parameter \(parameter) is invalid. Reason: \(reason)")
    }

    /// An id that ``MessageDraft/isSound(id:)`` does not hold for.
    public static func unsoundID(_ id: String, of parameter: String) -> QueueFault {
        .invalid(
            id, for: parameter,
            "\(parameter) can only include alphanumeric and punctuation characters. 1 to 128 in length.")
    }

    public static func nameExists(differing attribute: String) -> QueueFault {
        QueueFault(
            .queueNameExists,
            "A queue already exists with the same name and a different value for attribute \(attribute)")
    }

    public static let deletedRecently = QueueFault(
        .queueDeletedRecently,
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.")

    public static func purgedRecently(_ queue: String) -> QueueFault {
        QueueFault(
            .purgeQueueInProgress, "Only one PurgeQueue operation on \(queue) is allowed every 60 seconds.")
    }

    static let noDeduplicationID = QueueFault(
        .invalidParameterValue,
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )

    static func tooLarge(limit: Int) -> QueueFault {
        QueueFault(.invalidParameterValue, "\(notValid) Reason: Message must be shorter than \(limit) bytes.")
    }

    /// The fault as an entry of a batch hears it, where it is told in slightly other words.
    public var asEntry: QueueFault {
        message.hasPrefix(Self.notValid)
            ? QueueFault(kind, Self.notValidInEntry + message.dropFirst(Self.notValid.count)) : self
    }

    private static let notValid = "One or more parameters are invalid."
    private static let notValidInEntry = "One or more parameters cannot be validated."

    public static let tooManyInFlight = QueueFault(
        .overLimit,
        """
        \(MessageQueue.mostInFlight) messages are in flight, which is the limit. Delete those that are done, or wait \
        for their visibility timeouts.
        """)

    static func unknownAttribute(_ name: String) -> QueueFault {
        QueueFault(.invalidAttributeName, "Unknown Attribute \(name).")
    }

    static func invalidAttribute(_ name: String, _ reason: String? = nil) -> QueueFault {
        let words = "Invalid value for the parameter \(name)."
        return QueueFault(.invalidAttributeValue, reason.map { "\(words) Reason: \($0)" } ?? words)
    }
}
