import Clockwork
import Disk
import Queue
import Synchronization
import Wire

/// Sending: judged outside the lock as far as that goes, placed inside it, durable before it is answered.
extension QueueDesk {
    func send(_ request: SendMessage, for caller: Caller) async throws -> SendMessage.Output {
        let name = key(request.queueUrl, caller)
        try requireQueue(name)
        var draft = try MessageDraft(
            body: request.messageBody, request.messageAttributes, request.messageSystemAttributes,
            delaySeconds: request.delaySeconds, groupID: request.messageGroupId,
            deduplicationID: request.messageDeduplicationId)
        draft.traceIfUntraced(caller.traceHeader)
        let message = try WireError.mapping { () throws(QueueFault) in try SoundMessage(draft) }
        let (ticket, outcomes) = try place([message], in: name, for: caller)
        let sent = try WireError.mapping { () throws(QueueFault) in try outcomes[0].get() }
        try await ticket.durable()
        try await surroundings.pass(.brokerStoredBeforeAnswer)
        return SendMessage.Output(
            messageId: sent.messageID.description, md5OfMessageBody: message.bodyDigest,
            md5OfMessageAttributes: message.attributesDigest,
            md5OfMessageSystemAttributes: message.systemAttributesDigest,
            sequenceNumber: name.name.hasSuffix(".fifo") ? sent.sequence.description : nil)
    }

    func send(_ request: SendMessageBatch, for caller: Caller) async throws -> SendMessageBatch.Output {
        let name = key(request.queueUrl, caller)
        try requireQueue(name)
        let drafts = try request.entries.map { entry in
            var draft = try MessageDraft(
                body: entry.messageBody, entry.messageAttributes, entry.messageSystemAttributes,
                delaySeconds: entry.delaySeconds, groupID: entry.messageGroupId,
                deduplicationID: entry.messageDeduplicationId)
            draft.traceIfUntraced(caller.traceHeader)
            return draft
        }
        try WireError.mapping { () throws(QueueFault) in
            try BatchShape.check(
                "SendMessageBatch", ids: request.entries.map(\.id),
                bytes: drafts.reduce(0) { $0 + $1.sizeBytes })
        }
        let kind = try state.withLock { state in
            guard let open = state.queues[name] else { throw SQS.queueDoesNotExist }
            try WireError.mapping { () throws(QueueFault) in try open.engine.checkBatch(drafts) }
            return open.engine.kind
        }
        let judged = drafts.map { draft in
            Result { () throws(QueueFault) in try SoundMessage(draft) }
        }
        let failing = moods?.failures(among: drafts.count) ?? []
        let sound = judged.indices.filter { !failing.contains($0) }.compactMap { try? judged[$0].get() }
        let (ticket, outcomes) = try place(sound, in: name, for: caller)
        try await ticket.durable()
        try await surroundings.pass(.brokerStoredBeforeAnswer)

        var answers = outcomes.makeIterator()
        var successful: [SendMessageBatch.Result] = []
        var failed: [BatchFailure] = []
        for (number, (entry, judgement)) in zip(request.entries, judged).enumerated() {
            if failing.contains(number) {
                failed.append(.internalError(ofEntry: entry.id))
                continue
            }
            do throws(QueueFault) {
                let message = try judgement.get()
                guard let answer = answers.next() else {
                    preconditionFailure("a placed message has an outcome")
                }
                let sent = try answer.get()
                successful.append(
                    SendMessageBatch.Result(
                        id: entry.id, messageId: sent.messageID.description,
                        md5OfMessageBody: message.bodyDigest,
                        md5OfMessageAttributes: message.attributesDigest,
                        md5OfMessageSystemAttributes: message.systemAttributesDigest,
                        sequenceNumber: kind == .fifo ? sent.sequence.description : nil))
            } catch {
                failed.append(BatchFailure(id: entry.id, fault: error.asEntry))
            }
        }
        return SendMessageBatch.Output(
            successful: successful.isEmpty ? nil : successful, failed: failed.isEmpty ? nil : failed)
    }

    /// Gives messages their places, in order, and hands them to the commit; each is taken or refused by itself.
    private func place(
        _ messages: [SoundMessage], in name: QueueKey, for caller: Caller
    ) throws -> (CommitTicket<Void>, [Result<Sent, QueueFault>]) {
        let now = surroundings.now
        return try decide { state in
            try commit.acceptMore()
            guard let open = state.queues[name] else { throw SQS.queueDoesNotExist }
            var contents: [MessageContent] = []
            let outcomes = messages.map { message in
                let outcome = surroundings.chance.draw { random in
                    Result { () throws(QueueFault) in try open.engine.send(message, now: now, using: &random)
                    }
                }
                if case .success(let sent) = outcome, !sent.isRepetition {
                    contents.append(
                        MessageContent(message: message, senderID: caller.accessKeyID, sentAt: now))
                }
                return outcome
            }
            let bytes = contents.reduce(0) { $0 + $1.message.sizeBytes + 256 }
            let writing = open.takeWriting(contents: contents)
            let ticket = commit.enqueue(bytes: bytes) { [self] db in
                // A repetition writes nothing, but its answer leans on the first send, which may still be on its way.
                if !writing.changes.isEmpty { try record(writing, in: db) }
            }
            serve(name, &state, now: now)
            return (ticket, outcomes)
        }
    }

    /// A missing queue is told before anything that is wrong with the request.
    func requireQueue(_ name: QueueKey) throws(WireError) {
        guard state.withLock({ $0.queues[name] != nil }) else { throw SQS.queueDoesNotExist }
    }
}

extension MessageDraft {
    fileprivate init(
        body: String, _ attributes: WireMap<Wire.MessageAttribute>?,
        _ systemAttributes: WireMap<Wire.MessageAttribute>?, delaySeconds: Int?, groupID: String?,
        deduplicationID: String?
    ) throws(WireError) {
        self.init(
            body: body, attributes: try Self.read(attributes),
            systemAttributes: try Self.read(systemAttributes),
            delaySeconds: delaySeconds, groupID: groupID, deduplicationID: deduplicationID)
    }

    private static func read(
        _ attributes: WireMap<Wire.MessageAttribute>?
    ) throws(WireError) -> [Queue.MessageAttribute] {
        var read: [Queue.MessageAttribute] = []
        for (name, attribute) in attributes?.entries ?? [] {
            guard attribute.stringListValues == nil, attribute.binaryListValues == nil else {
                throw WireError(
                    QueueFault(
                        .unsupportedOperation, "Message attribute list values in SQS are not supported."))
            }
            let value: Queue.MessageAttribute.Value =
                attribute.binaryValue.map { .bytes($0.bytes) } ?? .text(attribute.stringValue ?? "")
            read.append(Queue.MessageAttribute(name: name, dataType: attribute.dataType, value: value))
        }
        return read
    }

    /// The trace header of the request stands in where the message names none.
    fileprivate mutating func traceIfUntraced(_ header: String?) {
        guard let header, systemAttributes.isEmpty else { return }
        systemAttributes = [
            Queue.MessageAttribute(name: "AWSTraceHeader", dataType: "String", value: .text(header))
        ]
    }
}

extension BatchFailure {
    init(id: String, fault: QueueFault) {
        self.init(id: id, senderFault: true, code: fault.legacyCode, message: fault.message)
    }
}

extension WireError {
    init(_ fault: QueueFault) {
        self.init(
            fault.type, fault.message, status: fault.status,
            namespace: fault.isOfFramework ? SQS.frameworkNamespace : SQS.modelNamespace,
            legacyCode: fault.legacyCode)
    }

    /// Says what the rules of a queue refuse in the words of the wire.
    static func mapping<Result>(_ decide: () throws(QueueFault) -> Result) throws(WireError) -> Result {
        do {
            return try decide()
        } catch {
            throw WireError(error)
        }
    }
}
