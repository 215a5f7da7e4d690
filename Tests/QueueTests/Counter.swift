import Clockwork
import Queue

/// A queue with a clock, chance and bodies: what an embedding server adds to the rules, as small as it can be.
struct Counter {
    var queue: MessageQueue
    var now = Timestamp.noon
    private(set) var bodies: [SequenceNumber: String] = [:]
    private(set) var receipts: [String: Receipt] = [:]
    private(set) var receiveCounts: [String: Int] = [:]
    private var random = SeededGenerator(seed: 1)

    init(
        _ kind: QueueKind = .standard, _ settings: [(name: String, value: String)] = [],
        bounds: WindowBounds? = nil
    )
        throws
    {
        let type = kind == .fifo ? [(name: "FifoQueue", value: "true")] : []
        queue = MessageQueue(
            id: QueueID(1), attributes: try QueueAttributes(creating: type + settings), bounds: bounds)
    }

    @discardableResult
    mutating func send(_ body: String, group: String? = nil, id: String? = nil, delay: Int? = nil) throws
        -> Sent
    {
        let draft = MessageDraft(
            body: body, delaySeconds: delay, groupID: group,
            deduplicationID: id ?? (queue.kind == .fifo ? body : nil))
        let sent = try queue.send(SoundMessage(draft), now: now, using: &random)
        if !sent.isRepetition { bodies[sent.sequence] = body }
        return sent
    }

    /// The bodies of the messages handed out; their receipts are kept by body.
    @discardableResult
    mutating func receive(_ limit: Int = 10, timeout: Duration? = nil, attempt: String? = nil) -> [String] {
        queue.receive(limit: limit, visibilityTimeout: timeout, attempt: attempt, now: now).map { lease in
            let body = bodies[lease.sequence] ?? "unknown"
            receipts[body] = Receipt(lease, queue: queue.id)
            receiveCounts[body] = lease.receiveCount
            return body
        }
    }

    func receipt(_ body: String) throws -> Receipt {
        guard let receipt = receipts[body] else { throw NeverReceived(body: body) }
        return receipt
    }

    mutating func delete(_ body: String) throws {
        try queue.delete(receipt(body), now: now)
    }

    mutating func change(_ body: String, to timeout: Duration) throws {
        try queue.changeVisibility(receipt(body), timeout: timeout, now: now)
    }

    mutating func pass(_ span: Duration) { now = now + span }

    var counts: QueueCounts {
        mutating get { queue.counts(now: now) }
    }
}

struct NeverReceived: Error { var body: String }

extension Timestamp {
    static let noon = Timestamp(seconds: 1_764_158_400)
}

extension QueueChange {
    var deadLetter: Envelope? { if case .deadLettered(let envelope, _) = self { envelope } else { nil } }
}
