import Clockwork

/// Waits until numbers of the pipeline are as they should be.
package struct PipelineWait: Sendable {
    private let conditions: [PipelineCondition]
    private let timeout: Duration
    private let poll: Duration

    /// All conditions must hold at once in so many looks in a row: between two places an order may be seen in
    /// neither.
    package static let looksInARow = 3

    package static let usualTimeout = Duration.seconds(30)
    package static let usualPoll = Duration.milliseconds(200)

    /// Why nobody could wait like this, in words for the person who wrote it; nil when all is well.
    package static func complaint(timeout: Duration, poll: Duration) -> String? {
        if poll < .milliseconds(10) { return "--poll is too short. Use 10ms or more." }
        guard timeout >= poll * (looksInARow - 1) else {
            return "--timeout leaves no room for \(looksInARow) looks. Make it longer, or --poll shorter."
        }
        return nil
    }

    /// - Parameters:
    ///   - timeout: How long to wait; at least two polls, or three looks never come about.
    ///   - poll: Between two looks.
    package init(for conditions: [PipelineCondition], timeout: Duration, poll: Duration) {
        self.conditions = conditions
        self.timeout = timeout
        self.poll = poll
    }

    /// How it ended.
    package struct Outcome: Sendable {
        package var held: Bool
        package var waited: Duration
        package var looks: Int
        /// What was seen last.
        package var last: PipelineSnapshot
    }

    /// - Parameter look: Counts the pipeline once.
    /// - Throws: What `look` throws; `CancellationError`.
    package func run(by time: any TimeSource, look: () async throws -> PipelineSnapshot) async throws
        -> Outcome
    {
        let began = time.uptime
        var (looks, inARow) = (0, 0)
        while true {
            let snapshot = try await look()
            looks += 1
            inARow = conditions.allSatisfy { $0.holds(in: snapshot) } ? inARow + 1 : 0
            let waited = time.uptime - began
            guard inARow < Self.looksInARow, waited < timeout else {
                return Outcome(
                    held: inARow >= Self.looksInARow, waited: waited, looks: looks, last: snapshot)
            }
            try await time.sleep(for: min(poll, timeout - waited))
        }
    }
}
