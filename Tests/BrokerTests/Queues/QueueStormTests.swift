import Clockwork
import Disk
import Testing
import Wire

@Suite struct `Memory and disk` {
    /// Several callers at once, commits that fail, deaths: whenever all is quiet, the tables add up, and a broker that
    /// starts from them tells the same as the one that wrote them.
    @Test(arguments: 0..<12 as Range<UInt64>)
    func `agree after every storm`(seed: UInt64) throws {
        let house = try QueueHouse(seed: seed)
        var random = SeededGenerator(seed: seed)
        try house.play { caller in
            try await caller.create("dead")
            try await caller.create("dead.fifo")
            for (queue, dead) in [("orders", "dead"), ("orders.fifo", "dead.fifo")] {
                let policy =
                    #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:\#(dead)","maxReceiveCount":2}"#
                try await caller.create(
                    queue,
                    ["RedrivePolicy": policy, "VisibilityTimeout": "2", "MessageRetentionPeriod": "300"])
            }
        }

        for _ in 0..<6 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: house.witness.failCommits(Int.random(in: 1...3, using: &random))
            case 1: house.witness.killAt(Int.random(in: 1...15, using: &random), .before)
            case 2: house.witness.killAt(Int.random(in: 1...15, using: &random), .after)
            default: break
            }
            let stormSeed = random.next()
            try house.play { await Self.storm(seed: stormSeed, by: $0) }
            house.witness.forget()
            try house.play { try await $0.sleep(.milliseconds(50)) }

            #expect(try house.rows(Self.discrepancies) == [])
            let before = try house.play { try await Self.counts($0) }
            try house.restart()
            let after = try house.play { try await Self.counts($0) }
            #expect(before == after)
        }
    }

    private static let queues = ["orders", "orders.fifo", "dead", "dead.fifo"]

    private static func counts(_ caller: QueueCaller) async throws -> [[Int]] {
        var counts: [[Int]] = []
        for queue in queues { counts.append(try await caller.counts(queue)) }
        return counts
    }

    private static func storm(seed: UInt64, by caller: QueueCaller) async {
        await withTaskGroup { group in
            for place in 0..<5 as Range<UInt64> {
                group.addTask {
                    var random = SeededGenerator(seed: seed &+ place)
                    for _ in 0..<12 { await step(&random, by: caller) }
                }
            }
        }
    }

    /// One deed of one caller. What fails, fails: only the outcome on disk counts.
    private static func step(_ random: inout SeededGenerator, by caller: QueueCaller) async {
        let queue = queues[Int.random(in: 0..<4, using: &random)]
        let group = queue.hasSuffix(".fifo") ? "g\(Int.random(in: 0..<3, using: &random))" : nil
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5:
            let delay = group == nil && Int.random(in: 0..<4, using: &random) == 0 ? 3 : nil
            let body = "m\(Int.random(in: 0..<40, using: &random))"
            _ = try? await caller.send(body, to: queue, group: group, delay: delay)
        case 5..<9:
            let timeout = [nil, 0, 1][Int.random(in: 0..<3, using: &random)]
            let wait = Int.random(in: 0..<2, using: &random)
            let messages = (try? await caller.receive(queue, limit: 3, timeout: timeout, wait: wait)) ?? []
            for message in messages {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: try? await caller.delete(message, from: queue)
                case 1:
                    try? await caller.hide(message, in: queue, seconds: Int.random(in: 0...3, using: &random))
                default: break
                }
            }
        case 9 where Int.random(in: 0..<6, using: &random) == 0:
            _ = try? await caller.client(PurgeQueue(queueUrl: queue))
        default: try? await caller.sleep(.milliseconds(Int.random(in: 0...2_500, using: &random)))
        }
    }

    /// What does not add up in the tables: nothing, if all is well.
    private static let discrepancies = """
        SELECT 'untouched of ' || name FROM queues q WHERE untouched <>
          (SELECT count(*) FROM messages WHERE visible_at IS NULL
            AND place BETWEEN (q.queue_id << 40 | q.purged_to) + 1 AND (q.queue_id << 40 | 1099511627775))
        UNION ALL SELECT 'next sequence of ' || name FROM queues q WHERE EXISTS
          (SELECT 1 FROM messages WHERE place >> 40 = q.queue_id AND place & 1099511627775 >= q.next_sequence)
        UNION ALL SELECT 'message without body' FROM messages WHERE place NOT IN (SELECT place FROM message_bodies)
        UNION ALL SELECT 'body without message' FROM message_bodies WHERE place NOT IN (SELECT place FROM messages)
        UNION ALL SELECT 'message twice' FROM messages GROUP BY message_id HAVING count(*) > 1
        UNION ALL SELECT 'count without receive' FROM messages
          WHERE (receive_count > 0) <> (first_received_at IS NOT NULL)
        """
}
