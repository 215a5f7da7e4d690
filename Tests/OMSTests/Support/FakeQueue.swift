import Clockwork
import Wire

/// A standard queue of the test's own, with Amazon's manners and the faults that a test asks for.
///
/// Lives on its world's one thread.
final class FakeQueue: Client, @unchecked Sendable {
    typealias Service = SQS

    /// What befalls one call.
    enum Fault {
        case none
        /// The call never arrives.
        case lostRequest
        /// The call is done, and its caller never hears.
        case lostReply
        /// The queue says no.
        case refused(WireError)
        /// Every entry of a batch fails by the queue's own fault.
        case failedEntries
    }

    struct Message {
        let id: String
        let body: String
        let attributes: WireMap<MessageAttribute>
        var visibleAt: Duration = .zero
        var receives = 0
    }

    static let url = "http://fake/000000000000/orders"

    private(set) var messages: [Message] = []
    private(set) var deadLetters: [Message] = []
    /// Every call in its order, such as `ReceiveMessage`.
    private(set) var calls: [String] = []
    /// Message ids by the visibility timeouts that were set for them.
    private(set) var visibilityChanges: [(id: String, seconds: Int)] = []
    var fault: (String) -> Fault = { _ in .none }
    /// How many receivers get a message at once.
    var copies = 1
    var maxReceives = 1_000
    var isKnown = true
    private let time: any TimeSource
    private let arrivals = Bell()

    init(time: any TimeSource) {
        self.time = time
    }

    func send(_ body: String, id: String, trace: String? = nil) {
        let attributes: WireMap<MessageAttribute> = trace.map { ["traceparent": .string($0)] } ?? [:]
        messages.append(Message(id: id, body: body, attributes: attributes))
        arrivals.ring()
    }

    func count(of call: String) -> Int { calls.filter { $0 == call }.count }

    var isEmpty: Bool { messages.isEmpty }

    func callAsFunction<Op: Operation>(_ operation: Op) async throws -> Op.Output where Op.Service == SQS {
        calls.append(Op.name)
        let fault = fault(Op.name)
        try await time.sleep(for: .milliseconds(1))
        switch fault {
        case .lostRequest: throw ClientError.unknown(reason: "the request was lost")
        case .refused(let error): throw ClientError.refused(error)
        case .none, .lostReply, .failedEntries: break
        }
        let output = try await answer(
            operation, failing: { if case .failedEntries = fault { true } else { false } }())
        try await time.sleep(for: .milliseconds(1))
        if case .lostReply = fault { throw ClientError.unknown(reason: "the reply was lost") }
        return output as! Op.Output
    }

    private func answer<Op: Operation>(_ operation: Op, failing: Bool) async throws -> any Sendable {
        switch operation {
        case let operation as GetQueueUrl:
            guard isKnown else { throw ClientError.refused(SQS.queueDoesNotExist) }
            return GetQueueUrl.Output(queueUrl: "\(Self.url)-\(operation.queueName)")
        case let operation as ReceiveMessage:
            return ReceiveMessage.Output(messages: try await receive(operation))
        case let operation as DeleteMessage:
            delete(receipt: operation.receiptHandle)
            return DeleteMessage.Output()
        case let operation as DeleteMessageBatch:
            let failed = failing ? operation.entries.map { Self.failure(of: $0.id) } : nil
            if !failing { for entry in operation.entries { delete(receipt: entry.receiptHandle) } }
            return DeleteMessageBatch.Output(failed: failed)
        case let operation as ChangeMessageVisibilityBatch:
            for entry in operation.entries {
                hide(receipt: entry.receiptHandle, seconds: entry.visibilityTimeout!)
            }
            return ChangeMessageVisibilityBatch.Output()
        default:
            throw ClientError.refused(WireError("UnknownOperationException", "not faked: \(Op.name)"))
        }
    }

    private static func failure(of id: String) -> BatchFailure {
        BatchFailure(id: id, senderFault: false, code: "InternalFailure", message: nil)
    }

    private func receive(_ request: ReceiveMessage) async throws -> [ReceivedMessage]? {
        let deadline = time.uptime + .seconds(request.waitTimeSeconds ?? 0)
        while true {
            let taken = take(request)
            if !taken.isEmpty { return taken }
            let next = messages.map(\.visibleAt).filter { $0 > time.uptime }.min() ?? deadline
            guard time.uptime < deadline else { return nil }
            await arrivals.heard(within: min(next, deadline) - time.uptime, by: time)
            try Task.checkCancellation()
        }
    }

    private func take(_ request: ReceiveMessage) -> [ReceivedMessage] {
        var taken: [ReceivedMessage] = []
        for place in messages.indices.reversed() where messages[place].visibleAt <= time.uptime {
            if messages[place].receives >= maxReceives { deadLetters.append(messages.remove(at: place)) }
        }
        for place in messages.indices where messages[place].visibleAt <= time.uptime {
            guard taken.count < request.maxNumberOfMessages ?? 1 else { break }
            messages[place].receives += 1
            let message = messages[place]
            // A queue may hand a message to several receivers; only the last of them hides it.
            if message.receives % copies == 0 {
                messages[place].visibleAt = time.uptime + .seconds(request.visibilityTimeout ?? 30)
            }
            taken.append(
                ReceivedMessage(
                    messageId: message.id, receiptHandle: message.id, md5OfBody: "", body: message.body,
                    attributes: ["ApproximateReceiveCount": "\(message.receives)"],
                    messageAttributes: message.attributes))
        }
        return taken
    }

    private func delete(receipt: String) {
        messages.removeAll { $0.id == receipt }
    }

    private func hide(receipt: String, seconds: Int) {
        visibilityChanges.append((receipt, seconds))
        guard let place = messages.firstIndex(where: { $0.id == receipt }) else { return }
        messages[place].visibleAt = time.uptime + .seconds(seconds)
        arrivals.ring()
    }
}
