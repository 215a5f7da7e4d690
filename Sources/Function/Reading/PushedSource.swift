import Clockwork
import Wire

/// Has a shard's records pushed.
///
/// A subscription lives for five minutes at most. After its end, and after any break, the next one begins at the
/// checkpoint again, so that what expired meanwhile does not pass unnoticed.
struct PushedSource: RecordSource {
    private let shardID: String
    /// The ARN of the consumer to which the records are pushed.
    private let consumer: String
    private let kinesis: any SubscribingClient<Kinesis>
    private let time: any TimeSource
    private let stop: StopSignal
    /// What the subscription tells; nil where there is none.
    private var events: EventSource<SubscribeToShard.Event>?

    init(
        of shardID: String, to consumer: String, kinesis: any SubscribingClient<Kinesis>,
        time: any TimeSource, until stop: StopSignal
    ) {
        self.shardID = shardID
        self.consumer = consumer
        self.kinesis = kinesis
        self.time = time
        self.stop = stop
    }

    mutating func read(from checkpoint: String?) async throws -> ShardReading? {
        let known = events
        events = nil  // of a subscription that fails, nothing is left
        let source: EventSource<SubscribeToShard.Event>
        if let known { source = known } else { source = try await subscribe(from: checkpoint) }
        guard let event = try await next(of: source) else { return nil }
        events = source
        return ShardReading(
            records: event.records, beginsAnew: known == nil, millisBehindLatest: event.millisBehindLatest,
            isEnd: event.childShards != nil)
    }

    private func subscribe(from checkpoint: String?) async throws -> EventSource<SubscribeToShard.Event> {
        let place = SubscribeToShard.StartingPosition(
            type: checkpoint == nil ? "TRIM_HORIZON" : "AT_SEQUENCE_NUMBER", sequenceNumber: checkpoint)
        do {
            return try await kinesis.subscribe(
                SubscribeToShard(consumerARN: consumer, shardId: shardID, startingPosition: place))
        } catch let error as ClientError
            where error.type == "InvalidArgumentException" && checkpoint != nil
        {
            throw UnknownCheckpoint(reason: error)
        }
    }

    /// Waits for an event.
    ///
    /// - Returns: Nil when the subscription has ended, or the reader is to.
    private func next(
        of events: @escaping EventSource<SubscribeToShard.Event>
    ) async throws -> SubscribeToShard.Event? {
        try await withThrowingTaskGroup { [stop, time] group in
            group.addTask { try await events() }
            group.addTask {
                await stop.bell.heard()
                return nil
            }
            group.addTask {
                try await time.sleep(for: Self.longestSilence)
                throw ClientError.unknown(reason: "nothing was pushed for \(Self.longestSilence)")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// After which a connection counts as broken: a server gives a sign of life about every five seconds.
    private static let longestSilence = Duration.seconds(15)
}
