import UnixSignals

/// Ctrl-C and SIGTERM while a verb of ours has work to undo.
enum Interruption {
    /// Does something, and cancels it when the person at the terminal interrupts.
    static func cancelling<Outcome: Sendable>(
        _ deed: @escaping @Sendable () async throws -> Outcome
    ) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask { try await deed() }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return nil }
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            _ = try? await group.next()  // the deed undoes what it has begun
            throw CancellationError()
        }
    }
}
