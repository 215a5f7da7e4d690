import Clockwork
import Stream
import Testing

private let noon = Timestamp(seconds: 1_700_000_000)
private let day = Duration.seconds(86_400)

@Suite struct `A stream's retention` {
    @Test func `lets records go when they are older`() {
        #expect(Retention().horizon(now: noon) == noon - day)
        #expect(Retention(hours: 48).horizon(now: noon) == noon - day * 2)
    }

    @Test func `lets go at once when it is shortened`() throws {
        var retention = Retention(hours: 72)

        try retention.decrease(to: 24, of: "s", now: noon)

        #expect(retention.horizon(now: noon) == noon - day)
    }

    @Test func `brings nothing back when it is lengthened`() throws {
        var retention = Retention(hours: 72)

        try retention.decrease(to: 24, of: "s", now: noon)
        try retention.increase(to: 72, of: "s", now: noon + .seconds(60))

        let gone = noon + .seconds(60) - day
        #expect(retention.horizon(now: noon + .seconds(60)) == gone)
        #expect(retention.horizon(now: noon + day) == gone)
        #expect(retention.horizon(now: noon + day * 3) == noon)
    }

    @Test func `is not changed to itself`() throws {
        var retention = Retention()

        try retention.increase(to: 24, of: "s", now: noon)
        try retention.decrease(to: 24, of: "s", now: noon)

        #expect(retention == Retention())
    }

    @Test(arguments: [23, 8_761, 0, -1])
    func `is 24 to 8,760 hours`(hours: Int) {
        var retention = Retention(hours: 100)

        #expect(throws: StreamFault.self) { try retention.increase(to: hours, of: "s", now: noon) }
        #expect(throws: StreamFault.self) { try retention.decrease(to: hours, of: "s", now: noon) }
    }
}

@Suite struct `A stream's settings` {
    @Test func `lose what only an on-demand stream has with that mode`() throws {
        var settings = StreamSettings(mode: .onDemand)
        try settings.warm(to: 10, isCommitted: true, of: "s")
        try settings.distribute(by: .auto, of: "s")

        settings.change(to: .provisioned)

        #expect(settings == StreamSettings())
    }

    @Test func `tell metrics by Amazon's names in its order`() {
        var settings = StreamSettings()
        settings.metrics = ShardMetric.named(["OutgoingBytes", "IncomingBytes", "tea"])

        #expect(settings.metricNames == ["IncomingBytes", "OutgoingBytes"])
        #expect(ShardMetric.named(["ALL"]).count == 7)
    }

    @Test func `count calls by the day, each kind alone, and write them down`() throws {
        var calls = RecentCalls()
        for number in 0..<10 {
            try calls.count(.shardCount, on: "s", now: noon + .seconds(number))
        }
        try calls.count(.mode, on: "s", now: noon)

        #expect(throws: StreamFault.self) {
            try calls.count(.shardCount, on: "s", now: noon + day - .seconds(1))
        }
        #expect(RecentCalls(calls.description) == calls)
        #expect(RecentCalls("tea 1") == nil && RecentCalls("") == RecentCalls())
        try calls.count(.shardCount, on: "s", now: noon + day)
    }
}

@Suite struct `A commitment to throughput` {
    @Test func `lasts for a day at least`() {
        var commitment = BillingCommitment()
        commitment.enable(now: noon)
        commitment.disable(now: noon + .seconds(60))

        #expect(commitment.status(now: noon + .seconds(60)) == .ending)
        #expect(commitment.status(now: noon + day) == .disabled)
        #expect(commitment.endedAt == noon + day && commitment.startedAt == noon)
    }

    @Test func `is kept when it is taken up again before its end, and begins anew after it`() {
        var commitment = BillingCommitment()
        commitment.enable(now: noon)
        commitment.disable(now: noon)
        commitment.enable(now: noon + .seconds(60))
        #expect(commitment.status(now: noon + day * 2) == .enabled && commitment.startedAt == noon)

        commitment.disable(now: noon + day * 2)
        commitment.enable(now: noon + day * 3)
        #expect(commitment.startedAt == noon + day * 3 && commitment.endedAt == nil)
    }
}

@Suite struct `What tags and policies belong to` {
    static let stream = "arn:aws:kinesis:us-east-1:000000000000:stream/s"

    @Test(
        arguments: [(stream, nil), ("\(stream)/consumer/c:1700000000", "c:1700000000")] as [(String, String?)]
    )
    func `is a stream or a consumer`(text: String, consumer: String?) throws {
        let arn = try #require(ResourceARN(text))

        #expect(arn.stream.name == "s" && arn.consumer == consumer && arn.description == text)
    }

    @Test(arguments: [
        "", "s", "\(stream)/", "\(stream)/consumer", "\(stream)/consumer/", "\(stream)/tea/c:1",
        "arn:aws:sqs:us-east-1:000000000000:stream/s",
    ])
    func `is nothing else`(text: String) {
        #expect(ResourceARN(text) == nil)
    }

    @Test func `is allowed to others by the actions of its kind`() throws {
        let consumer = try #require(ResourceARN("\(Self.stream)/consumer/c:1"))
        let policy = """
            {"Version": "2012-10-17", "Id": {"Statement": {}}, "Statement":
              {"Action": ["kinesis:SubscribeToShard", "kinesis:PutRecord"], "Resource": "\(consumer)"}}
            """

        var told = ""
        do { try ResourcePolicy.check(policy, for: consumer) } catch { told = error.message }

        #expect(
            told
                == """
                Policy validation error: Resource policy contains invalid statement at line 2, column 3: The following \
                action names are invalid: "kinesis:PutRecord"
                """)
        try ResourcePolicy.check(
            policy.replacing(#", "kinesis:PutRecord""#, with: ""), for: consumer)
    }
}
