/// Speaks a service's operations: in this process, to the server next door, or to Amazon itself.
///
///     let answer = try await queue(SendMessage(queueUrl: orders, messageBody: body))
public protocol Client<Service>: Sendable {
    associatedtype Service: WireService

    /// Asks for one operation and waits for its answer.
    ///
    /// - Throws: ``ClientError``, which tells whether it was refused or may have happened; `CancellationError`.
    func callAsFunction<Op: Operation>(_ operation: Op) async throws -> Op.Output where Op.Service == Service
}

/// A client that can have events pushed.
///
///     let events = try await stream.subscribe(SubscribeToShard(…))
///     while let event = try await events() { … }
public protocol SubscribingClient<Service>: Client {
    /// Asks for an operation whose answer goes on.
    ///
    /// - Returns: What gives the events, to be asked by one task at a time. It ends with nil, and throws ``ClientError``
    ///   where the server ends in an error or the connection breaks off; it is not tried again.
    /// - Throws: As ``Client/callAsFunction(_:)``.
    func subscribe<Op: PushingOperation>(_ operation: Op) async throws -> EventSource<Op.Event>
    where Op.Service == Service
}

/// Why a call has no answer to show.
public enum ClientError: Error, Hashable, Sendable {
    /// The server said no: it has not happened, and the same request would be refused again.
    case refused(WireError)
    /// Nobody can tell whether it happened: a server's fault, a time-out, a cut connection, an answer that ends early.
    case unknown(reason: String)

    /// The error's type as the server named it, such as `QueueDoesNotExist`.
    public var type: String? {
        if case .refused(let error) = self { error.type } else { nil }
    }
}

extension ClientError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let error): "refused: \(error)"
        case .unknown(let reason): "no answer that tells the outcome: \(reason)"
        }
    }
}
