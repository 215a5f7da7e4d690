import Clockwork
import Testing
import Wire

@Suite struct `A message on a queue of the broker` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
    }

    @Test func `comes out as it went in`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            let body = "Grüße 🎁\t\"quoted\"\r\n{\"a\":1}"
            let sent = try await caller.client(
                SendMessage(
                    queueUrl: url, messageBody: body,
                    messageAttributes: [
                        "color": .string("blue"),
                        "picture": MessageAttribute(dataType: "Binary.png", binaryValue: Blob([0, 1, 255])),
                        "count": MessageAttribute(dataType: "Number", stringValue: "1.50"),
                    ],
                    messageSystemAttributes: [
                        "AWSTraceHeader": .string("Root=1-5759e988-bd862e3fe1be46a994272793")
                    ]))

            let message = try #require(try await caller.receive(url).first)

            #expect(message.body == body)
            #expect(message.messageId == sent.messageId)
            #expect(message.md5OfBody == sent.md5OfMessageBody)
            #expect(message.md5OfMessageAttributes == sent.md5OfMessageAttributes)
            #expect(message.messageAttributes?["color"] == .string("blue"))
            #expect(message.messageAttributes?["picture"]?.binaryValue == Blob([0, 1, 255]))
            #expect(message.messageAttributes?["count"]?.stringValue == "1.50")
            #expect(message.attributes?["AWSTraceHeader"] == "Root=1-5759e988-bd862e3fe1be46a994272793")
            #expect(sent.sequenceNumber == nil)
        }
    }

    @Test func `tells how it fared, and keeps its history through a restart`() throws {
        let url = try house.play { caller in
            let url = try await caller.create("orders")
            try await caller.send("order", to: url)
            try await caller.sleep(.seconds(1))
            _ = try await caller.receive(url, timeout: 5)
            return url
        }
        try house.restart()

        try house.play { caller in
            #expect(try await caller.counts(url) == [0, 1, 0])
            try await caller.sleep(.seconds(5))
            let attributes = try #require(try await caller.receive(url).first?.attributes)
            #expect(attributes["ApproximateReceiveCount"] == "2")
            let sent = try #require(attributes["SentTimestamp"].flatMap { Int($0) })
            let first = try #require(attributes["ApproximateFirstReceiveTimestamp"].flatMap { Int($0) })
            #expect(sent >= 1_764_158_400_000)
            #expect((1_000..<1_100).contains(first - sent))
            #expect(attributes["SenderId"] != nil)
            #expect(attributes["SequenceNumber"] == nil)
        }
    }

    @Test func `shows only the attributes that were asked for, and digests only those`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            _ = try await caller.client(
                SendMessage(
                    queueUrl: url, messageBody: "hi",
                    messageAttributes: ["color": .string("blue"), "size": .string("XL")]))
            func receive(_ names: [String]?) async throws -> ReceivedMessage? {
                try await caller.client(
                    ReceiveMessage(queueUrl: url, messageAttributeNames: names, visibilityTimeout: 0)
                ).messages?.first
            }

            let some = try #require(try await receive(["col.*"]))
            #expect(some.messageAttributes?.keys == ["color"])
            #expect(some.md5OfMessageAttributes == "da1b33cc3cbfe8b1630921e78e6b9880")
            let none = try #require(try await receive(nil))
            #expect(none.messageAttributes == nil)
            #expect(none.md5OfMessageAttributes == nil)
            #expect(none.attributes == nil)
        }
    }

    @Test func `of a FIFO queue has a number, and its repetition the same`() throws {
        let (url, first) = try house.play { caller in
            let url = try await caller.create("orders.fifo")
            let first = try await caller.send("order", to: url, group: "g", id: "key")
            let again = try await caller.send("other", to: url, group: "g", id: "key")
            #expect(again.messageId == first.messageId)
            #expect(again.sequenceNumber == first.sequenceNumber)
            #expect(again.md5OfMessageBody != first.md5OfMessageBody)
            let message = try #require(try await caller.receive(url).first)
            #expect(message.attributes?["SequenceNumber"] == first.sequenceNumber)
            #expect(message.attributes?["MessageDeduplicationId"] == "key")
            #expect(message.attributes?["MessageGroupId"] == "g")
            try await caller.delete(message, from: url)
            return (url, first)
        }
        try house.restart()

        try house.play { caller in
            let again = try await caller.send("order", to: url, group: "g", id: "key")
            #expect(again.messageId == first.messageId)
            #expect(again.sequenceNumber == first.sequenceNumber)
            #expect(try await caller.counts(url) == [0, 0, 0])
            try await caller.sleep(.seconds(301))
            let later = try await caller.send("order", to: url, group: "g", id: "key")
            #expect(try #require(later.sequenceNumber) > #require(first.sequenceNumber))
        }
    }

    @Test func `is deleted by its receipt, again and again, and is gone after a restart`() throws {
        let (url, message) = try house.play { caller in
            let url = try await caller.create("orders")
            try await caller.send("order", to: url)
            let message = try #require(try await caller.receive(url, timeout: 1).first)
            try await caller.delete(message, from: url)
            return (url, message)
        }
        try house.restart()

        try house.play { caller in
            try await caller.delete(message, from: url)
            try await caller.sleep(.seconds(2))
            #expect(try await caller.receive(url).isEmpty)
            let error = await refusal { try await caller.hide(message, in: url, seconds: 5) }
            #expect(error?.type == "InvalidParameterValueException")
            #expect(
                error?.message?.hasSuffix(
                    "Message does not exist or is not available for visibility timeout change.") == true)
        }
    }

    @Test func `that was received too often moves to the dead-letter queue with all it has`() throws {
        try house.play { caller in
            let dead = try await caller.create("dead")
            let policy =
                #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":"1"}"#
            let url = try await caller.create("orders", ["RedrivePolicy": policy])
            _ = try await caller.client(
                SendMessage(queueUrl: url, messageBody: "poison", messageAttributes: ["a": .string("b")]))
            _ = try await caller.receive(url, timeout: 0)
            #expect(try await caller.receive(url).isEmpty)
            #expect(try await caller.counts(url) == [0, 0, 0])
            #expect(try await caller.counts(dead) == [1, 0, 0])
        }
        try house.restart()

        try house.play { caller in
            let letter = try #require(try await caller.receive("dead", timeout: 0).first)
            #expect(letter.body == "poison")
            #expect(letter.messageAttributes?["a"] == .string("b"))
            #expect(letter.attributes?["ApproximateReceiveCount"] == "2")
            #expect(
                letter.attributes?["DeadLetterQueueSourceArn"] == "arn:aws:sqs:us-east-1:000000000000:orders")
            try await caller.delete(letter, from: "dead")
            #expect(try await caller.counts("dead") == [0, 0, 0])
        }
    }

    @Test func `of a FIFO queue lets its group go on when it moves, under its own id`() throws {
        try house.play { caller in
            try await caller.create("dead.fifo")
            let policy =
                #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":1}"#
            let url = try await caller.create("orders.fifo", ["RedrivePolicy": policy])
            let sent = try await caller.send("poison", to: url, group: "g")
            try await caller.send("sound", to: url, group: "g")
            _ = try await caller.receive(url, limit: 1, timeout: 0)

            #expect(try await caller.receive(url).map(\.body) == ["sound"])
            let letter = try #require(try await caller.receive("dead.fifo").first)
            #expect(letter.attributes?["MessageDeduplicationId"] == sent.messageId)
            #expect(letter.attributes?["MessageGroupId"] == "g")
        }
    }

    @Test func `is gone when its time is over, though nobody asks`() throws {
        try house.play { caller in
            let url = try await caller.create("orders", ["MessageRetentionPeriod": "60"])
            try await caller.send("order", to: url)
            try await caller.sleep(.seconds(200))
        }

        #expect(try house.rows("SELECT count(*) FROM messages") == ["0"])
        #expect(try house.rows("SELECT count(*) FROM message_bodies") == ["0"])
    }
}

@Suite struct `A batch to a queue of the broker` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
    }

    @Test func `succeeds and fails entry by entry`() throws {
        try house.play { caller in
            let url = try await caller.create("orders", ["MaximumMessageSize": "1024"])
            let output = try await caller.client(
                SendMessageBatch(
                    queueUrl: url,
                    entries: [
                        .init(id: "good", messageBody: "a"), .init(id: "empty", messageBody: ""),
                        .init(id: "control", messageBody: "\u{1}"),
                        .init(id: "large", messageBody: String(repeating: "x", count: 1_025)),
                        .init(id: "late", messageBody: "b", delaySeconds: 901),
                        .init(id: "also-good", messageBody: "c"),
                    ]))

            #expect(output.successful?.map(\.id) == ["good", "also-good"])
            #expect(output.failed?.map(\.id) == ["empty", "control", "large", "late"])
            #expect(
                output.failed?.map(\.code) == [
                    "MissingParameter", "InvalidMessageContents", "InvalidParameterValue",
                    "InvalidParameterValue",
                ])
            #expect(output.failed?.allSatisfy(\.senderFault) == true)
            #expect(
                output.failed?[2].message
                    == "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes."
            )
            #expect(try await caller.receive(url).map(\.body) == ["a", "c"])
        }
    }

    @Test func `to a FIFO queue keeps the order of its entries and merges equal ones`() throws {
        try house.play { caller in
            let url = try await caller.create("orders.fifo")
            let output = try await caller.client(
                SendMessageBatch(
                    queueUrl: url,
                    entries: ["a", "b", "a", "c"].enumerated().map { place, body in
                        .init(
                            id: "\(place)", messageBody: body, messageDeduplicationId: body,
                            messageGroupId: "g")
                    }))

            let sent = try #require(output.successful)
            #expect(sent.count == 4)
            #expect(sent[0].messageId == sent[2].messageId)
            #expect(try await caller.receive(url).map(\.body) == ["a", "b", "c"])
        }
    }

    @Test func `to a FIFO queue fails as a whole without a group`() throws {
        try house.play { caller in
            let url = try await caller.create("orders.fifo")
            let error = await refusal {
                try await caller.client(
                    SendMessageBatch(
                        queueUrl: url,
                        entries: [
                            .init(
                                id: "a", messageBody: "a", messageDeduplicationId: "a", messageGroupId: "g"),
                            .init(id: "b", messageBody: "b", messageDeduplicationId: "b"),
                        ]))
            }
            #expect(error?.type == "InvalidParameterValueException")
            #expect(try await caller.counts(url) == [0, 0, 0])
            let single = await refusal {
                try await caller.client(
                    SendMessage(queueUrl: url, messageBody: "b", messageDeduplicationId: "b"))
            }
            #expect(single?.type == "MissingRequiredParameterException")
        }
    }

    @Test func `of receipts succeeds and fails entry by entry`() throws {
        try house.play { caller in
            let url = try await caller.create("orders.fifo")
            for body in ["a", "b"] { try await caller.send(body, to: url, group: body) }
            let messages = try await caller.receive(url, timeout: 5)
            let hidden = try await caller.client(
                ChangeMessageVisibilityBatch(
                    queueUrl: url,
                    entries: [
                        .init(id: "a", receiptHandle: messages[0].receiptHandle, visibilityTimeout: 60),
                        .init(id: "b", receiptHandle: messages[1].receiptHandle, visibilityTimeout: 43_201),
                        .init(id: "c", receiptHandle: "garbage", visibilityTimeout: 1),
                    ]))
            #expect(hidden.successful?.map(\.id) == ["a"])
            #expect(hidden.failed?.map(\.code) == ["InvalidParameterValue", "ReceiptHandleIsInvalid"])
            try await caller.sleep(.seconds(5))

            let deleted = try await caller.client(
                DeleteMessageBatch(
                    queueUrl: url,
                    entries: [
                        .init(id: "a", receiptHandle: messages[0].receiptHandle),
                        .init(id: "b", receiptHandle: messages[1].receiptHandle),
                    ]))

            #expect(deleted.successful?.map(\.id) == ["a"])
            #expect(deleted.failed?.first?.code == "ReceiptHandleIsInvalid")
            #expect(deleted.failed?.first?.message == "The receipt handle has expired")
        }
    }

    @Test func `is looked at as a whole first`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            let calls: [(String, () async throws -> Any)] = [
                (
                    "EmptyBatchRequest",
                    { try await caller.client(DeleteMessageBatch(queueUrl: url, entries: [])) }
                ),
                (
                    "BatchEntryIdsNotDistinct",
                    {
                        try await caller.client(
                            SendMessageBatch(
                                queueUrl: url,
                                entries: [.init(id: "a", messageBody: "a"), .init(id: "a", messageBody: "b")])
                        )
                    }
                ),
                (
                    "BatchRequestTooLong",
                    {
                        let half = String(repeating: "x", count: 600_000)
                        return try await caller.client(
                            SendMessageBatch(
                                queueUrl: url,
                                entries: [
                                    .init(id: "a", messageBody: half), .init(id: "b", messageBody: half),
                                ]))
                    }
                ),
            ]
            for (type, call) in calls { #expect(await refusal { try await call() }?.type == type) }
            #expect(try await caller.counts(url) == [0, 0, 0])
        }
    }
}
