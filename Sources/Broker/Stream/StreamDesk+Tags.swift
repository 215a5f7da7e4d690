import Clockwork
import Disk
import Stream
import Synchronization
import Wire

/// Tags of streams and consumers, in one store whichever operations are used.
extension StreamDesk {
    func tag(_ request: AddTagsToStream, for caller: Caller) async throws -> NoOutput {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.tags(request.tags.entries)
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        return try await tag(ResourceARN(arn(of: name)), with: request.tags)
    }

    func untag(_ request: RemoveTagsFromStream, for caller: Caller) async throws -> NoOutput {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.tagKeys(request.tagKeys)
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        return try await untag(ResourceARN(arn(of: name)), request.tagKeys)
    }

    func tags(_ request: ListTagsForStream, for caller: Caller) throws -> ListTagsForStream.Output {
        var constraints = Constraints()
        constraints.stream(named: request.streamName, arn: request.streamARN)
        constraints.length(of: request.exclusiveStartTagKey, in: 1...128, at: "exclusiveStartTagKey")
        constraints.value(request.limit, in: 1...50, at: "limit")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let name = try streamName(request.streamName, request.streamARN, caller)
        let all = try tags(of: ResourceARN(arn(of: name)))
        let after = Array((request.exclusiveStartTagKey ?? "").utf8)
        let rest = all.drop { !after.lexicographicallyPrecedes($0.key.utf8) }
        let page = rest.prefix(request.limit ?? 50)
        return ListTagsForStream.Output(tags: Array(page), hasMoreTags: page.count < rest.count)
    }

    func tag(_ request: TagResource, for caller: Caller) async throws -> NoOutput {
        var constraints = Constraints()
        constraints.tags(request.tags.entries)
        return try await tag(
            resource(request.resourceARN, caller, constraints), with: request.tags)
    }

    func untag(_ request: UntagResource, for caller: Caller) async throws -> NoOutput {
        var constraints = Constraints()
        constraints.tagKeys(request.tagKeys)
        return try await untag(resource(request.resourceARN, caller, constraints), request.tagKeys)
    }

    func tags(_ request: ListTagsForResource, for caller: Caller) throws -> ListTagsForResource.Output {
        ListTagsForResource.Output(
            tags: try tags(of: resource(request.resourceARN, caller, Constraints())))
    }

    // MARK: The store

    private func tag(_ arn: ResourceARN, with given: WireMap<String>) async throws -> NoOutput {
        let ticket = try streams.withLock { streams in
            try commit.acceptMore()
            try require(arn, among: streams)
            let tags = try WireError.mapping { () throws(StreamFault) in
                try StreamTags.adding(
                    given.entries, to: streams.tags[arn] ?? [:], of: arn.stream.name,
                    account: settings.account)
            }
            streams.tags[arn] = tags
            return commit.enqueue { try StreamStore.tag(arn, with: given.entries, in: $0) }
        }
        try await ticket.durable()
        return NoOutput()
    }

    private func untag(_ arn: ResourceARN, _ keys: [String]) async throws -> NoOutput {
        let ticket = try streams.withLock { streams in
            try commit.accept()
            try require(arn, among: streams)
            for key in keys { streams.tags[arn]?[key] = nil }
            return commit.enqueue { try StreamStore.untag(arn, keys, in: $0) }
        }
        try await ticket.durable()
        return NoOutput()
    }

    /// By their keys, in the order of their bytes.
    private func tags(of arn: ResourceARN) throws -> [ResourceTag] {
        try streams.withLock { try require(arn, among: $0) }
        return try reader.read { try StreamStore.tags(of: arn, in: $0) }.map(ResourceTag.init)
    }

    // MARK: Resources

    /// The stream or consumer that an ARN means, here and of this account.
    private func resource(
        _ text: String, _ caller: Caller, _ constraints: Constraints
    ) throws(WireError) -> ResourceARN {
        var constraints = constraints
        constraints.resource(text)
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        guard let arn = ResourceARN(text) else {
            throw WireError("ResourceNotFoundException", "There is no resource \(text).")
        }
        _ = try streamName(nil, arn.stream.description, caller)
        return arn
    }

    /// Makes sure that there is such a stream or consumer.
    func require(_ arn: ResourceARN, among streams: borrowing Streams) throws(WireError) {
        let name = StreamName(region: arn.stream.region, name: arn.stream.name)
        guard let open = streams.open[name], open.key != nil, open.status != .deleting else {
            throw notFound(name)
        }
        guard arn.consumer != nil else { return }
        guard let consumer = ConsumerARN(arn.description),
            open.consumers[consumer.name]?.createdAt.seconds == consumer.creationSecond
        else {
            throw WireError("ResourceNotFoundException", "Consumer \(arn) not found.")
        }
    }
}
