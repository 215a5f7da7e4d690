/// An attribute of a message: a type and the value that goes with it.
///
/// Source: Amazon SQS API Reference, `MessageAttributeValue`.
public struct MessageAttribute: Codable, Hashable, Sendable {
    /// `String`, `Number` or `Binary`, each perhaps with a suffix of the sender's own, such as `Number.int`.
    public var dataType: String
    public var stringValue: String?
    public var binaryValue: Blob?
    /// Modelled by Amazon, supported by nobody.
    public var stringListValues: [String]?
    public var binaryListValues: [Blob]?

    public init(
        dataType: String, stringValue: String? = nil, binaryValue: Blob? = nil,
        stringListValues: [String]? = nil,
        binaryListValues: [Blob]? = nil
    ) {
        self.dataType = dataType
        self.stringValue = stringValue
        self.binaryValue = binaryValue
        self.stringListValues = stringListValues
        self.binaryListValues = binaryListValues
    }

    /// A text attribute.
    public static func string(_ text: String) -> MessageAttribute {
        MessageAttribute(dataType: "String", stringValue: text)
    }
}

/// A message as a receiver sees it.
///
/// Source: Amazon SQS API Reference, `Message`.
public struct ReceivedMessage: Codable, Sendable {
    public var messageId: String
    /// New at every receive; what deletes the message and changes its visibility.
    public var receiptHandle: String
    public var md5OfBody: String
    public var body: String
    /// System attributes, all as text: times are milliseconds since 1970.
    public var attributes: WireMap<String>?
    public var md5OfMessageAttributes: String?
    public var messageAttributes: WireMap<MessageAttribute>?

    public init(
        messageId: String, receiptHandle: String, md5OfBody: String, body: String,
        attributes: WireMap<String>? = nil,
        md5OfMessageAttributes: String? = nil, messageAttributes: WireMap<MessageAttribute>? = nil
    ) {
        self.messageId = messageId
        self.receiptHandle = receiptHandle
        self.md5OfBody = md5OfBody
        self.body = body
        self.attributes = attributes
        self.md5OfMessageAttributes = md5OfMessageAttributes
        self.messageAttributes = messageAttributes
    }

    enum CodingKeys: String, CodingKey {
        case messageId, receiptHandle, body, attributes, messageAttributes
        case md5OfBody = "=MD5OfBody"
        case md5OfMessageAttributes = "=MD5OfMessageAttributes"
    }
}

/// An entry of a batch that went well and has nothing more to tell.
public struct BatchSuccess: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

/// An entry of a batch that failed, beside others that may have gone well.
///
/// Source: Amazon SQS API Reference, `BatchResultErrorEntry`.
public struct BatchFailure: Codable, Hashable, Sendable {
    public var id: String
    public var senderFault: Bool
    /// The older code, without a namespace.
    public var code: String
    public var message: String?

    public init(id: String, senderFault: Bool, code: String, message: String?) {
        self.id = id
        self.senderFault = senderFault
        self.code = code
        self.message = message
    }
}
