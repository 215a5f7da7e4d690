import Clockwork
import Testing

@testable import Stream

@Suite struct `The consumers of a stream` {
    private let stream = StreamARN(region: "us-east-1", account: "000000000000", name: "s")
    private let noon = Timestamp(seconds: 1_700_000_000)

    @Test func `have names of their own`() throws {
        var consumers = Consumers()
        let first = try consumers.register("reader", of: stream, now: noon)

        let error = #expect(throws: StreamFault.self) {
            try consumers.register("reader", of: stream, now: noon)
        }

        #expect(error?.type == "ResourceInUseException")
        #expect(consumers["reader"] == first && consumers.count == 1)
    }

    @Test func `are twenty at most`() throws {
        var consumers = Consumers()
        for number in 0..<20 { _ = try consumers.register("c\(number)", of: stream, now: noon) }

        let error = #expect(throws: StreamFault.self) { try consumers.register("x", of: stream, now: noon) }
        #expect(error?.type == "LimitExceededException")

        consumers.deregister("c7")
        _ = try consumers.register("x", of: stream, now: noon)
    }

    @Test func `are active once they are durable, and namesakes only by themselves`() throws {
        var consumers = Consumers()
        let old = try consumers.register("reader", of: stream, now: noon)
        #expect(consumers["reader"]?.isActive == false)

        consumers.deregister("reader")
        consumers.activate(old)
        #expect(consumers["reader"] == nil)
        let new = try consumers.register("reader", of: stream, now: noon + .seconds(1))
        consumers.activate(old)
        #expect(consumers["reader"]?.isActive == false)
        consumers.activate(new)
        #expect(consumers["reader"]?.isActive == true)
    }

    @Test func `have ARNs that say stream, name and second`() throws {
        let text = "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/r_-.:1700000000"

        let arn = try #require(ConsumerARN(text))

        #expect(arn == ConsumerARN(stream: stream, name: "r_-.", creationSecond: 1_700_000_000))
        #expect(arn.tail == "r_-.:1700000000" && arn.description == text)
    }

    @Test(arguments: [
        "", "arn:aws:kinesis:us-east-1:000000000000:stream/s",
        "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/r",
        "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/:1",
        "arn:aws:sqs:us-east-1:000000000000:stream/s/consumer/r:1",
        "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/r:-1",
        "arn:aws:kinesis:us-east-1:000000000000:stream/s/reader/r:1",
        "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/r:1/x",
    ])
    func `have no other ARNs`(text: String) {
        #expect(ConsumerARN(text) == nil)
    }
}

@Suite struct `A subscription` {
    private let seat = Subscriptions.Seat(
        consumer: ConsumerARN(
            stream: StreamARN(region: "us-east-1", account: "000000000000", name: "s"), name: "reader",
            creationSecond: 1_700_000_000), shard: 3)

    @Test func `is kept for five seconds and can be taken over then`() throws {
        var subscriptions = Subscriptions()
        let first = try subscriptions.take(seat, at: .seconds(100))

        let error = #expect(throws: StreamFault.self) { try subscriptions.take(seat, at: .seconds(104.9)) }
        #expect(error?.type == "ResourceInUseException")
        #expect(error?.message.contains("shardId-000000000003") == true)
        #expect(subscriptions.isHeld(first))

        let second = try subscriptions.take(seat, at: .seconds(105))
        #expect(!subscriptions.isHeld(first) && subscriptions.isHeld(second))
    }

    @Test func `stands in the way of no other shard and no other consumer`() throws {
        var subscriptions = Subscriptions()
        let first = try subscriptions.take(seat, at: .zero)
        let namesake = ConsumerARN(
            stream: seat.consumer.stream, name: "reader", creationSecond: 1_700_000_001)

        let others = [
            try subscriptions.take(Subscriptions.Seat(consumer: seat.consumer, shard: 4), at: .zero),
            try subscriptions.take(Subscriptions.Seat(consumer: namesake, shard: 3), at: .zero),
        ]

        for other in others { #expect(subscriptions.isHeld(other)) }
        #expect(subscriptions.isHeld(first))
    }

    @Test func `is forgotten once it has ended`() throws {
        var subscriptions = Subscriptions()
        let old = try subscriptions.take(seat, at: .zero)
        subscriptions.forgetEnded(at: .seconds(299))
        #expect(subscriptions.isHeld(old))

        subscriptions.forgetEnded(at: .seconds(300))

        #expect(!subscriptions.isHeld(old))
    }
}
