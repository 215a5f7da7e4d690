import Clockwork
import Disk
import Testing
import Wire

@Suite(.timeLimit(.minutes(5))) struct `A dead letter that was chosen` {
    private func yard(_ suffix: String = "") throws -> (house: QueueHouse, ids: [String]) {
        let yard = try LetterYard(suffix)
        return (yard.house, yard.ids)
    }

    @Test(arguments: ["", ".fifo"])
    func `goes back under a new id, and leaves the others`(suffix: String) throws {
        let (house, ids) = try yard(suffix)
        let control = house.control()

        try house.play { caller in
            let answer = try await control(
                RedriveMessages(queueName: "dead\(suffix)", messageIds: [ids[2], ids[0]]))

            let received = try await caller.receive("orders\(suffix)")
            #expect(received.map(\.body) == ["1", "3"])
            #expect(answer.moved.map(\.formerMessageId) == [ids[0], ids[2]])
            #expect(answer.moved.map(\.messageId) == received.map(\.messageId))
            #expect(Set(answer.moved.map(\.queueName)) == ["orders\(suffix)"])
            #expect(answer.left.isEmpty)
            #expect(try await caller.counts("dead\(suffix)") == [2, 0, 0])
        }
    }

    @Test func `stays when it is in flight, has no origin, or is not there, and is named`() throws {
        let (house, ids) = try yard()
        let control = house.control()

        try house.play { caller in
            _ = try await caller.receive("dead", limit: 1)
            let chosen = [ids[0], ids[3], "nobody's"]

            let answer = try await control(RedriveMessages(queueName: "dead", messageIds: chosen))

            #expect(answer.moved.isEmpty)
            #expect(answer.left == chosen)
            #expect(try await caller.counts("orders") == [0, 0, 0])
        }
    }

    @Test(arguments: [CommitPoint.Side.before, .after])
    func `is in one of its two queues when the broker dies at the commit`(side: CommitPoint.Side) throws {
        let (house, ids) = try yard()
        let control = house.control()
        house.witness.killAt(1, side)

        try house.play { caller in
            await #expect(throws: ClientError.self) {
                try await control(RedriveMessages(queueName: "dead", messageIds: [ids[0]]))
            }
            try await caller.waitForTheNextLife(of: "dead")

            let isMoved = side == .after
            #expect(try await caller.counts("orders") == [isMoved ? 1 : 0, 0, 0])
            #expect(try await caller.counts("dead") == [isMoved ? 3 : 4, 0, 0])
        }
        #expect(
            try house.rows("SELECT former_message_id FROM message_moves") == (side == .after ? [ids[0]] : []))
    }

    @Test func `waits for a move task that runs to end`() throws {
        let (house, ids) = try yard()
        let control = house.control()

        try house.play { caller in
            _ = try await caller.client(
                StartMessageMoveTask(
                    sourceArn: "arn:aws:sqs:us-east-1:000000000000:dead", maxNumberOfMessagesPerSecond: 1))

            let error = await #expect(throws: ClientError.self) {
                try await control(RedriveMessages(queueName: "dead", messageIds: [ids[2]]))
            }
            #expect(error?.type == "ResourceInUseException")
        }
    }

    @Test(arguments: [0, 101])
    func `is one of a hundred at most`(count: Int) throws {
        let (house, _) = try yard()
        let control = house.control()

        try house.play { _ in
            let ids = [String](repeating: "id", count: count)
            let error = await #expect(throws: ClientError.self) {
                try await control(RedriveMessages(queueName: "dead", messageIds: ids))
            }
            #expect(error?.type == "InvalidArgumentException")
        }
    }
}
