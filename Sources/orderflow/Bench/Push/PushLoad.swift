import Clockwork
import Outages
import Wire

/// Records that are put singly, and subscriptions that hear them.
struct PushLoad {
    private static let stream = "bench"
    private static let shards = 4

    var port: Int
    /// Records in a second.
    var rate: Int
    var count: Int
    var bytes: Int
    var connections: Int

    /// - Returns: How the puts went, and when each record came, by its number.
    /// - Throws: ``LoadError`` unless every record comes exactly once.
    func measure() async throws -> (exchanges: [PacedExchange], arrivals: [ContinuousClock.Instant]) {
        let credentials = KeyRing.house[.developer].credentials
        return try await NetworkTransport.withHTTPClient { http in
            let client = SigningClient(
                Kinesis.self, over: NetworkTransport(endpoint: "http://127.0.0.1:\(port)", http: http),
                credentials: credentials, surroundings: .system(), retries: .never)
            let subscriptions = try await subscribe(client)
            let watch = PushWatch(count: count)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                for events in subscriptions {
                    group.addTask {
                        while let event = try await events() { try watch.heard(event.records) }
                    }
                }
                let load = Load(host: "127.0.0.1", port: port, credentials: credentials)
                let exchanges = try await load.pace(
                    Schedule(rate: rate, count: count), connections: connections
                ) { [bytes] number in
                    try load.request(
                        PutRecord(
                            streamName: Self.stream, data: PushWatch.data(number, bytes: bytes),
                            partitionKey: "key-\(number)"))
                }
                let arrivals = try await watch.all()
                group.cancelAll()
                return (exchanges, arrivals)
            }
        }
    }

    /// Makes the stream and its consumer. - Returns: What gives each shard's events.
    private func subscribe(
        _ client: some SubscribingClient<Kinesis>
    ) async throws -> [EventSource<SubscribeToShard.Event>] {
        _ = try await client(CreateStream(streamName: Self.stream, shardCount: Self.shards))
        let summary = try await client(DescribeStreamSummary(streamName: Self.stream))
        let consumer = try await client(
            RegisterStreamConsumer(
                streamARN: summary.streamDescriptionSummary.streamARN, consumerName: "bench")
        ).consumer.consumerARN
        var subscriptions: [EventSource<SubscribeToShard.Event>] = []
        for shard in 0..<Self.shards {
            subscriptions.append(
                try await client.subscribe(
                    SubscribeToShard(
                        consumerARN: consumer, shardId: "\(shard)",
                        startingPosition: .init(type: "TRIM_HORIZON"))))
        }
        return subscriptions
    }
}
