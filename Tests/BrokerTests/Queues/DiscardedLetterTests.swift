import Clockwork
import Disk
import Testing
import Wire

@Suite(.timeLimit(.minutes(5))) struct `A dead letter that was discarded` {
    @Test(arguments: ["", ".fifo"])
    func `is gone for good, and it is on record who wanted it and why`(suffix: String) throws {
        let yard = try LetterYard(suffix)
        let control = yard.house.control()

        try yard.house.play { caller in
            let answer = try await control(
                DiscardMessages(
                    queueName: yard.dead, messageIds: [yard.ids[3], yard.ids[0]],
                    reason: "Ordered for a test."))

            #expect(answer.discarded == [yard.ids[0], yard.ids[3]])
            #expect(answer.left.isEmpty)
            #expect(try await caller.receive(yard.dead, timeout: 0).map(\.body) == ["2", "3"])
        }
        try yard.house.restart()

        #expect(try yard.house.play { try await $0.receive(yard.dead).map(\.body) } == ["2", "3"])
        let one = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
        #expect(
            try yard.house.rows(
                """
                SELECT message_id, sent_as, queue, source_arn, body_sha256, body_bytes, reason, discarded_by
                FROM message_discards ORDER BY discard_number LIMIT 1
                """)
                == [
                    "\(yard.ids[0])|\(yard.ids[0])|\(yard.dead)|arn:aws:sqs:us-east-1:000000000000:\(yard.orders)|\(one)|1|Ordered for a test.|anonymous"
                ])
        #expect(try yard.house.rows("SELECT count(*) FROM message_bodies") == ["2"])
    }

    @Test func `is known by the id that it was sent under, whatever it was called later`() throws {
        let yard = try LetterYard()
        let control = yard.house.control()

        try yard.house.play { caller in
            let moved = try await control(RedriveMessages(queueName: "dead", messageIds: [yard.ids[0]])).moved
            try await caller.bury(from: "orders")
            _ = try await control(
                DiscardMessages(queueName: "dead", messageIds: moved.map(\.messageId), reason: "Twice."))
        }

        #expect(
            try yard.house.rows("SELECT sent_as, message_id = sent_as FROM message_discards")
                == ["\(yard.ids[0])|0"])
    }

    @Test(arguments: [CommitPoint.Side.before, .after])
    func `is there, or gone and on record, when the broker dies at the commit`(side: CommitPoint.Side) throws
    {
        let yard = try LetterYard()
        let control = yard.house.control()
        yard.house.witness.killAt(1, side)

        try yard.house.play { caller in
            await #expect(throws: ClientError.self) {
                try await control(
                    DiscardMessages(queueName: "dead", messageIds: [yard.ids[0]], reason: "Gone."))
            }
            try await caller.waitForTheNextLife(of: "dead")
        }

        guard side == .after else { return #expect(try yard.isUntouched()) }
        #expect(try yard.house.play { try await $0.counts("dead") } == [3, 0, 0])
        #expect(try yard.house.rows("SELECT message_id FROM message_discards") == [yard.ids[0]])
    }

    @Test func `stays when it is in flight or not there, and is named`() throws {
        let yard = try LetterYard()
        let control = yard.house.control()

        try yard.house.play { caller in
            _ = try await caller.receive("dead", limit: 1)
            let chosen = [yard.ids[0], "nobody's"]

            let answer = try await control(
                DiscardMessages(queueName: "dead", messageIds: chosen, reason: "Gone."))

            #expect(answer.discarded.isEmpty)
            #expect(answer.left == chosen)
            #expect(try await caller.counts("dead") == [3, 1, 0])
        }
    }

    @Test(arguments: [
        ("dead", " \n", "InvalidArgumentException"),
        ("dead", String(repeating: "x", count: 1_001), "InvalidArgumentException"),
        ("orders", "No dead letter.", "InvalidArgumentException"),
        ("nowhere", "No queue.", "ResourceNotFoundException"),
    ])
    func `is discarded from a dead-letter queue, and with a reason`(
        queue: String, reason: String, type: String
    ) throws {
        let yard = try LetterYard()
        let control = yard.house.control()

        try yard.house.play { _ in
            let error = await #expect(throws: ClientError.self) {
                try await control(
                    DiscardMessages(queueName: queue, messageIds: [yard.ids[0]], reason: reason))
            }
            #expect(error?.type == type)
        }

        #expect(try yard.isUntouched())
    }
}
