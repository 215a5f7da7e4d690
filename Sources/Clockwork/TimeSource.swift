/// Where a role gets its time from: the machine's clocks, or a simulated world's.
///
/// Wall time is for what people and other programs see. Waiting and measuring use ``uptime``, which never jumps.
public protocol TimeSource: Sendable {
    /// The wall clock. May jump in either direction.
    var now: Timestamp { get }

    /// Time since some fixed moment, growing steadily.
    var uptime: Duration { get }

    /// Waits.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func sleep(for span: Duration) async throws
}
