#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The machine's own clocks.
public struct SystemTime: TimeSource {
    public init() {}

    public var now: Timestamp {
        Timestamp(microseconds: Self.read(CLOCK_REALTIME).microseconds)
    }

    public var uptime: Duration { Self.read(CLOCK_MONOTONIC) }

    public func sleep(for span: Duration) async throws {
        try await Task.sleep(for: span)
    }

    private static func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}

/// A clock that runs as another does, but shows another wall time: what the fault `clock jump` turns.
public struct ShiftedTime: TimeSource {
    private let base: any TimeSource
    private let offset: @Sendable () -> Duration

    /// - Parameter offset: Added to the wall time at every look; asked each time, so it may change while we run.
    public init(_ base: any TimeSource, by offset: @escaping @Sendable () -> Duration) {
        self.base = base
        self.offset = offset
    }

    public var now: Timestamp { base.now + offset() }
    public var uptime: Duration { base.uptime }
    public func sleep(for span: Duration) async throws { try await base.sleep(for: span) }
}
