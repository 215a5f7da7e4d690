import Wire

/// A house with dead letters: `1`, `2` and `3`, which came from `orders`, and one that was sent straight to `dead`.
struct LetterYard {
    let house: QueueHouse
    let orders: String
    let dead: String
    /// The letters' ids, oldest first.
    let ids: [String]

    /// - Parameter suffix: `.fifo`, or nothing.
    init(_ suffix: String = "") throws {
        house = try QueueHouse()
        (orders, dead) = ("orders\(suffix)", "dead\(suffix)")
        ids = try house.play { [orders, dead] caller in
            try await caller.create(dead)
            let policy =
                #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:\#(dead)","maxReceiveCount":1}"#
            try await caller.create(orders, ["RedrivePolicy": policy])
            let group = suffix.isEmpty ? nil : "g"
            var ids: [String] = []
            for body in ["1", "2", "3"] {
                ids.append(try await caller.send(body, to: orders, group: group).messageId)
            }
            try await caller.bury(from: orders)
            ids.append(try await caller.send("straight", to: dead, group: group).messageId)
            return ids
        }
    }

    /// Whether letters of the yard lie where they lay, and nothing was written down about any.
    func isUntouched() throws -> Bool {
        let counts = try house.play { [orders, dead] in
            (try await $0.counts(orders), try await $0.counts(dead))
        }
        let records = try house.rows("SELECT 1 FROM message_edits UNION ALL SELECT 1 FROM message_discards")
        return counts == ([0, 0, 0], [4, 0, 0]) && records.isEmpty
    }
}

extension QueueCaller {
    /// Receives all that a queue has once too often.
    func bury(from queue: String) async throws {
        for _ in 0..<2 { _ = try await receive(queue, timeout: 0) }
    }

    /// Waits until a broker that has died lives again.
    func waitForTheNextLife(of queue: String) async throws {
        while (try? await counts(queue)) == nil { try await sleep(.milliseconds(100)) }
    }
}
