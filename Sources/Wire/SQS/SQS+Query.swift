/// The 23 operations of SQS as forms and XML.
///
/// Source: service model `sqs/2012-11-05`.
extension SQS {
    public static let queryDialect: QueryDialect? = QueryDialect(
        namespace: "http://queue.amazonaws.com/doc/2012-11-05/", forms: forms,
        words: [
            queueDoesNotExist.legacyCode: "The specified queue does not exist for this wsdl version."
        ], pathMember: "QueueUrl", pathless: ["CreateQueue", "ListQueues"],
        jsonNames: ["QueueUrls": "queueUrls", "Messages": "messages"])

    private typealias Member = QueryShape.Member

    private static let forms: [String: QueryDialect.Form] = [
        "AddPermission": .init(
            input: [
                "QueueUrl", "Label", .member("AWSAccountIds", .list(of: "AWSAccountId", .text)),
                .member("Actions", .list(of: "ActionName", .text)),
            ], output: nil),
        "CancelMessageMoveTask": .init(
            input: ["TaskHandle"], output: [.number("ApproximateNumberOfMessagesMoved")]),
        "ChangeMessageVisibility": .init(
            input: ["QueueUrl", "ReceiptHandle", .number("VisibilityTimeout")], output: nil),
        "ChangeMessageVisibilityBatch": batch(
            "ChangeMessageVisibilityBatch", ["Id", "ReceiptHandle", .number("VisibilityTimeout")], ["Id"]),
        "CreateQueue": .init(
            input: ["QueueName", attributes, tags("tags")], output: ["QueueUrl"]),
        "DeleteMessage": .init(input: ["QueueUrl", "ReceiptHandle"], output: nil),
        "DeleteMessageBatch": batch("DeleteMessageBatch", ["Id", "ReceiptHandle"], ["Id"]),
        "DeleteQueue": .init(input: ["QueueUrl"], output: nil),
        "GetQueueAttributes": .init(input: ["QueueUrl", attributeNames], output: [attributes]),
        "GetQueueUrl": .init(input: ["QueueName", "QueueOwnerAWSAccountId"], output: ["QueueUrl"]),
        "ListDeadLetterSourceQueues": .init(
            input: ["QueueUrl", "NextToken", .number("MaxResults")],
            output: [.member("queueUrls", .list(of: "QueueUrl", .text)), "NextToken"]),
        "ListMessageMoveTasks": .init(
            input: ["SourceArn", .number("MaxResults")],
            output: [.member("Results", .list(of: "ListMessageMoveTasksResultEntry", .structure(moveTask)))]),
        "ListQueues": .init(
            input: ["QueueNamePrefix", "NextToken", .number("MaxResults")],
            output: [.member("QueueUrls", .list(of: "QueueUrl", .text)), "NextToken"]),
        "ListQueueTags": .init(input: ["QueueUrl"], output: [tags("Tags")]),
        "PurgeQueue": .init(input: ["QueueUrl"], output: nil),
        "ReceiveMessage": .init(
            input: [
                "QueueUrl", attributeNames,
                .member("MessageSystemAttributeNames", .list(of: "MessageSystemAttributeName", .text)),
                .member("MessageAttributeNames", .list(of: "MessageAttributeName", .text)),
                .number("MaxNumberOfMessages"), .number("VisibilityTimeout"), .number("WaitTimeSeconds"),
                "ReceiveRequestAttemptId",
            ],
            output: [.member("Messages", .list(of: "Message", .structure(received)))]),
        "RemovePermission": .init(input: ["QueueUrl", "Label"], output: nil),
        "SendMessage": .init(input: ["QueueUrl"] + sent, output: receipt),
        "SendMessageBatch": batch("SendMessageBatch", ["Id"] + sent, ["Id"] + receipt),
        "SetQueueAttributes": .init(input: ["QueueUrl", attributes], output: nil),
        "StartMessageMoveTask": .init(
            input: ["SourceArn", "DestinationArn", .number("MaxNumberOfMessagesPerSecond")],
            output: ["TaskHandle"]),
        "TagQueue": .init(input: ["QueueUrl", tags("Tags")], output: nil),
        "UntagQueue": .init(
            input: ["QueueUrl", .member("TagKeys", .list(of: "TagKey", .text))], output: nil),
    ]

    private static let attributes = Member.member("Attributes", .map(of: "Attribute", key: "Name", .text))
    private static let attributeNames = Member.member("AttributeNames", .list(of: "AttributeName", .text))

    private static func tags(_ name: String) -> Member {
        .member(name, .map(of: "Tag", key: "Key", .text))
    }

    /// An attribute of a message; blobs are base64 in a form as they are in JSON.
    private static let messageAttribute = QueryShape.structure([
        "StringValue", "BinaryValue", .member("StringListValues", .list(of: "StringListValue", .text)),
        .member("BinaryListValues", .list(of: "BinaryListValue", .text)), "DataType",
    ])

    private static let messageAttributes = Member.member(
        "MessageAttributes", .map(of: "MessageAttribute", key: "Name", messageAttribute))

    private static let sent: [Member] = [
        "MessageBody", .number("DelaySeconds"), messageAttributes,
        .member(
            "MessageSystemAttributes", .map(of: "MessageSystemAttribute", key: "Name", messageAttribute)),
        "MessageDeduplicationId", "MessageGroupId",
    ]

    private static let receipt: [Member] = [
        "MessageId", "MD5OfMessageBody", "MD5OfMessageAttributes", "MD5OfMessageSystemAttributes",
        "SequenceNumber",
    ]

    private static let received: [Member] = [
        "MessageId", "ReceiptHandle", "MD5OfBody", "Body", attributes, "MD5OfMessageAttributes",
        messageAttributes,
    ]

    private static let moveTask: [Member] = [
        "TaskHandle", "Status", "SourceArn", "DestinationArn", .number("MaxNumberOfMessagesPerSecond"),
        .number("ApproximateNumberOfMessagesMoved"), .number("ApproximateNumberOfMessagesToMove"),
        "FailureReason", .number("StartedTimestamp"),
    ]

    private static func batch(_ name: String, _ entry: [Member], _ result: [Member]) -> QueryDialect.Form {
        .init(
            input: [
                "QueueUrl", .member("Entries", .listAtAnyRate(of: "\(name)RequestEntry", .structure(entry))),
            ],
            output: [
                .member("Successful", .list(of: "\(name)ResultEntry", .structure(result))),
                .member(
                    "Failed",
                    .list(
                        of: "BatchResultErrorEntry",
                        .structure(["Id", .truth("SenderFault"), "Code", "Message"]))),
            ])
    }
}
