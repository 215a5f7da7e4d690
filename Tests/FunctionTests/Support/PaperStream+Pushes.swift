import Clockwork
import Wire

/// Consumers and what is pushed to them, with Amazon's manners: a shard is one caller's for five seconds at least and five
/// minutes at most, and whoever hears nothing hears that every five seconds.
extension PaperStream: SubscribingClient {
    /// A caller who has a shard pushed. Lives on its world's one thread.
    final class Seat: @unchecked Sendable {
        let shardID: String
        let consumer: String
        let since: Duration
        var place: Int
        var signOfLife: Duration
        var isOver = false
        /// True once its connection has broken off.
        var isCut = false
        /// True once nothing comes through its connection any more, not even its end.
        var isMute = false

        init(shardID: String, consumer: String, since: Duration, place: Int) {
            self.shardID = shardID
            self.consumer = consumer
            self.since = since
            self.place = place
            signOfLife = since + .seconds(5)
        }
    }

    /// Breaks off every connection over which records are pushed.
    func cutPushes() {
        for seat in seats.values { seat.isCut = true }
        arrivals.ring()
    }

    /// Swallows what goes over every connection that there is.
    func mutePushes() {
        for seat in seats.values { seat.isMute = true }
    }

    func deregister() {
        consumer = nil
        arrivals.ring()
    }

    func register(_ request: RegisterStreamConsumer) throws -> RegisterStreamConsumer.Output {
        guard consumer == nil else { throw Self.refusal("ResourceInUseException") }
        registrations += 1
        consumer = "\(request.streamARN)/consumer/\(request.consumerName):\(registrations)"
        return RegisterStreamConsumer.Output(
            consumer: ConsumerSummary(
                consumerName: request.consumerName, consumerARN: consumer ?? "", consumerStatus: "CREATING",
                consumerCreationTimestamp: time.now))
    }

    func describe(_ request: DescribeStreamConsumer) throws -> DescribeStreamConsumer.Output {
        guard let consumer, consumer.contains("/consumer/\(request.consumerName ?? ""):") else {
            throw Self.refusal("ResourceNotFoundException")
        }
        let summary = ConsumerSummary(
            consumerName: request.consumerName ?? "", consumerARN: consumer,
            consumerStatus: consumerStatus, consumerCreationTimestamp: time.now)
        return DescribeStreamConsumer.Output(
            consumerDescription: ConsumerDescription(summary, streamARN: request.streamARN ?? ""))
    }

    func subscribe<Op: PushingOperation>(_ operation: Op) async throws -> EventSource<Op.Event>
    where Op.Service == Kinesis {
        try await hear(Op.name)
        guard let request = operation as? SubscribeToShard else {
            throw Self.refusal("UnknownOperationException")
        }
        let seat = try sit(request)
        return { [self] in try await next(for: seat) as! Op.Event? }
    }

    private func sit(_ request: SubscribeToShard) throws -> Seat {
        guard request.consumerARN == consumer, let shard = shard(request.shardId), !shard.isForgotten else {
            throw Self.refusal("ResourceNotFoundException")
        }
        let place = try place(request.startingPosition.type, request.startingPosition.sequenceNumber)
        if let last = seats[request.shardId], time.uptime - last.since < .seconds(5) {
            throw Self.refusal("ResourceInUseException")
        }
        let seat = Seat(
            shardID: request.shardId, consumer: request.consumerARN, since: time.uptime, place: place)
        seats[request.shardId] = seat
        arrivals.ring()
        return seat
    }

    private func next(for seat: Seat) async throws -> SubscribeToShard.Event? {
        let end = seat.since + .seconds(300)
        while true {
            try Task.checkCancellation()
            if seat.isMute {
                try await time.sleep(for: .seconds(3_600))
                continue
            }
            if seat.isCut { throw ClientError.unknown(reason: "the connection broke off") }
            if seats[seat.shardID] !== seat { throw Self.refusal("ResourceInUseException") }
            if seat.consumer != consumer { throw Self.refusal("ResourceNotFoundException") }
            if seat.isOver || time.uptime >= end { return nil }
            if let event = event(for: seat) { return event }
            await arrivals.heard(within: min(seat.signOfLife, end) - time.uptime, by: time)
        }
    }

    /// What is there for a caller; nil when that is nothing.
    private func event(for seat: Seat) -> SubscribeToShard.Event? {
        guard let shard = shard(seat.shardID) else { return nil }
        let left = shard.records.dropFirst(max(0, seat.place - shard.expired))
        guard !left.isEmpty || shard.isClosed || time.uptime >= seat.signOfLife else { return nil }
        seat.place = max(seat.place, shard.expired) + left.count
        seat.signOfLife = time.uptime + .seconds(5)
        seat.isOver = shard.isClosed
        return SubscribeToShard.Event(
            records: Array(left), continuationSequenceNumber: "\(seat.place)", millisBehindLatest: 0,
            childShards: shard.isClosed ? [] : nil)
    }
}
