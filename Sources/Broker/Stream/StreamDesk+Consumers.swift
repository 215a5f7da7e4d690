import Clockwork
import Disk
import Stream
import Synchronization
import Wire

/// Registering consumers, and telling of them.
extension StreamDesk {
    func register(_ request: RegisterStreamConsumer, for caller: Caller) async throws
        -> RegisterStreamConsumer.Output
    {
        var constraints = Constraints()
        constraints.stream(named: nil, arn: request.streamARN)
        constraints.streamName(request.consumerName, at: "consumerName")
        constraints.tags(request.tags?.entries)
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(nil, request.streamARN, caller)
        let (arn, now) = (arn(of: name), surroundings.now)
        let (ticket, consumer) = try streams.withLock { streams in
            try commit.acceptMore()
            guard var open = streams.open[name], let key = open.key else { throw notFound(name) }
            guard open.status.takesRecords else {
                throw notActive(name, open.status)
            }
            let tags = request.tags?.entries ?? []
            let (consumer, known) = try WireError.mapping { () throws(StreamFault) in
                let known = try StreamTags.adding(tags, to: [:], of: name.name, account: settings.account)
                return (try open.consumers.register(request.consumerName, of: arn, now: now), known)
            }
            streams.open[name] = open
            let resource = ResourceARN(Self.arn(of: consumer, arn))
            streams.tags[resource] = known
            let ticket = commit.enqueue { db in
                try StreamStore.insert(consumer, ofStream: key, in: db)
                try StreamStore.tag(resource, with: tags, in: db)
            }
            return (ticket, consumer)
        }
        try await ticket.durable()
        streams.withLock { $0.open[name]?.consumers.activate(consumer) }
        return RegisterStreamConsumer.Output(consumer: Self.summary(of: consumer, arn))
    }

    func describe(_ request: DescribeStreamConsumer, for caller: Caller) throws
        -> DescribeStreamConsumer.Output
    {
        let (open, consumer) = try find(request, for: caller)
        let arn = arn(of: StreamName(region: caller.region, name: open.stream.name))
        return DescribeStreamConsumer.Output(
            consumerDescription: ConsumerDescription(
                Self.summary(of: consumer, arn), streamARN: arn.description))
    }

    func list(_ request: ListStreamConsumers, for caller: Caller) throws -> ListStreamConsumers.Output {
        var constraints = Constraints()
        constraints.stream(named: nil, arn: request.streamARN)
        constraints.value(request.maxResults, in: 1...10_000, at: "maxResults")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(nil, request.streamARN, caller)
        let open = try open(name)
        if let created = request.streamCreationTimestamp, created.seconds != open.stream.createdAt.seconds {
            throw notFound(name)
        }
        let rest = open.consumers.sorted.filter { $0.name > request.nextToken ?? "" }
        let page = rest.prefix(min(request.maxResults ?? 100, 100))
        return ListStreamConsumers.Output(
            consumers: page.map { Self.summary(of: $0, arn(of: name)) },
            nextToken: page.count < rest.count ? page.last?.name : nil)
    }

    func deregister(_ request: DeregisterStreamConsumer, for caller: Caller) async throws -> NoOutput {
        let (found, consumer) = try find(request, for: caller)
        let name = StreamName(region: caller.region, name: found.stream.name)
        let ticket = try streams.withLock { streams in
            try commit.accept()
            guard let key = streams.open[name]?.key,
                streams.open[name]?.consumers[consumer.name]?.createdAt == consumer.createdAt
            else { throw noConsumer(consumer.name) }
            streams.open[name]?.consumers.deregister(consumer.name)
            let resource = ResourceARN(Self.arn(of: consumer, arn(of: name)))
            streams.tags[resource] = nil
            return commit.enqueue { db in
                try StreamStore.deleteConsumer(named: consumer.name, ofStream: key, in: db)
                try StreamStore.forget(resource, in: db)
            }
        }
        try await ticket.durable()
        watch.wakeAll(watching: name)  // its subscriptions see that it has gone
        return NoOutput()
    }

    // MARK: Finding

    /// The consumer that an operation means, which the caller's policy has to allow.
    ///
    /// - Throws: `InvalidArgumentException` when the request names none, or two; `ResourceNotFoundException`.
    private func find<Op: ConsumerOperation>(
        _ request: Op, for caller: Caller
    ) throws -> (OpenStream, Consumer) {
        var constraints = Constraints()
        constraints.stream(named: nil, arn: request.streamARN)
        constraints.streamName(request.consumerName, at: "consumerName")
        constraints.length(of: request.consumerARN, in: 1...2_048, at: "consumerARN")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let consumer: ConsumerARN
        if let text = request.consumerARN {
            consumer = try consumerARN(text)
            guard request.consumerName.map({ $0 == consumer.name }) ?? true,
                request.streamARN.map({ $0 == consumer.stream.description }) ?? true
            else {
                throw WireError("InvalidArgumentException", "The request names two different consumers.")
            }
        } else if let streamARN = request.streamARN, let name = request.consumerName {
            let stream = try streamName(nil, streamARN, caller)
            guard let known = try open(stream).consumers[name] else { throw noConsumer(name) }
            consumer = Self.arn(of: known, arn(of: stream))
        } else {
            throw WireError(
                "InvalidArgumentException",
                "Either ConsumerARN or both StreamARN and ConsumerName should be provided.")
        }
        return try find(consumer, for: caller, action: "kinesis:\(Op.name)")
    }

    /// The consumer of an ARN, which the caller's policy has to allow for an action.
    func find(
        _ consumer: ConsumerARN, for caller: Caller, action: String
    ) throws(WireError) -> (OpenStream, Consumer) {
        try caller.require(action, on: .consumer(consumer.tail, ofStream: consumer.stream.name))
        let open = try open(try streamName(nil, consumer.stream.description, caller))
        guard let known = open.consumers[consumer.name],
            known.createdAt.seconds == consumer.creationSecond
        else { throw noConsumer(consumer.name) }
        return (open, known)
    }

    func consumerARN(_ text: String) throws(WireError) -> ConsumerARN {
        guard let arn = ConsumerARN(text) else {
            throw WireError(
                "ValidationException",
                """
                1 validation error detected: Value '\(text)' at 'consumerARN' failed to satisfy constraint: Member must \
                satisfy regular expression pattern: \
                ^(arn):aws.*:kinesis:.*:\\d{12}:.*stream\\/[a-zA-Z0-9_.-]+\\/consumer\\/[a-zA-Z0-9_.-]+:[0-9]+
                """)
        }
        return arn
    }

    func noConsumer(_ name: String) -> WireError {
        WireError(
            "ResourceNotFoundException", "Consumer \(name), account \(settings.account) not found.")
    }

    private static func arn(of consumer: Consumer, _ stream: StreamARN) -> ConsumerARN {
        ConsumerARN(stream: stream, name: consumer.name, creationSecond: consumer.createdAt.seconds)
    }

    private static func summary(of consumer: Consumer, _ stream: StreamARN) -> ConsumerSummary {
        ConsumerSummary(
            consumerName: consumer.name, consumerARN: arn(of: consumer, stream).description,
            consumerStatus: consumer.isActive ? "ACTIVE" : "CREATING",
            consumerCreationTimestamp: Timestamp(seconds: consumer.createdAt.seconds))
    }
}
