import Clockwork
import Logging
import Synchronization
import Wire

/// A queue that remembers what it took, at the far end of a wire that may fail.
final class QueueDouble: Sendable {
    struct Message: Hashable, Sendable {
        var body: String
        var group: String?
        var deduplicationID: String?
        var trace: String?
    }

    enum Weather: Sendable {
        case fine
        /// Nothing gets through.
        case down
        /// Everything gets through, and no answer comes back.
        case answersLost
        /// Each of it, sometimes.
        case stormy
        /// The queue says no to everyone.
        case refusing(WireError)
        /// The queue asks everyone who sends to come back later.
        case throttling
    }

    private struct State {
        var messages: [Message] = []
        var ids: [String: String] = [:]
        var calls: [[Int]] = []
        var weather = Weather.fine
    }

    private let state = Mutex(State())
    private let surroundings: Surroundings
    /// Asked about every message before it is taken; throws what the sender shall hear.
    let inspect: @Sendable (Message) throws -> Void

    init(_ surroundings: Surroundings, inspect: @escaping @Sendable (Message) throws -> Void = { _ in }) {
        self.surroundings = surroundings
        self.inspect = inspect
    }

    /// What is on the queue, repeats under one deduplication id left out.
    var messages: [Message] { state.withLock(\.messages) }
    /// The sizes of the bodies in each call that got through.
    var calls: [[Int]] { state.withLock(\.calls) }
    var weather: Weather {
        get { state.withLock(\.weather) }
        set { state.withLock { $0.weather = newValue } }
    }

    /// A shop's way to this queue.
    func client(for surroundings: Surroundings) -> any Client<SQS> {
        var front = WireFront(
            admission: .anonymous(region: "us-east-1"), surroundings: surroundings,
            logger: Logger(label: "queue") { _ in SwiftLogNoOpLogHandler() })
        var desk = ServiceDesk<SQS>()
        desk.on(GetQueueUrl.self) { operation, _ in
            try self.shelter()
            return GetQueueUrl.Output(queueUrl: "http://loopback/000000000000/\(operation.queueName)")
        }
        desk.on(SendMessage.self) { operation, _ in
            try self.shelter()
            try self.throttle()
            self.state.withLock { $0.calls.append([operation.messageBody.utf8.count]) }
            let message = Message(
                body: operation.messageBody, group: operation.messageGroupId,
                deduplicationID: operation.messageDeduplicationId,
                trace: operation.messageAttributes?["traceparent"]?.stringValue)
            try self.inspect(message)
            return SendMessage.Output(messageId: self.keep(message), md5OfMessageBody: "")
        }
        desk.on(SendMessageBatch.self) { operation, _ in
            try self.shelter()
            try self.throttle()
            self.state.withLock { $0.calls.append(operation.entries.map(\.messageBody.utf8.count)) }
            return try self.take(operation.entries)
        }
        front.attend(desk)
        let wire = Wire(carrier: LoopbackTransport(to: front), queue: self, surroundings: surroundings)
        return SigningClient(
            SQS.self, over: wire, credentials: Credentials(accessKeyID: "shop", secretAccessKey: "secret"),
            surroundings: surroundings, retries: .never)
    }

    private func shelter() throws {
        if case .refusing(let error) = weather { throw error }
    }

    private func throttle() throws {
        if case .throttling = weather { throw WireError("RequestThrottled", "Too many.", status: 403) }
    }

    /// Each entry by itself, except that a bad parameter of one spoils the call for all.
    ///
    /// Source: observed on Amazon SQS.
    private func take(_ entries: [SendMessageBatch.Entry]) throws -> SendMessageBatch.Output {
        let judged = try entries.map { entry -> (id: String, message: Message, fault: WireError?) in
            let message = Message(
                body: entry.messageBody, group: entry.messageGroupId,
                deduplicationID: entry.messageDeduplicationId,
                trace: entry.messageAttributes?["traceparent"]?.stringValue)
            do {
                try inspect(message)
                return (entry.id, message, nil)
            } catch let error as WireError where error.legacyCode != "InvalidParameterValue" {
                return (entry.id, message, error)
            }
        }
        var output = SendMessageBatch.Output(successful: [], failed: [])
        for (id, message, fault) in judged {
            if let fault {
                output.failed?.append(
                    BatchFailure(
                        id: id, senderFault: fault.isSenderFault, code: fault.legacyCode,
                        message: fault.message))
            } else {
                output.successful?.append(
                    SendMessageBatch.Result(id: id, messageId: keep(message), md5OfMessageBody: ""))
            }
        }
        return output
    }

    private func keep(_ message: Message) -> String {
        state.withLock { state in
            if let known = message.deduplicationID.flatMap({ state.ids[$0] }) { return known }
            state.messages.append(message)
            let id = "message-\(state.messages.count)"
            if let key = message.deduplicationID { state.ids[key] = id }
            return id
        }
    }

    /// Carries requests as the weather allows; each way takes a moment.
    private struct Wire: Transport {
        let carrier: LoopbackTransport
        let queue: QueueDouble
        let surroundings: Surroundings

        var endpoint: String { carrier.endpoint }

        func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
            let weather = queue.weather
            try await surroundings.time.sleep(for: .milliseconds(1))
            if weather.stops(.request, surroundings.chance) { throw TransportError("connection refused") }
            let answer = await carrier.front(request, timeout: timeout)
            try await surroundings.time.sleep(for: .milliseconds(1))
            if weather.stops(.answer, surroundings.chance) { throw TransportError("connection cut") }
            return try answer.get()
        }
    }
}

extension LoopbackTransport {
    fileprivate func front(_ request: WireRequest, timeout: Duration) async -> Result<WireResponse, any Error>
    {
        do { return .success(try await send(request, timeout: timeout)) } catch { return .failure(error) }
    }
}

extension QueueDouble.Weather {
    fileprivate enum Way { case request, answer }

    fileprivate func stops(_ way: Way, _ chance: Chance) -> Bool {
        switch (self, way) {
        case (.down, .request), (.answersLost, .answer): true
        case (.stormy, _): chance.unit() < 0.2
        default: false
        }
    }
}
