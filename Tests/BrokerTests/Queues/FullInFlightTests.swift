import GRDB
import Testing
import Wire

extension QueueHouse {
    /// Starts the broker again with as many messages in flight on its only queue as may be, for fifteen minutes.
    fileprivate func fillInFlight() throws {
        kill()
        let connection = try DatabaseQueue(path: "\(directory)/broker.db")
        try connection.write { db in
            try db.execute(
                sql: """
                    INSERT INTO messages (place, message_id, sender_id, sent_at, enqueued_at, visible_at, hidden_at,
                                          first_received_at, receive_count, group_id, deduplication_id)
                    WITH RECURSIVE numbers(number) AS
                      (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 120000)
                    SELECT queue_id << 40 | number, 'm' || number, 'test', created_at, created_at,
                           created_at + 900000000, created_at, created_at, 1,
                           CASE WHEN name LIKE '%.fifo' THEN 'g' || number END,
                           CASE WHEN name LIKE '%.fifo' THEN 'd' || number END
                    FROM queues, numbers
                    """)
            try db.execute(
                sql: """
                    INSERT INTO message_bodies (place, body, body_md5)
                    SELECT place, 'm', '6f8f57715090da2632453988d9a1501b' FROM messages
                    """)
            try db.execute(sql: "UPDATE queues SET next_sequence = 120001")
        }
        try connection.close()
        try start()
    }
}

/// Source: Amazon SQS Developer Guide, "Amazon SQS message quotas".
@Suite(.timeLimit(.minutes(2))) struct `With 120,000 messages in flight` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
    }

    @Test
    func `a standard queue says so to whoever asks at once, and lets wait who waits, until some show again`()
        throws
    {
        try house.play { try await $0.create("orders") }
        try house.fillInFlight()

        try house.play { caller in
            try await caller.send("another", to: "orders")
            #expect(try await caller.counts("orders") == [1, 120_000, 0])

            let error = await refusal { try await caller.receive("orders") }
            let (waited, took) = try await caller.timing { try await caller.receive("orders", wait: 3) }

            #expect(error?.type == "OverLimit")
            #expect(error?.status == 403)
            #expect(waited.isEmpty)
            #expect(took >= .seconds(3))
            try await caller.sleep(.seconds(900))
            #expect(try await caller.receive("orders").count == 10)
        }
    }

    @Test func `a FIFO queue hands out nothing without a word, until some show again`() throws {
        try house.play { try await $0.create("orders.fifo") }
        try house.fillInFlight()

        try house.play { caller in
            try await caller.send("another", to: "orders.fifo", group: "g")

            #expect(try await caller.receive("orders.fifo").isEmpty)
            #expect(try await caller.receive("orders.fifo", wait: 3).isEmpty)
            #expect(try await caller.counts("orders.fifo") == [1, 120_000, 0])
            try await caller.sleep(.seconds(900))
            #expect(try await caller.receive("orders.fifo").count == 10)
        }
    }
}
