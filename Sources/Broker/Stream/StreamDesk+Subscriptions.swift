import Clockwork
import Stream
import Synchronization
import Wire

/// Pushing records to consumers: a subscription reads on when a commit wakes it, and never on a timer.
extension StreamDesk {
    func subscribe(_ request: SubscribeToShard, for caller: Caller) throws
        -> EventSource<SubscribeToShard.Event>
    {
        var constraints = Constraints()
        constraints.length(of: request.consumerARN, in: 1...2_048, at: "consumerARN")
        constraints.length(of: request.shardId, in: 1...128, at: "shardId")
        let position = request.startingPosition
        constraints.iteratorType(position.type, at: "startingPosition.type")
        constraints.decimal(position.sequenceNumber, mostDigits: 129, at: "startingPosition.sequenceNumber")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let arn = try consumerARN(request.consumerARN)
        let shard = try WireError.mapping { () throws(StreamFault) in
            try Shard.number(in: request.shardId, stream: arn.stream.name, account: settings.account)
        }
        let (open, consumer) = try find(arn, for: caller, action: "kinesis:\(SubscribeToShard.name)")
        guard consumer.isActive else {
            throw WireError(
                "ResourceInUseException",
                "Consumer \(consumer.name) is not ACTIVE, instead in state CREATING.")
        }
        let place = try startingPlace(
            in: open, shard: shard, type: position.type, sequenceNumber: position.sequenceNumber,
            moment: position.timestamp, now: surroundings.now)
        if request.dryRun == true { throw WireError.dryRun }
        let uptime = surroundings.time.uptime
        let ticket = try WireError.mapping { () throws(StreamFault) in
            try subscriptions.withLock { subscriptions throws(StreamFault) in
                subscriptions.forgetEnded(at: uptime)
                return try subscriptions.take(Subscriptions.Seat(consumer: arn, shard: shard), at: uptime)
            }
        }
        let stream = StreamName(region: caller.region, name: open.stream.name)
        let subscription = Subscription(
            stream: stream, streamCreation: open.stream.createdAt, ticket: ticket, place: place,
            isThrottled: settings.throttles)
        watch.wakeAll(watching: stream)  // whoever sat there before sees that he no longer does
        return { [self] in try await next(of: subscription) }
    }

    /// The next event of a subscription; nil when it has ended.
    private func next(of subscription: Subscription) async throws -> SubscribeToShard.Event? {
        let time = surroundings.time
        while true {
            try Task.checkCancellation()
            let progress = subscription.progress
            guard !progress.isOver, time.uptime < subscription.end, !isStopping.load(ordering: .relaxed)
            else {
                return nil
            }
            let watcher = RecordWatch.Watcher(
                stream: subscription.stream,
                places: [.init(position: 0, shard: subscription.shard, place: progress.place)])
            // First take a place among the watchers, then look: what is published in between wakes us.
            let id = watch.add(watcher)
            defer { watch.remove(id) }
            let open = try open(for: subscription)
            let pause = subscription.pause(at: time.uptime)
            if pause == .zero, !watcher.ready(in: open).isEmpty,
                let event = try event(for: subscription, from: open)
            {
                return event
            }
            let wakeUp = pause > .zero ? time.uptime + pause : subscription.progress.signOfLife
            let patience = min(wakeUp, subscription.end) - time.uptime
            if patience > .zero { await watch.wait(as: id, atMost: patience, time: time) }
            if pause == .zero, time.uptime >= subscription.progress.signOfLife {
                return try signOfLife(for: subscription)
            }
        }
    }

    /// The stream of a subscription, as long as everything that it rests on is there.
    ///
    /// - Throws: What the caller hears as the last.
    private func open(for subscription: Subscription) throws(WireError) -> OpenStream {
        let consumer = subscription.ticket.seat.consumer
        let open = try open(subscription.stream)
        guard open.stream.createdAt == subscription.streamCreation else {
            throw notFound(subscription.stream)
        }
        guard open.consumers[consumer.name]?.createdAt.seconds == consumer.creationSecond else {
            throw noConsumer(consumer.name)
        }
        guard subscriptions.withLock({ $0.isHeld(subscription.ticket) }) else {
            throw WireError(
                "ResourceInUseException",
                "Another caller has subscribed to \(Shard.id(of: subscription.shard)) as consumer \(consumer.name)."
            )
        }
        return open
    }

    /// What lies behind the place that the caller has come to; nil when all of it has expired.
    private func event(
        for subscription: Subscription, from open: OpenStream
    ) throws -> SubscribeToShard.Event? {
        let now = surroundings.now
        let reading = try read(
            on: subscription.progress.place, shard: subscription.shard, of: open, limit: 10_000,
            bytes: Self.mostPushed,
            now: now)
        guard !reading.records.isEmpty || reading.isEnd else {
            subscription.skip(to: reading.next)
            return nil
        }
        subscription.move(
            to: reading.next, at: surroundings.time.uptime, bytes: reading.bytes, isOver: reading.isEnd)
        return SubscribeToShard.Event(
            records: reading.records,
            continuationSequenceNumber: Self.continuation(
                behind: reading.next, shard: open.committed.shards[subscription.shard], now: now),
            millisBehindLatest: reading.millisBehindLatest, childShards: reading.childShards)
    }

    /// An event without records: the caller hears that he still hears, and where he would go on.
    private func signOfLife(for subscription: Subscription) throws -> SubscribeToShard.Event {
        let open = try open(for: subscription)
        let place = subscription.progress.place
        subscription.move(to: place, at: surroundings.time.uptime)
        return SubscribeToShard.Event(
            records: [],
            continuationSequenceNumber: Self.continuation(
                behind: place, shard: open.committed.shards[subscription.shard], now: surroundings.now),
            millisBehindLatest: 0)
    }

    /// A number behind the last record told and before the next one, whichever way it is used: the last one's counter
    /// with a later second. It moves on while nothing comes, so that whoever keeps it does not fall behind retention.
    private static func continuation(behind place: ReadingPlace, shard: Shard, now: Timestamp) -> String {
        let isAhead = place.isInclusive && place.counter > shard.lastCounter
        let second = max(now.seconds, shard.lastArrival.seconds + 1)
        return shard.sequenceNumber(
            counter: isAhead ? place.counter - 1 : place.counter, arrival: Timestamp(seconds: second)
        ).description
    }

    /// Bytes of records in one event, unless a single one has more.
    private static let mostPushed = 1 << 20
}
