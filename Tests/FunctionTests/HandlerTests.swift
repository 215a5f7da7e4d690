import Clockwork
import Testing
import Wire

@testable import Function

@Suite struct `The courier's handler` {
    /// A courier of the test's own.
    private final class Courier: Client, @unchecked Sendable {  // one task at a time
        typealias Service = CourierIntake

        var calls: [[AcceptedEvent]] = []
        var failsAtCall: Int?

        func callAsFunction<Op: Operation>(_ operation: Op) async throws -> Op.Output
        where Op.Service == CourierIntake {
            let events = (operation as! AcceptEvents).events
            calls.append(events)
            if calls.count == failsAtCall { throw ClientError.unknown(reason: "gone") }
            return AcceptEvents.Output(newEvents: events.count) as! Op.Output
        }
    }

    /// An event as the stream carries it.
    private static func event(_ number: Int) -> [UInt8] {
        Array(
            """
            {"specversion":"1.0","id":"W-\(number)_order-accepted_1","type":"order.accepted",\
            "subject":"W-\(number)","time":"2026-11-22T12:00:00.000Z","data":{"version":1},\
            "traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
            """.utf8)
    }

    private static func batch(_ payloads: [[UInt8]]) -> RecordBatch {
        RecordBatch(
            stream: "order-events", shardID: "shardId-0",
            records: payloads.enumerated().map { place, payload in
                StreamRecord(
                    sequenceNumber: "\(place)", approximateArrivalTimestamp: .noon, data: Blob(payload),
                    partitionKey: "k")
            })
    }

    @Test func `hands a batch over in one call, in order, byte for byte`() async throws {
        let courier = Courier()
        let payloads = (1...100).map(Self.event)

        let skipped = try await CourierHandler(courier: courier).handle(Self.batch(payloads))

        #expect(skipped.isEmpty)
        #expect(courier.calls.map(\.count) == [100])
        #expect(courier.calls[0].map(\.payload.bytes) == payloads)
        let first = courier.calls[0][0]
        #expect(first.eventId == "W-1_order-accepted_1" && first.orderNumber == "W-1")
        #expect(first.eventType == "order.accepted" && first.orderVersion == 1)
        #expect(first.traceparent == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    }

    @Test func `makes more than one call of more than the courier takes at once`() async throws {
        let courier = Courier()

        _ = try await CourierHandler(courier: courier)
            .handle(Self.batch((1...1_001).map { Self.event($0) }))

        #expect(courier.calls.map(\.count) == [500, 500, 1])
        #expect(courier.calls.flatMap(\.self).map(\.orderNumber) == (1...1_001).map { "W-\($0)" })
    }

    @Test func `fails when the courier does`() async {
        let courier = Courier()
        courier.failsAtCall = 2

        await #expect(throws: ClientError.self) {
            try await CourierHandler(courier: courier)
                .handle(Self.batch((1...501).map { Self.event($0) }))
        }
    }

    @Test func `leaves out what is no event of ours, and says why`() async throws {
        let courier = Courier()
        let strange =
            ["", "hello", "{}", #"{"specversion":"1.0","id":"a.b"}"#].map { Array($0.utf8) } + [[0xFF]]

        let skipped = try await CourierHandler(courier: courier)
            .handle(Self.batch([Self.event(1)] + strange))

        #expect(courier.calls.map(\.count) == [1])
        #expect(skipped.map(\.sequenceNumber) == ["1", "2", "3", "4", "5"])
        #expect(skipped.allSatisfy { !$0.reason.isEmpty })
    }
}

@Suite struct `A batch` {
    private static func record(_ bytes: Int) -> StreamRecord {
        StreamRecord(
            sequenceNumber: "1", approximateArrivalTimestamp: .noon,
            data: Blob(Array(repeating: 0, count: bytes)),
            partitionKey: "k")
    }

    @Test(arguments: [
        ([], []), ([1, 1, 1], [3]), ([74, 1, 75], [2, 1]), ([76, 1], [1, 1]), ([300, 1, 300], [1, 1, 1]),
    ])
    func `holds no more than an invocation can carry`(sizes: [Int], counts: [Int]) {
        let batches = RecordBatch.cut(sizes.map(Self.record), of: "s", in: "t", mostBytes: 104)

        #expect(batches.map(\.records.count) == counts)
    }
}

@Suite struct `A family of shards` {
    private static func shard(_ id: String, _ parents: String?...) -> ShardDescription {
        ShardDescription(
            shardId: id, parentShardId: parents.first ?? nil,
            adjacentParentShardId: parents.count > 1 ? parents[1] : nil,
            hashKeyRange: HashKeyRange(startingHashKey: "0", endingHashKey: "1"),
            sequenceNumberRange: SequenceNumberRange(startingSequenceNumber: "0"))
    }

    /// a is split into b and c, which are merged into d; e has a parent that the stream has forgotten.
    private let family = ShardFamily([
        shard("a"), shard("b", "a"), shard("c", "a"), shard("d", "b", "c"), shard("e", "z"),
    ])

    @Test(
        arguments: [
            ([], ["a", "e"]), (["a"], ["b", "c", "e"]), (["a", "b"], ["c", "e"]),
            (["a", "b", "c"], ["d", "e"]),
            (["a", "b", "c", "d", "e"], []),
        ] as [(Set<String>, [String])])
    func `lets children wait for both parents`(finished: Set<String>, readable: [String]) {
        #expect(family.readable(finished: finished, beingRead: []) == readable)
    }

    @Test func `lets a child wait while its forgotten parent is being read`() {
        #expect(family.readable(finished: ["a"], beingRead: ["z", "y"]) == ["b", "c"])
    }

    @Test func `knows which shards the stream has forgotten`() {
        #expect(family.forgotten(of: ["a", "x", "d", "y"]) == ["x", "y"])
    }
}
