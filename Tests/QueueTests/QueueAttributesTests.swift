import Clockwork
import Queue
import Testing

private let status = QueueStatus(
    arn: QueueARN(region: "eu-central-1", account: "000000000000", name: "orders"), createdAt: .noon,
    modifiedAt: .noon + .seconds(5), counts: QueueCounts(visible: 1, inFlight: 2, delayed: 3))

private func read(_ attributes: QueueAttributes, _ names: String...) throws -> [String: String] {
    Dictionary(uniqueKeysWithValues: try attributes.read(names, status).map { ($0.name, $0.value) })
}

private func fault(creating given: [(name: String, value: String)]) -> QueueFault? {
    do throws(QueueFault) {
        _ = try QueueAttributes(creating: given)
        return nil
    } catch {
        return error
    }
}

@Suite struct `A queue's attributes` {
    @Test func `have Amazon's defaults on a standard queue`() throws {
        #expect(
            try read(QueueAttributes(), "All") == [
                "ApproximateNumberOfMessages": "1", "ApproximateNumberOfMessagesNotVisible": "2",
                "ApproximateNumberOfMessagesDelayed": "3", "CreatedTimestamp": "1764158400",
                "LastModifiedTimestamp": "1764158405", "DelaySeconds": "0", "MaximumMessageSize": "1048576",
                "MessageRetentionPeriod": "345600",
                "QueueArn": "arn:aws:sqs:eu-central-1:000000000000:orders",
                "ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true",
                "VisibilityTimeout": "30",
            ])
    }

    @Test func `are four more on a FIFO queue`() throws {
        let fifo = try read(QueueAttributes(creating: [("FifoQueue", "TRUE")]), "All")

        #expect(fifo.count == 16)
        #expect(fifo["FifoQueue"] == "true")
        #expect(fifo["ContentBasedDeduplication"] == "false")
        #expect(fifo["DeduplicationScope"] == "queue")
        #expect(fifo["FifoThroughputLimit"] == "perQueue")
    }

    @Test func `are read by name, none by none, and by no unknown name`() throws {
        let attributes = QueueAttributes()

        #expect(
            try read(attributes, "VisibilityTimeout", "DelaySeconds") == [
                "VisibilityTimeout": "30", "DelaySeconds": "0",
            ])
        #expect(try read(attributes).isEmpty)
        #expect(try read(attributes, "RedrivePolicy").isEmpty)
        for name in ["Colour", "FifoQueue", "ContentBasedDeduplication"] {
            #expect(throws: QueueFault(.invalidAttributeName, "Unknown Attribute \(name).")) {
                try read(attributes, name)
            }
        }
    }

    @Test(arguments: [
        ("VisibilityTimeout", 0, 43_200), ("DelaySeconds", 0, 900), ("MaximumMessageSize", 1_024, 1_048_576),
        ("MessageRetentionPeriod", 60, 1_209_600), ("ReceiveMessageWaitTimeSeconds", 0, 20),
        ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
    ])
    func `have ranges`(name: String, least: Int, most: Int) throws {
        for value in [least, most] {
            #expect(
                try read(QueueAttributes(creating: [(name, String(value))]), name) == [name: String(value)])
        }
        for value in [String(least - 1), String(most + 1), "", "x", "1.5", " 60", "+60"] {
            #expect(
                fault(creating: [(name, value)])
                    == QueueFault(.invalidAttributeValue, "Invalid value for the parameter \(name)."))
        }
    }

    @Test(arguments: ["Colour", "QueueArn", "CreatedTimestamp", "ApproximateNumberOfMessages"])
    func `that are unknown or only to be read cannot be set`(name: String) {
        #expect(
            fault(creating: [("VisibilityTimeout", "bad"), (name, "1")])
                == QueueFault(.invalidAttributeName, "Unknown Attribute \(name)."))
    }

    @Test func `of FIFO are none of a standard queue`() {
        for name in ["FifoQueue", "ContentBasedDeduplication"] {
            #expect(
                fault(creating: [(name, "false")])
                    == QueueFault(.invalidAttributeName, "Unknown Attribute \(name)."))
        }
        for (name, value) in [("DeduplicationScope", "queue"), ("FifoThroughputLimit", "perQueue")] {
            #expect(
                fault(creating: [(name, value)])
                    == QueueFault(
                        .invalidAttributeName,
                        "You can specify the \(name) only when FifoQueue is set to true."))
        }
    }

    @Test func `do not change a queue's kind`() throws {
        var attributes = try QueueAttributes(creating: [("FifoQueue", "true")])

        try attributes.set([("FifoQueue", "true")])
        #expect(
            throws: QueueFault(
                .invalidAttributeValue,
                "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.")
        ) { try attributes.set([("FifoQueue", "false")]) }
    }

    @Test func `allow a limit per group only with deduplication per group`() throws {
        let fifo = [(name: "FifoQueue", value: "true")]
        let limit = [(name: "FifoThroughputLimit", value: "perMessageGroupId")]
        #expect(fault(creating: fifo + limit)?.kind == .invalidAttributeValue)
        #expect(fault(creating: fifo + limit + [("DeduplicationScope", "messageGroup")]) == nil)
    }

    @Test func `change all together or not at all`() throws {
        var attributes = QueueAttributes()
        let before = attributes

        #expect(throws: QueueFault.self) {
            try attributes.set([("VisibilityTimeout", "5"), ("DelaySeconds", "901")])
        }

        #expect(attributes == before)
    }

    @Test func `know one kind of encryption at a time`() throws {
        var attributes = QueueAttributes()
        try attributes.set([("KmsMasterKeyId", "alias/mine")])
        #expect(
            try read(attributes, "SqsManagedSseEnabled", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds")
                == [
                    "SqsManagedSseEnabled": "false", "KmsMasterKeyId": "alias/mine",
                    "KmsDataKeyReusePeriodSeconds": "300",
                ])

        #expect(throws: QueueFault.self) {
            try attributes.set([("KmsMasterKeyId", "alias/mine"), ("SqsManagedSseEnabled", "true")])
        }
        try attributes.set([("KmsMasterKeyId", "")])
        #expect(try read(attributes, "KmsMasterKeyId").isEmpty)
    }

    @Test func `take an access policy as it is, and give it up for nothing`() throws {
        let policy = #"{ "Version": "2012-10-17", "Statement": [] }"#
        var attributes = try QueueAttributes(creating: [("Policy", policy)])
        #expect(try read(attributes, "Policy") == ["Policy": policy])

        try attributes.set([("Policy", "")])
        #expect(try read(attributes, "Policy").isEmpty)
        #expect(fault(creating: [("Policy", "[]")])?.kind == .invalidAttributeValue)
        #expect(
            fault(creating: [("Policy", "{\"a\":\"\(String(repeating: "x", count: 8_192))\"}")])?.kind
                == .invalidAttributeValue)
    }

    @Test func `can be made again from what they were set to`() throws {
        let attributes = try QueueAttributes(creating: [
            ("FifoQueue", "true"), ("DeduplicationScope", "messageGroup"),
            ("FifoThroughputLimit", "perMessageGroupId"),
            ("KmsMasterKeyId", "alias/mine"), ("Policy", "{}"),
            ("RedrivePolicy", #"{"deadLetterTargetArn":"arn:aws:sqs:r:1:d.fifo","maxReceiveCount":"7"}"#),
            ("RedriveAllowPolicy", #"{"redrivePermission":"denyAll"}"#),
        ])

        #expect(try QueueAttributes(creating: attributes.settings) == attributes)
    }
}

@Suite struct `Creating a queue again` {
    private let existing: QueueAttributes

    init() throws {
        var attributes = try QueueAttributes(creating: [("VisibilityTimeout", "10"), ("DelaySeconds", "5")])
        try attributes.set([("VisibilityTimeout", "20")])
        existing = attributes
    }

    @Test(
        arguments: [
            [], [("VisibilityTimeout", "20")], [("DelaySeconds", "5"), ("MessageRetentionPeriod", "345600")],
            [("SqsManagedSseEnabled", "True")],
        ] as [[(name: String, value: String)]])
    func `succeeds when what is given is what it has now`(given: [(name: String, value: String)]) throws {
        #expect(try existing.firstDifference(from: given) == nil)
    }

    @Test func `names the first attribute that differs`() throws {
        #expect(
            try existing.firstDifference(from: [
                ("DelaySeconds", "5"), ("VisibilityTimeout", "10"), ("MaximumMessageSize", "2048"),
            ])
                == "VisibilityTimeout")
        #expect(
            QueueFault.nameExists(differing: "VisibilityTimeout").message
                == "A queue already exists with the same name and a different value for attribute VisibilityTimeout"
        )
    }
}

@Suite struct `A queue's name` {
    @Test(
        arguments: [
            ("orders", .standard), ("A-z_09", .standard), ("orders.fifo", .fifo),
            (String(repeating: "n", count: 80), .standard),
            (String(repeating: "n", count: 75) + ".fifo", .fifo),
        ] as [(String, QueueKind)])
    func `may be such a one`(name: String, kind: QueueKind) throws {
        #expect(try QueueName(name, kind: kind).text == name)
    }

    @Test(
        arguments: [
            ("", .standard), ("orders.fifo", .standard), ("a/b", .standard), ("a b", .standard),
            ("ä", .standard), ("a.b", .standard),
            (String(repeating: "n", count: 81), .standard), ("orders", .fifo), (".fifo", .fifo),
            ("a.b.fifo", .fifo),
            (String(repeating: "n", count: 76) + ".fifo", .fifo),
        ] as [(String, QueueKind)])
    func `may not be such a one`(name: String, kind: QueueKind) {
        let words =
            kind == .fifo
            ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length"
            : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        #expect(throws: QueueFault(.invalidParameterValue, words)) { try QueueName(name, kind: kind) }
    }
}

@Suite struct `A redrive policy` {
    private func attributes(_ name: String, _ text: String) throws -> QueueAttributes {
        try QueueAttributes(creating: [(name, text)])
    }

    @Test(arguments: ["3", #""3""#])
    func `is read back compactly, with a number`(count: String) throws {
        let text =
            #"{ "maxReceiveCount": \#(count), "deadLetterTargetArn": "arn:aws:sqs:r:000000000000:dead", "x": 1 }"#

        #expect(
            try read(attributes("RedrivePolicy", text), "RedrivePolicy")
                == [
                    "RedrivePolicy":
                        #"{"deadLetterTargetArn":"arn:aws:sqs:r:000000000000:dead","maxReceiveCount":3}"#
                ])
    }

    @Test(arguments: [
        "x", "[]", "{}", #"{"maxReceiveCount":3}"#, #"{"deadLetterTargetArn":"arn:aws:sqs:r:1:d"}"#,
        #"{"deadLetterTargetArn":"dead","maxReceiveCount":3}"#,
        #"{"deadLetterTargetArn":"arn:aws:sqs:r:1:d","maxReceiveCount":0}"#,
        #"{"deadLetterTargetArn":"arn:aws:sqs:r:1:d","maxReceiveCount":1001}"#,
        #"{"deadLetterTargetArn":"arn:aws:sqs:r:1:d","maxReceiveCount":1.5}"#,
        #"{"deadLetterTargetArn":"arn:aws:sns:r:1:d","maxReceiveCount":1}"#,
    ])
    func `is refused when it is none`(text: String) {
        #expect(fault(creating: [("RedrivePolicy", text)])?.kind == .invalidParameterValue)
    }

    private static let source = QueueARN(region: "r", account: "1", name: "orders")

    @Test(
        arguments: [
            (nil, false), ((.fifo, nil), false), ((.standard, nil), true), ((.standard, .allowAll), true),
            ((.standard, .denyAll), false), ((.standard, .byQueue([source])), true),
            ((.standard, .byQueue([QueueARN(region: "r", account: "1", name: "other")])), false),
        ] as [((QueueKind, RedriveAllowPolicy?)?, Bool)])
    func `needs a queue of the same kind that allows it`(
        target: (QueueKind, RedriveAllowPolicy?)?, isAllowed: Bool
    ) {
        let policy = RedrivePolicy(
            deadLetterTarget: QueueARN(region: "r", account: "1", name: "dead"), maxReceiveCount: 3)

        let isTaken =
            (try? policy.check(from: Self.source, .standard, to: target.map { (kind: $0.0, allowing: $0.1) }))
            != nil

        #expect(isTaken == isAllowed)
    }

    @Test func `stays within its account and region`() {
        let policy = RedrivePolicy(
            deadLetterTarget: QueueARN(region: "r", account: "2", name: "dead"), maxReceiveCount: 3)

        #expect(throws: QueueFault.self) {
            try policy.check(from: Self.source, .standard, to: (.standard, nil))
        }
    }

    @Test(arguments: [
        (#"{"redrivePermission":"allowAll"}"#, true), (#"{"redrivePermission":"denyAll"}"#, true),
        (#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:r:1:a"]}"#, true),
        (#"{"redrivePermission":"byQueue"}"#, false),
        (#"{"redrivePermission":"byQueue","sourceQueueArns":[]}"#, false),
        (#"{"redrivePermission":"byQueue","sourceQueueArns":["a"]}"#, false),
        (#"{"redrivePermission":"allowAll","sourceQueueArns":["arn:aws:sqs:r:1:a"]}"#, false),
        (#"{"redrivePermission":"some"}"#, false), ("{}", false), ("x", false),
    ])
    func `of the target's side is checked too`(text: String, isSound: Bool) throws {
        if isSound {
            #expect(
                try read(attributes("RedriveAllowPolicy", text), "RedriveAllowPolicy") == [
                    "RedriveAllowPolicy": text
                ])
        } else {
            #expect(fault(creating: [("RedriveAllowPolicy", text)])?.kind == .invalidParameterValue)
        }
    }

    @Test(arguments: ["RedrivePolicy", "RedriveAllowPolicy"])
    func `is given up for nothing`(name: String) throws {
        var attributes = try QueueAttributes(creating: [
            ("RedrivePolicy", #"{"deadLetterTargetArn":"arn:aws:sqs:r:1:d","maxReceiveCount":1}"#),
            ("RedriveAllowPolicy", #"{"redrivePermission":"denyAll"}"#),
        ])

        try attributes.set([(name, "")])

        #expect(try read(attributes, name).isEmpty)
    }
}

@Suite struct `A queue's ARN` {
    @Test func `is read and written`() {
        let text = "arn:aws:sqs:eu-central-1:000000000000:orders.fifo"
        #expect(QueueARN(text)?.description == text)
    }

    @Test(arguments: [
        "", "orders", "arn:aws:sns:r:1:t", "arn:aws:sqs:r:1", "arn:aws:sqs:r:1:a:b", "arn:aws:sqs::1:a",
    ])
    func `is told from other texts`(text: String) {
        #expect(QueueARN(text) == nil)
    }
}

@Suite struct `A fault` {
    @Test(
        arguments: [
            (.queueDoesNotExist, "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400, false),
            (.queueNameExists, "QueueNameExists", "QueueAlreadyExists", 400, false),
            (
                .purgeQueueInProgress, "PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress",
                403, false
            ),
            (.receiptHandleIsInvalid, "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 404, false),
            (.overLimit, "OverLimit", "OverLimit", 403, false),
            (.invalidParameterValue, "InvalidParameterValueException", "InvalidParameterValue", 400, true),
            (.missingParameter, "MissingRequiredParameterException", "MissingParameter", 400, true),
            (.emptyBatchRequest, "EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", 400, false),
        ] as [(QueueFault.Kind, String, String, Int, Bool)])
    func `has Amazon's type, older code and status`(
        kind: QueueFault.Kind, type: String, code: String, status: Int, isOfFramework: Bool
    ) {
        let fault = QueueFault(kind, "words")

        #expect(fault.type == type)
        #expect(fault.legacyCode == code)
        #expect(fault.status == status)
        #expect(fault.isOfFramework == isOfFramework)
    }
}
