import Clockwork
import Queue
import Wire

/// What a receiver asks for, checked, and how he wants it told.
struct ReceiveWish: Sendable {
    let limit: Int
    let visibilityTimeout: Duration?
    /// Nil takes the queue's own.
    let waitSeconds: Int?
    let attempt: String?
    private let system: [SystemAttribute]
    private let selection: AttributeSelection

    /// - Throws: `InvalidParameterValue` for a number out of its range, `InvalidAttributeName` for a system attribute
    ///   that there is none of.
    init(_ request: ReceiveMessage) throws(WireError) {
        func check(_ value: Int?, _ parameter: String, _ range: ClosedRange<Int>, _ rule: String)
            throws(WireError)
        {
            guard let value, !range.contains(value) else { return }
            throw WireError(.invalid(value, for: parameter, rule))
        }
        try check(
            request.maxNumberOfMessages, "MaxNumberOfMessages", 1...10,
            "Must be between 1 and 10, if provided.")
        try check(request.waitTimeSeconds, "WaitTimeSeconds", 0...20, "Must be >= 0 and <= 20, if provided.")
        try check(
            request.visibilityTimeout, "VisibilityTimeout", 0...43_200,
            "Must be >= 0 and <= 43200, if provided.")
        if let attempt = request.receiveRequestAttemptId, !MessageDraft.isSound(id: attempt) {
            throw WireError(.unsoundID(attempt, of: "ReceiveRequestAttemptId"))
        }
        limit = request.maxNumberOfMessages ?? 1
        visibilityTimeout = request.visibilityTimeout.map { .seconds($0) }
        waitSeconds = request.waitTimeSeconds
        attempt = request.receiveRequestAttemptId
        system = try WireError.mapping { () throws(QueueFault) in
            try SystemAttribute.selection(request.messageSystemAttributeNames ?? request.attributeNames ?? [])
        }
        selection = AttributeSelection(request.messageAttributeNames ?? [])
    }

    /// A message as this receiver wants to see it.
    func describe(_ message: QueueStore.StoredMessage, handle: String) -> ReceivedMessage {
        let chosen = selection.isEmpty ? [] : message.attributes.filter { selection.contains($0.name) }
        let told = system.compactMap { attribute in
            value(of: attribute, in: message).map { (key: attribute.rawValue, value: $0) }
        }
        return ReceivedMessage(
            messageId: message.messageID, receiptHandle: handle, md5OfBody: message.bodyDigest,
            body: message.body,
            attributes: told.isEmpty ? nil : WireMap(told),
            // The digest is of what is told, not of what is stored.
            md5OfMessageAttributes: MessageDigest.ofAttributes(chosen),
            messageAttributes: chosen.isEmpty
                ? nil : WireMap(chosen.map { ($0.name, Wire.MessageAttribute($0)) }))
    }

    private func value(of attribute: SystemAttribute, in message: QueueStore.StoredMessage) -> String? {
        switch attribute {
        case .senderId: message.senderID
        case .sentTimestamp: String(message.sentAt.milliseconds)
        case .approximateReceiveCount: String(message.lease.receiveCount)
        case .approximateFirstReceiveTimestamp: String(message.lease.firstReceivedAt.milliseconds)
        case .sequenceNumber: message.deduplicationID == nil ? nil : message.lease.sequence.description
        case .messageDeduplicationId: message.deduplicationID
        case .messageGroupId: message.groupID
        case .awsTraceHeader: message.traceHeader
        case .deadLetterQueueSourceArn: message.sourceARN
        }
    }
}

extension Wire.MessageAttribute {
    fileprivate init(_ attribute: Queue.MessageAttribute) {
        switch attribute.value {
        case .text(let text): self.init(dataType: attribute.dataType, stringValue: text)
        case .bytes(let bytes): self.init(dataType: attribute.dataType, binaryValue: Blob(bytes))
        }
    }
}
