import Clockwork
import Logging
import ServiceLifecycle
import Wire

/// A listener that listens, and can be stopped.
struct Listening: Sendable {
    let port: Int
    private let group: ServiceGroup

    /// Stops it as a process does that has been asked to end.
    func stop() async { await group.triggerGracefulShutdown() }

    /// Has a listener run while something is done, and stops it afterwards.
    static func with(
        limits: HTTPListener.Limits = HTTPListener.Limits(), time: any TimeSource = SystemTime(),
        stopping: @escaping @Sendable () async -> Void = {},
        answer: @escaping HTTPListener.Answer,
        _ work: @escaping @Sendable (Listening) async throws -> Void
    ) async throws {
        let (ports, announced) = AsyncStream<Int>.makeStream()
        let listener = HTTPListener(
            host: "127.0.0.1", port: 0, limits: limits,
            surroundings: Surroundings(time: time, chance: .seeded(1)), logger: .quiet,
            listening: { announced.yield($0) }, stopping: stopping, answer: answer)
        let group = ServiceGroup(
            services: [listener], gracefulShutdownSignals: [], cancellationSignals: [], logger: .quiet)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask {
                defer { announced.finish() }
                try await group.run()
            }
            var port = ports.makeAsyncIterator()
            if let port = await port.next() {
                do {
                    try await work(Listening(port: port, group: group))
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

extension Listening {
    /// Waits until the listener has read what was sent before: its one loop takes things in turn, and two turns later
    /// everything that lay there has been heard.
    func hasHeard() async throws {
        for _ in 0..<2 {
            let caller = try await RawCaller.connect(to: port)
            _ = try await caller.ask("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        }
    }
}

extension HandClock {
    /// Lets time pass in seconds, and everyone who sleeps look around at each of them.
    func pass(_ span: Duration) async {
        for _ in 0..<span.components.seconds {
            await someoneSleeps()
            advance(by: .seconds(1))
        }
        await someoneSleeps()
    }
}
