/// A message as a sender hands it in, not yet looked at.
public struct MessageDraft: Hashable, Sendable {
    public var body: String?
    public var attributes: [MessageAttribute]
    /// Amazon's own; `AWSTraceHeader` is the only one there is.
    public var systemAttributes: [MessageAttribute]
    /// 0 to 900; nil takes the queue's own delay.
    public var delaySeconds: Int?
    public var groupID: String?
    public var deduplicationID: String?

    public init(
        body: String?, attributes: [MessageAttribute] = [], systemAttributes: [MessageAttribute] = [],
        delaySeconds: Int? = nil, groupID: String? = nil, deduplicationID: String? = nil
    ) {
        self.body = body
        self.attributes = attributes
        self.systemAttributes = systemAttributes
        self.delaySeconds = delaySeconds
        self.groupID = groupID
        self.deduplicationID = deduplicationID
    }
}

/// A message that any queue of its kind could take, with its digests.
///
/// Made outside of any lock: what depends on a queue's attributes is left to ``MessageQueue/send(_:now:using:)``.
public struct SoundMessage: Hashable, Sendable {
    public let body: String
    public let attributes: [MessageAttribute]
    public let traceHeader: String?
    public let delaySeconds: Int?
    public let groupID: MessageGroupID?
    public let deduplicationID: String?
    /// Bytes of the body and of the attributes, as Amazon counts them.
    public let sizeBytes: Int
    public let bodyDigest: String
    public let attributesDigest: String?
    public let systemAttributesDigest: String?

    /// Looks at everything that can be judged without the queue, in Amazon's order.
    ///
    /// - Throws: `InvalidParameterValue`, `MissingParameter` or `InvalidMessageContents`.
    public init(_ draft: MessageDraft) throws(QueueFault) {
        try draft.checkParameters()
        guard let body = draft.body, !body.isEmpty else { throw .missing("MessageBody") }
        guard body.hasOnlyAllowedCharacters else {
            throw QueueFault(.invalidMessageContents, QueueFault.invalidCharacters)
        }
        try draft.checkAttributes()
        self.body = body
        attributes = draft.attributes
        traceHeader = draft.systemAttributes.first?.text
        delaySeconds = draft.delaySeconds
        groupID = draft.groupID.map(MessageGroupID.init)
        deduplicationID = draft.deduplicationID
        sizeBytes = draft.sizeBytes
        bodyDigest = MessageDigest.ofBody(body)
        attributesDigest = MessageDigest.ofAttributes(draft.attributes)
        systemAttributesDigest = MessageDigest.ofAttributes(draft.systemAttributes)
    }
}

extension MessageDraft {
    /// Bytes of the body and of the attributes, as Amazon counts them.
    public var sizeBytes: Int {
        attributes.reduce(body?.utf8.count ?? 0) { $0 + $1.sizeBytes }
    }

    fileprivate func checkParameters() throws(QueueFault) {
        if let delaySeconds, !(0...900).contains(delaySeconds) {
            throw .invalid(delaySeconds, for: "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")
        }
        try Self.check(groupID, of: "MessageGroupId")
        try Self.check(deduplicationID, of: "MessageDeduplicationId")
    }

    private static func check(_ id: String?, of parameter: String) throws(QueueFault) {
        if let id, !isSound(id: id) { throw .unsoundID(id, of: parameter) }
    }

    /// Whether a text can be the id of a group, of a deduplication or of a receive: 1 to 128 letters, digits and
    /// punctuation marks.
    public static func isSound(id: String) -> Bool {
        (1...128).contains(id.utf8.count) && id.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    fileprivate func checkAttributes() throws(QueueFault) {
        guard attributes.count <= 10 else {
            throw QueueFault(
                .invalidParameterValue,
                "Number of message attributes [\(attributes.count)] exceeds the allowed maximum [10].")
        }
        for attribute in attributes { try attribute.check() }
        for attribute in systemAttributes {
            guard attribute.name == "AWSTraceHeader" else {
                throw .invalid(
                    attribute.name, for: "MessageSystemAttributes",
                    "The only one that can be set is AWSTraceHeader.")
            }
            guard attribute.dataType == "String", attribute.text?.isEmpty == false else {
                throw .invalid(
                    attribute.name, for: "MessageSystemAttributes", "It must be a non-empty String.")
            }
        }
    }
}

extension MessageAttribute {
    fileprivate var text: String? { if case .text(let text) = value { text } else { nil } }
}
