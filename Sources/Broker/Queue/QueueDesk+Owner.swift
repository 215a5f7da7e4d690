import Disk
import Queue
import Synchronization
import Wire

/// What a queue's owner says about it beside its attributes: tags, and who else may use it.
extension QueueDesk {
    func tag(_ request: TagQueue, for caller: Caller) async throws -> NoOutput {
        let name = key(request.queueUrl, caller)
        let ticket = try state.withLock { state in
            try commit.accept()
            guard let open = state.queues[name] else { throw SQS.queueDoesNotExist }
            guard !request.tags.isEmpty else { throw WireError(.missing("Tags")) }
            let tags = open.tags.merging(request.tags.entries.map { ($0.key, $0.value) }) { $1 }
            try QueueTags.check(request.tags, making: tags.count, on: name.name)
            open.tags = tags
            let id = open.engine.id
            return commit.enqueue { db in try QueueStore.put(request.tags.entries, on: id, in: db) }
        }
        try await ticket.durable()
        return NoOutput()
    }

    func untag(_ request: UntagQueue, for caller: Caller) async throws -> NoOutput {
        let name = key(request.queueUrl, caller)
        let ticket = try state.withLock { state in
            try commit.accept()
            guard let open = state.queues[name] else { throw SQS.queueDoesNotExist }
            guard !request.tagKeys.isEmpty else { throw WireError(.missing("TagKeys")) }
            for key in request.tagKeys { open.tags[key] = nil }
            let id = open.engine.id
            return commit.enqueue { db in try QueueStore.removeTags(request.tagKeys, from: id, in: db) }
        }
        try await ticket.durable()
        return NoOutput()
    }

    func tags(_ request: ListQueueTags, for caller: Caller) throws -> ListQueueTags.Output {
        let name = key(request.queueUrl, caller)
        let tags = try state.withLock { state in
            guard let open = state.queues[name] else { throw SQS.queueDoesNotExist }
            return open.tags.sorted { $0.key < $1.key }
        }
        return ListQueueTags.Output(tags: tags.isEmpty ? nil : WireMap(tags.map { ($0.key, $0.value) }))
    }

    func permit(_ request: AddPermission, for caller: Caller) async throws -> NoOutput {
        try await change(request.queueUrl, for: caller) { attributes, arn throws(QueueFault) in
            try attributes.addPermission(
                request.label, to: request.awsAccountIds, for: request.actions, on: arn)
        }
    }

    func forbid(_ request: RemovePermission, for caller: Caller) async throws -> NoOutput {
        try await change(request.queueUrl, for: caller) { attributes, _ throws(QueueFault) in
            try attributes.removePermission(request.label)
        }
    }
}
