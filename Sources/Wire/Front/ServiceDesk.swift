/// The operations of one service that a server knows, each with the closure that answers it.
///
///     var desk = ServiceDesk<SQS>()
///     desk.on(SendMessage.self) { message, caller in try await queues.send(message, for: caller) }
public struct ServiceDesk<Service: WireService>: Sendable {
    typealias Answer = @Sendable (WireDocument, Caller) async throws -> Reply

    /// What an operation says when nothing is wrong.
    struct Reply {
        var body: [UInt8]
        /// Nil for the service's own.
        var mediaType: String?
        var rest: WireResponse.Rest?
    }

    private var answers: [String: Answer] = [:]
    private let admit: Admission?

    /// Throws what a caller should hear instead of an operation's answer.
    package typealias Admission = @Sendable (_ operation: String, _ caller: Caller) throws(WireError) -> Void

    public init() {
        admit = nil
    }

    /// - Parameter admit: Asked before an operation that the caller's policy has allowed.
    package init(admitting admit: Admission?) {
        self.admit = admit
    }

    /// Answers an operation.
    ///
    /// The caller's policy has allowed ``Operation/resource`` before `handle` is asked.
    /// - Parameter handle: Throws `WireError` for what the caller should hear; anything else is an internal failure.
    public mutating func on<Op: Operation>(
        _ operation: Op.Type, _ handle: @escaping @Sendable (Op, Caller) async throws -> Op.Output
    ) where Op.Service == Service {
        let gate = Gate<Op>(admit: admit)
        answers[gate.name] = { document, caller in
            let operation = try gate.pass(document, for: caller)
            let output = try await handle(operation, caller)
            return Reply(body: Op.Output.self == NoOutput.self ? [] : try document.coding.write(output))
        }
    }

    /// Answers an operation with events.
    ///
    /// - Parameter subscribe: As in ``on(_:_:)``; what it throws is told before the stream of events begins.
    public mutating func on<Op: PushingOperation>(
        _ operation: Op.Type,
        pushing subscribe: @escaping @Sendable (Op, Caller) async throws -> EventSource<Op.Event>
    ) where Op.Service == Service {
        let gate = Gate<Op>(admit: admit)
        answers[gate.name] = { document, caller in
            let operation = try gate.pass(document, for: caller)
            let source = try await subscribe(operation, caller)
            let coding = document.coding
            return Reply(
                body: EventFrame.beginning(in: coding).bytes, mediaType: EventFrame.mediaType,
                rest: {
                    do {
                        guard let event = try await source() else {
                            return WireResponse.Piece([], isLast: true)
                        }
                        return WireResponse.Piece(
                            try EventFrame.event(event, named: Op.eventName, in: coding).bytes)
                    } catch let error as WireError {
                        return WireResponse.Piece(
                            try EventFrame.exception(error, in: coding).bytes, isLast: true)
                    }
                })
        }
    }

    /// The names of all operations this desk answers, sorted.
    public var operations: [String] { answers.keys.sorted() }

    func answer(for operation: Substring) -> Answer? { answers[String(operation)] }
}

/// What a request has to pass before its operation begins.
private struct Gate<Op: Operation>: Sendable {
    let name = Op.name
    private let action = "\(Op.Service.name):\(Op.name)"
    private let admit: ServiceDesk<Op.Service>.Admission?

    init(admit: ServiceDesk<Op.Service>.Admission?) {
        self.admit = admit
    }

    func pass(_ document: WireDocument, for caller: Caller) throws(WireError) -> Op {
        let operation = try read(document)
        if let resource = operation.resource { try caller.require(action, on: resource) }
        try admit?(name, caller)
        return operation
    }

    private func read(_ document: WireDocument) throws(WireError) -> Op {
        do {
            return try document.decode(Op.self)
        } catch let mismatch as TypeMismatch {
            throw Op.Service.error(for: mismatch)
        } catch let missing as MissingMembers {
            throw Op.Service.error(forMissing: missing.paths.map { $0.joined(separator: ".") }, in: name)
        } catch let error as WireError {
            throw error
        } catch {
            throw WireError("InternalFailure", "\(error)", status: 500)
        }
    }
}
