/// An operation whose answer goes on: one event after the other, until either side ends it.
public protocol PushingOperation: Operation where Output == NoOutput {
    associatedtype Event: Codable & Sendable

    /// What events are called on the wire.
    static var eventName: String { get }
}

/// Gives the next event of a ``PushingOperation`` as soon as there is one.
///
/// - Returns: Nil when there will be none any more.
/// - Throws: `WireError` for what the caller should hear as the last; `CancellationError` when he has gone.
public typealias EventSource<Event> = @Sendable () async throws -> Event?
