import Clockwork
import Disk
import Testing
import Wire

@Suite(.timeLimit(.minutes(5))) struct `A dead letter that was corrected` {
    @Test(arguments: ["", ".fifo"])
    func `goes back as it says now, and stays on record as it was`(suffix: String) throws {
        let yard = try LetterYard(suffix)
        let control = yard.house.control()

        let answer = try yard.house.play { caller in
            let answer = try await control(
                EditMessage(queueName: yard.dead, messageId: yard.ids[1], messageBody: "two"))

            let received = try await caller.receive(yard.orders)
            #expect(received.map(\.body) == ["two"])
            #expect(received.map(\.md5OfBody) == ["b8a9f715dbb64fd5c56e7783c6820a61"])
            #expect(answer.formerMessageId == yard.ids[1])
            #expect(answer.messageId == received.first?.messageId)
            #expect(answer.queueName == yard.orders)
            #expect(try await caller.counts(yard.dead) == [3, 0, 0])
            return answer
        }

        let record = "\(answer.formerMessageId)|\(answer.messageId)"
        #expect(
            try yard.house.rows(
                "SELECT former_message_id, message_id, sent_as, queue, former_body, body, edited_by FROM message_edits"
            ) == ["\(record)|\(yard.ids[1])|\(yard.dead)|2|two|anonymous"])
        #expect(try yard.house.rows("SELECT former_message_id, message_id FROM message_moves") == [record])
    }

    @Test func `keeps group, attributes and trace, and is deduplicated as any letter that is sent back`()
        throws
    {
        let house = try LetterYard(".fifo").house
        let control = house.control()

        try house.play { caller in
            let sent = try await caller.client(
                SendMessage(
                    queueUrl: "orders.fifo", messageBody: "tea",
                    messageAttributes: ["kind": .init(dataType: "String", stringValue: "green")],
                    messageSystemAttributes: [
                        "AWSTraceHeader": .init(dataType: "String", stringValue: "Root=1")
                    ],
                    messageDeduplicationId: "first", messageGroupId: "tea"))
            try await caller.bury(from: "orders.fifo")

            _ = try await control(
                EditMessage(queueName: "dead.fifo", messageId: sent.messageId, messageBody: "green tea"))

            let received = try #require(try await caller.receive("orders.fifo").first)
            let attributes = Dictionary(
                uniqueKeysWithValues: received.attributes?.entries.map { ($0.key, $0.value) } ?? [])
            #expect(received.body == "green tea")
            #expect(attributes["MessageGroupId"] == "tea")
            #expect(attributes["MessageDeduplicationId"] == sent.messageId)
            #expect(attributes["AWSTraceHeader"] == "Root=1")
            #expect(attributes["ApproximateReceiveCount"] == "1")
            #expect(received.messageAttributes?.entries.first?.value.stringValue == "green")
        }
    }

    @Test(arguments: [CommitPoint.Side.before, .after])
    func `is the old one or the new one when the broker dies at the commit`(side: CommitPoint.Side) throws {
        let yard = try LetterYard()
        let control = yard.house.control()
        yard.house.witness.killAt(1, side)

        try yard.house.play { caller in
            await #expect(throws: ClientError.self) {
                try await control(
                    EditMessage(queueName: "dead", messageId: yard.ids[0], messageBody: "one"))
            }
            try await caller.waitForTheNextLife(of: "dead")
        }

        guard side == .after else { return #expect(try yard.isUntouched()) }
        #expect(try yard.house.play { try await $0.receive("orders").map(\.body) } == ["one"])
        #expect(try yard.house.rows("SELECT former_body, body FROM message_edits") == ["1|one"])
    }

    /// A letter's place among ``LetterYard/ids``, what it is to say, and what is wrong with that.
    @Test(arguments: [
        (0, "1", "same as before"), (0, "", "MessageBody"), (0, "\u{1}", "Invalid"),
        (0, String(repeating: "x", count: 1025), "1024"), (3, "bent", "straight"),
    ])
    func `stays as it is when that cannot be, and is told why`(letter: Int, body: String, words: String)
        throws
    {
        let yard = try LetterYard()
        let control = yard.house.control()

        try yard.house.play { caller in
            _ = try await caller.client(
                SetQueueAttributes(queueUrl: "orders", attributes: ["MaximumMessageSize": "1024"]))
            let error = await #expect(throws: ClientError.self) {
                try await control(
                    EditMessage(queueName: "dead", messageId: yard.ids[letter], messageBody: body))
            }
            #expect(error?.type == "InvalidArgumentException")
            #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
        }

        #expect(try yard.isUntouched())
    }

    @Test func `stays as it is while a receiver has it`() throws {
        let yard = try LetterYard()
        let control = yard.house.control()

        try yard.house.play { caller in
            _ = try await caller.receive("dead", limit: 1)
            let error = await #expect(throws: ClientError.self) {
                try await control(
                    EditMessage(queueName: "dead", messageId: yard.ids[0], messageBody: "one"))
            }
            #expect(error?.type == "ResourceInUseException")
            #expect(try await caller.counts("orders") == [0, 0, 0])
        }
    }

    @Test(arguments: [("nowhere", "ResourceNotFoundException"), ("dead", "InvalidArgumentException")])
    func `has to be there`(queue: String, type: String) throws {
        let house = try LetterYard().house
        let control = house.control()

        try house.play { _ in
            let error = await #expect(throws: ClientError.self) {
                try await control(EditMessage(queueName: queue, messageId: "nobody's", messageBody: "one"))
            }
            #expect(error?.type == type)
        }
    }

    @Test func `takes leave to send to the queue that it came from`() throws {
        let yard = try LetterYard()
        let guest = Credentials(accessKeyID: "guest", secretAccessKey: "guest's secret")
        let ofLetters = AccessPolicy([.init(actions: ["broker:*"], resources: ["*"])])
        yard.house.keys = [
            AccessKey(QueueHouse.owner, policy: .everything), AccessKey(guest, policy: ofLetters),
        ]
        try yard.house.restart()
        let control = yard.house.control(as: guest)

        try yard.house.play { _ in
            let error = await #expect(throws: ClientError.self) {
                try await control(
                    EditMessage(queueName: "dead", messageId: yard.ids[0], messageBody: "one"))
            }
            #expect(error?.type == "AccessDeniedException")
        }

        #expect(try yard.isUntouched())
    }

    @Test func `has nowhere to go once its queue is gone`() throws {
        let yard = try LetterYard()
        let control = yard.house.control()

        try yard.house.play { caller in
            _ = try await caller.client(DeleteQueue(queueUrl: "orders"))
            let error = await #expect(throws: ClientError.self) {
                try await control(
                    EditMessage(queueName: "dead", messageId: yard.ids[0], messageBody: "one"))
            }
            #expect(error.map { "\($0)".contains("is gone") } == true)
            #expect(try await caller.counts("dead") == [4, 0, 0])
        }
    }
}
