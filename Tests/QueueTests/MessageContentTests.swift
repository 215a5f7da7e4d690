import Queue
import Testing

private func text(_ name: String, _ value: String, _ type: String = "String") -> MessageAttribute {
    MessageAttribute(name: name, dataType: type, value: .text(value))
}

private func fault(_ draft: MessageDraft) -> QueueFault? {
    do throws(QueueFault) {
        _ = try SoundMessage(draft)
        return nil
    } catch {
        return error
    }
}

@Suite struct `A message's digests` {
    // Source of the vectors: answers of Amazon SQS recorded by LocalStack and moto.
    @Test(arguments: [
        (text("color", "blue"), "da1b33cc3cbfe8b1630921e78e6b9880"),
        (text("timestamp", "1493147359900", "Number"), "235c5c510d26fb653d073faed50ae77c"),
    ])
    func `cover names, types and values of attributes`(attribute: MessageAttribute, digest: String) throws {
        let message = try SoundMessage(MessageDraft(body: "hi", attributes: [attribute]))

        #expect(message.attributesDigest == digest)
    }

    @Test func `cover the trace header as a system attribute`() throws {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
        let message = try SoundMessage(
            MessageDraft(body: "hi", systemAttributes: [text("AWSTraceHeader", header)]))

        #expect(message.systemAttributesDigest == "5ae4d5d7636402d80f4eb6d213245a88")
        #expect(message.traceHeader == header)
    }

    @Test func `cover the body's bytes`() throws {
        let message = try SoundMessage(MessageDraft(body: "hello world"))

        #expect(message.bodyDigest == "5eb63bbbe01eeed093cb22bb8f5acdc3")
        #expect(message.attributesDigest == nil)
    }

    @Test func `do not depend on the order of attributes`() throws {
        let attributes = [
            text("b", "2"), text("a", "1", "Number.int"),
            MessageAttribute(name: "c", dataType: "Binary", value: .bytes([0, 255])),
        ]

        #expect(MessageDigest.ofAttributes(attributes) == MessageDigest.ofAttributes(attributes.reversed()))
        #expect(
            MessageDigest.ofAttributes(attributes)
                != MessageDigest.ofAttributes([text("b", "2"), text("a", "1", "Number"), attributes[2]]))
    }
}

@Suite struct `A message's size` {
    @Test func `counts the body and the names, types and values of attributes`() throws {
        let message = try SoundMessage(
            MessageDraft(
                body: "äb",
                attributes: [
                    text("name", "value"),
                    MessageAttribute(name: "n", dataType: "Binary", value: .bytes([1, 2])),
                ],
                systemAttributes: [text("AWSTraceHeader", "does not count")]))

        #expect(message.sizeBytes == 3 + (4 + 6 + 5) + (1 + 6 + 2))
    }

    @Test(arguments: [(1_024, true), (1_025, false)])
    func `may be what the queue allows, and not a byte more`(bytes: Int, isTaken: Bool) throws {
        var counter = try Counter(.standard, [("MaximumMessageSize", "1024")])
        let body = String(repeating: "x", count: bytes)

        if isTaken {
            try counter.send(body)
        } else {
            let fault = QueueFault(
                .invalidParameterValue,
                "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.")
            #expect(throws: fault) { try counter.send(body) }
            #expect(
                fault.asEntry.message
                    == "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes."
            )
        }
    }
}

@Suite struct `A message's body` {
    @Test(arguments: [nil, ""])
    func `must be there`(body: String?) {
        #expect(
            fault(MessageDraft(body: body))
                == QueueFault(.missingParameter, "The request must contain the parameter MessageBody."))
    }

    @Test(arguments: ["\u{0}", "a\u{8}", "\u{B}", "\u{1F}", "end\u{FFFE}", "\u{FFFF}"])
    func `may not contain what XML could not carry`(body: String) {
        #expect(fault(MessageDraft(body: body))?.kind == .invalidMessageContents)
    }

    @Test(arguments: [
        "\t\n\r ", "\u{7F}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{10000}", "\u{10FFFF}", "\u{FF00}",
        "Grüße 🎁",
    ])
    func `may contain every other character`(body: String) {
        #expect(fault(MessageDraft(body: body)) == nil)
    }
}

@Suite struct `A message attribute` {
    @Test(arguments: [
        "AWS.a", "aws.x", "Amazon.b", ".a", "a.", "a..b", "a b", "", "a/b", "×",
        String(repeating: "a", count: 257),
    ])
    func `may not have such a name`(name: String) {
        #expect(fault(MessageDraft(body: "b", attributes: [text(name, "v")]))?.kind == .invalidParameterValue)
    }

    @Test(arguments: ["a", "A-b_c.9", "größe", "AWSome", String(repeating: "a", count: 256)])
    func `may have such a name`(name: String) {
        #expect(fault(MessageDraft(body: "b", attributes: [text(name, "v")])) == nil)
    }

    @Test(arguments: [
        text("n", "x", "string"), text("n", "x", "Text"), text("n", "x", ""), text("n", "x", "Numbers"),
        text("n", "x", "String" + String(repeating: ".", count: 251)),
    ])
    func `may not have such a type`(attribute: MessageAttribute) {
        let words =
            "The message attribute 'n' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
        #expect(
            fault(MessageDraft(body: "b", attributes: [attribute]))
                == QueueFault(.invalidParameterValue, words))
    }

    @Test(arguments: [
        (text("n", ""), "String"), (text("n", "", "Number.int"), "Number"),
        (text("n", "text", "Binary"), "Binary"),
        (MessageAttribute(name: "n", dataType: "Binary.png", value: .bytes([])), "Binary"),
        (MessageAttribute(name: "n", dataType: "String", value: .bytes([1])), "String"),
    ])
    func `must have a value of its type`(attribute: MessageAttribute, type: String) {
        let words = "Message (user) attribute 'n' must contain a non-empty value of type '\(type)'."
        #expect(
            fault(MessageDraft(body: "b", attributes: [attribute]))
                == QueueFault(.invalidParameterValue, words))
    }

    @Test(arguments: [
        ("12", true), ("-0.5", true), ("+3.", true), (".5", true), ("1e10", true), ("1.5E-3", true),
        (String(repeating: "9", count: 38), true), (String(repeating: "9", count: 39), false), ("", false),
        ("1,5", false),
        ("0x10", false), ("NaN", false), ("1e", false), (".", false), ("1 ", false),
    ])
    func `of the type Number holds a number`(value: String, isNumber: Bool) {
        #expect((fault(MessageDraft(body: "b", attributes: [text("n", value, "Number")])) == nil) == isNumber)
    }

    @Test func `has at most nine others beside it`() {
        let attributes = (0..<11).map { text("a\($0)", "v") }

        #expect(fault(MessageDraft(body: "b", attributes: Array(attributes.prefix(10)))) == nil)
        #expect(fault(MessageDraft(body: "b", attributes: attributes))?.kind == .invalidParameterValue)
    }

    @Test func `of Amazon's own is the trace header alone`() {
        #expect(
            fault(MessageDraft(body: "b", systemAttributes: [text("Other", "v")]))?.kind
                == .invalidParameterValue)
        #expect(
            fault(MessageDraft(body: "b", systemAttributes: [text("AWSTraceHeader", "1", "Number")]))?.kind
                == .invalidParameterValue)
    }
}

@Suite struct `A send` {
    @Test(arguments: [-1, 901])
    func `refuses a delay out of range`(delay: Int) {
        let words =
            "Value \(delay) for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
        #expect(
            fault(MessageDraft(body: "b", delaySeconds: delay)) == QueueFault(.invalidParameterValue, words))
    }

    @Test(arguments: ["", "a b", "ü", String(repeating: "x", count: 129)])
    func `refuses a group or deduplication id that is none`(id: String) {
        let rule = "can only include alphanumeric and punctuation characters. 1 to 128 in length."
        #expect(
            fault(MessageDraft(body: "b", groupID: id))
                == .invalid(id, for: "MessageGroupId", "MessageGroupId \(rule)"))
        #expect(
            fault(MessageDraft(body: "b", deduplicationID: id))
                == .invalid(id, for: "MessageDeduplicationId", "MessageDeduplicationId \(rule)"))
    }

    @Test func `takes every punctuation mark in an id`() {
        let id = ##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##
        #expect(fault(MessageDraft(body: "b", groupID: id, deduplicationID: id)) == nil)
    }

    @Test func `to a standard queue may name a group, but no deduplication id`() throws {
        var counter = try Counter()
        try counter.send("a", group: "tenant")

        #expect(
            throws: QueueFault.invalid(
                "key", for: "MessageDeduplicationId",
                "The request includes a parameter that is not valid for this queue type.")
        ) { try counter.send("a", id: "key") }
    }

    @Test func `to a FIFO queue needs a group, and has no delay of its own`() throws {
        var counter = try Counter(.fifo)

        #expect(throws: QueueFault.missing("MessageGroupId")) { try counter.send("a") }
        #expect(
            throws: QueueFault.invalid(
                2, for: "DelaySeconds", "The request include parameter that is not valid for this queue type."
            )
        ) { try counter.send("a", group: "g", delay: 2) }
    }

    @Test func `to a FIFO queue needs a deduplication id unless content decides`() throws {
        let words =
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
        let message = try SoundMessage(MessageDraft(body: "b", groupID: "g"))
        let strict = MessageQueue(id: QueueID(1), attributes: QueueAttributes(kind: .fifo))
        let lax = MessageQueue(
            id: QueueID(1),
            attributes: try QueueAttributes(creating: [
                ("FifoQueue", "true"), ("ContentBasedDeduplication", "true"),
            ]))

        #expect(throws: QueueFault(.invalidParameterValue, words)) { try strict.check(message) }
        #expect(throws: Never.self) { try lax.check(message) }
    }

    @Test func `of a batch to a FIFO queue fails as a whole without group or deduplication id`() {
        let queue = MessageQueue(id: QueueID(1), attributes: QueueAttributes(kind: .fifo))
        let sound = MessageDraft(body: "b", groupID: "g", deduplicationID: "k")
        var withoutGroup = sound, withoutID = sound
        withoutGroup.groupID = nil
        withoutID.deduplicationID = nil

        #expect(throws: Never.self) { try queue.checkBatch([sound]) }
        #expect(
            throws: QueueFault(
                .invalidParameterValue, "The request must contain the parameter MessageGroupId.")
        ) {
            try queue.checkBatch([sound, withoutGroup])
        }
        #expect(throws: QueueFault.self) { try queue.checkBatch([sound, withoutID]) }
    }
}

@Suite struct `A receiver's choice of attributes` {
    @Test(
        arguments: [
            (["All"], true), (["*"], true), ([".*"], true), (["color"], true), (["col.*"], true),
            (["colour"], false),
            (["x", "col.*"], true), (["Color"], false), ([], false), (["co"], false),
        ] as [([String], Bool)])
    func `finds color`(wanted: [String], isFound: Bool) {
        #expect(AttributeSelection(wanted).contains("color") == isFound)
    }

    @Test func `of Amazon's own ones must be of names that exist`() throws {
        #expect(try SystemAttribute.selection([]) == [])
        #expect(
            try SystemAttribute.selection(["SenderId", "SentTimestamp", "SenderId"]) == [
                .senderId, .sentTimestamp,
            ])
        #expect(try SystemAttribute.selection(["All"]) == SystemAttribute.allCases)
        #expect(throws: QueueFault(.invalidAttributeName, "Unknown Attribute Sender.")) {
            try SystemAttribute.selection(["Sender"])
        }
    }
}

@Suite struct `A batch` {
    private func fault(_ ids: [String], bytes: Int = 0) -> QueueFault? {
        do throws(QueueFault) {
            try BatchShape.check("SendMessageBatch", ids: ids, bytes: bytes)
            return nil
        } catch {
            return error
        }
    }

    private static let eleven = (0..<11).map(String.init)

    @Test(
        arguments: [
            (
                [], 0, .emptyBatchRequest,
                "There should be at least one SendMessageBatchRequestEntry in the request."
            ),
            (
                ["a", "b c"], 0, .invalidBatchEntryId,
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
            ),
            (
                ["a"], 1_048_577, .batchRequestTooLong,
                "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes."
            ),
            (["a", "b", "c", "b", "a"], 0, .batchEntryIdsNotDistinct, "Id b repeated."),
            (
                eleven, 0, .tooManyEntriesInBatchRequest,
                "Maximum number of entries per request are 10. You have sent 11."
            ),
            (eleven + ["0"], 0, .batchEntryIdsNotDistinct, "Id 0 repeated."),
            (
                ["a", "a"], 1_048_577, .batchRequestTooLong,
                "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes."
            ),
        ] as [([String], Int, QueueFault.Kind, String)])
    func `is refused for the first thing that is wrong with it`(
        ids: [String], bytes: Int, kind: QueueFault.Kind, words: String
    ) {
        #expect(fault(ids, bytes: bytes) == QueueFault(kind, words))
    }

    @Test func `of ten may be as large as a batch can be`() {
        #expect(
            fault(Array(Self.eleven.prefix(9)) + [String(repeating: "x", count: 80)], bytes: 1_048_576) == nil
        )
        #expect(fault([String(repeating: "x", count: 81)])?.kind == .invalidBatchEntryId)
    }
}
