import GRDB
import Testing
import Wire

extension QueueHouse {
    /// Starts the broker again with 40 messages of a noisy tenant in flight on its only queue, and a backlog of his.
    fileprivate func makeBacklog(of count: Int) throws {
        kill()
        let connection = try DatabaseQueue(path: "\(directory)/broker.db")
        try connection.write { db in
            try db.execute(
                sql: """
                    INSERT INTO messages (place, message_id, sender_id, sent_at, enqueued_at, visible_at, hidden_at,
                                          receive_count, group_id)
                    WITH RECURSIVE numbers(number) AS
                      (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 40 + ?)
                    SELECT queue_id << 40 | number, 'm' || number, 'test', created_at, created_at,
                           iif(number <= 40, created_at + 900000000, NULL), iif(number <= 40, created_at, NULL),
                           number <= 40, 'noisy'
                    FROM queues, numbers
                    """, arguments: [count])
            try db.execute(
                sql: """
                    INSERT INTO message_bodies (place, body, body_md5)
                    SELECT place, 'noisy', '5f2bc8db49c998db9503b97f3c005f25' FROM messages
                    """)
            try db.execute(
                sql: "UPDATE queues SET next_sequence = ?, untouched = ?", arguments: [41 + count, count])
        }
        try connection.close()
        try start()
    }
}

@Suite struct `A quiet tenant's message, behind 30,000 of a noisy one` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
        try house.play { try await $0.create("orders") }
        try house.makeBacklog(of: 30_000)
    }

    /// The bodies of one receive after the other, until `body` is the first of one.
    private func receive(until body: String) throws -> [[String]] {
        try house.play { caller in
            var batches: [[String]] = []
            while batches.count < 10, batches.last?.first != body {
                batches.append(try await caller.receive("orders", timeout: 600).map(\.body))
            }
            return batches
        }
    }

    @Test func `is handed out after seven looks of 4,096 places, and the next one at once`() throws {
        try house.play { try await $0.send("quiet", to: "orders", group: "b") }
        let first = try receive(until: "quiet")
        try house.play { try await $0.send("quiet too", to: "orders", group: "c") }
        let second = try receive(until: "quiet too")

        #expect(first.map(\.first) == Array(repeating: "noisy", count: 6) + ["quiet"])
        #expect(first.allSatisfy { $0.count == 10 })
        #expect(second.map(\.first) == ["quiet too"])
    }

    @Test func `is found again by a broker that died on the way`() throws {
        try house.play { caller in
            try await caller.send("quiet", to: "orders", group: "b")
            for _ in 0..<3 { _ = try await caller.receive("orders", timeout: 600) }
        }
        try house.restart()

        #expect(try receive(until: "quiet").count == 7)
    }

    @Test func `is gone for good once it is deleted, and counted as little as any other`() throws {
        try house.play { caller in
            for number in 0..<20 { try await caller.send("quiet \(number)", to: "orders", group: "b") }
        }
        _ = try receive(until: "quiet 0")
        try house.play { caller in
            for message in try await caller.receive("orders") {
                try await caller.delete(message, from: "orders")
            }
            #expect(try await caller.counts("orders") == [29_940, 110, 0])
        }

        #expect(
            try house.rows("SELECT untouched FROM queues")
                == house.rows("SELECT count(*) FROM messages WHERE visible_at IS NULL"))
    }
}
