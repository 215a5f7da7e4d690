import JSON

extension QueueAttributes {
    /// The attributes of a queue that is to be created.
    ///
    /// - Throws: `InvalidAttributeName`, `InvalidAttributeValue`, or `InvalidParameterValue` for the two redrive policies.
    public init(creating given: [(name: String, value: String)]) throws(QueueFault) {
        var kind = QueueKind.standard
        if let text = given.first(where: { $0.name == "FifoQueue" })?.value {
            guard let isFIFO = Self.boolean(text) else { throw .invalidAttribute("FifoQueue") }
            // Amazon does not know the attribute on a standard queue, not even as `false`.
            guard isFIFO else { throw .unknownAttribute("FifoQueue") }
            kind = .fifo
        }
        self.init(kind: kind)
        try set(given)
    }

    /// Changes attributes, all of them or none.
    ///
    /// - Throws: As ``init(creating:)``.
    public mutating func set(_ given: [(name: String, value: String)]) throws(QueueFault) {
        for (name, _) in given { try Self.checkSettable(name, on: kind) }
        var changed = self
        for (name, value) in given { try changed.set(name, to: value) }
        try changed.checkEncryption(given)
        guard changed.throughputLimit == .perQueue || changed.deduplicationScope == .messageGroup else {
            throw .invalidAttribute("FifoThroughputLimit")
        }
        self = changed
    }

    private static func checkSettable(_ name: String, on kind: QueueKind) throws(QueueFault) {
        switch name {
        case "VisibilityTimeout", "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds", "Policy", "RedrivePolicy", "RedriveAllowPolicy",
            "SqsManagedSseEnabled", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds":
            return
        case "FifoQueue", "ContentBasedDeduplication":
            guard kind == .fifo else { throw .unknownAttribute(name) }
        case "DeduplicationScope", "FifoThroughputLimit":
            guard kind == .fifo else {
                throw QueueFault(
                    .invalidAttributeName, "You can specify the \(name) only when FifoQueue is set to true.")
            }
        default: throw .unknownAttribute(name)
        }
    }

    private mutating func set(_ name: String, to value: String) throws(QueueFault) {
        switch name {
        case "VisibilityTimeout": visibilityTimeout = try Self.number(value, name, in: 0...43_200)
        case "DelaySeconds": delay = try Self.number(value, name, in: 0...900)
        case "MaximumMessageSize": maximumMessageSize = try Self.number(value, name, in: 1_024...1_048_576)
        case "MessageRetentionPeriod": retentionPeriod = try Self.number(value, name, in: 60...1_209_600)
        case "ReceiveMessageWaitTimeSeconds": receiveWaitTime = try Self.number(value, name, in: 0...20)
        case "Policy": policy = try Self.policy(value)
        case "RedrivePolicy": redrivePolicy = value.isEmpty ? nil : try RedrivePolicy(parsing: value)
        case "RedriveAllowPolicy":
            redriveAllowPolicy = value.isEmpty ? nil : try RedriveAllowPolicy(parsing: value)
        case "FifoQueue":
            guard let isFIFO = Self.boolean(value) else { throw .invalidAttribute(name) }
            guard isFIFO else { throw .invalidAttribute(name, "Modifying queue type is not supported.") }
        case "ContentBasedDeduplication":
            guard let deduplicates = Self.boolean(value) else { throw .invalidAttribute(name) }
            deduplicatesByContent = deduplicates
        case "DeduplicationScope":
            guard let scope = DeduplicationScope(rawValue: value) else { throw .invalidAttribute(name) }
            deduplicationScope = scope
        case "FifoThroughputLimit":
            guard let limit = ThroughputLimit(rawValue: value) else { throw .invalidAttribute(name) }
            throughputLimit = limit
        default: try encryption.set(name, to: value)
        }
    }

    /// One kind of encryption at a time, and a key turns the service's own off.
    private mutating func checkEncryption(_ given: [(name: String, value: String)]) throws(QueueFault) {
        let setsKey = given.contains { $0.name == "KmsMasterKeyId" && !$0.value.isEmpty }
        let setsManaged = given.contains {
            $0.name == "SqsManagedSseEnabled" && Self.boolean($0.value) == true
        }
        if setsKey && setsManaged {
            throw QueueFault(
                .invalidAttributeName,
                """
                You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE \
                or SQS SSE.
                """)
        }
        if setsKey { encryption.managedBySQS = false }
        if setsManaged { encryption.keyID = nil }
    }

    private static func policy(_ text: String) throws(QueueFault) -> String? {
        if text.isEmpty { return nil }
        guard text.utf8.count <= 8_192, let policy = try? JSONValue(parsing: text), policy.object != nil,
            (policy["Statement"]?.array?.count ?? 0) <= 20
        else { throw .invalidAttribute("Policy") }
        return text
    }

    static func number(_ text: String, _ name: String, in range: ClosedRange<Int>) throws(QueueFault) -> Int {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(text), range.contains(number)
        else { throw .invalidAttribute(name) }
        return number
    }

    static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true": true
        case "false": false
        default: nil
        }
    }
}

extension QueueAttributes.Encryption {
    fileprivate mutating func set(_ name: String, to value: String) throws(QueueFault) {
        switch name {
        case "SqsManagedSseEnabled":
            guard let isManaged = QueueAttributes.boolean(value) else { throw .invalidAttribute(name) }
            managedBySQS = isManaged
        case "KmsMasterKeyId":
            keyID = value.isEmpty ? nil : value
            if keyID != nil, keyReusePeriod == nil { keyReusePeriod = 300 }
        case "KmsDataKeyReusePeriodSeconds":
            keyReusePeriod = try QueueAttributes.number(value, name, in: 60...86_400)
        default: throw .unknownAttribute(name)
        }
    }
}
