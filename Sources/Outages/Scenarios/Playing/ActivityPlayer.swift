import Clockwork
import Subprocess
import SystemPackage

/// Plays activities as Chaos Toolkit does: each is a call of our own program, with an exit status and some words.
///
/// So whatever a scenario does here it does there too. The street is found by `ORDERFLOW_DATA`.
struct ActivityPlayer: Sendable {
    /// The path of our own program.
    let program: String
    let directory: RunDirectory
    let time: any TimeSource

    /// Plays one, with its pauses.
    ///
    /// - Throws: `CancellationError` when interrupted.
    func play(_ activity: Activity) async throws -> ActivityRun {
        try await time.sleep(for: activity.pauseBefore)
        var run = ActivityRun(activity, startedAt: time.now)
        let began = time.uptime
        run.result = await result(of: activity)
        run.span = time.uptime - began
        try Task.checkCancellation()
        try await time.sleep(for: activity.pauseAfter)
        return run
    }

    /// Nil when it could not be called, or took too long.
    private func result(of activity: Activity) async -> CommandResult? {
        await withTaskGroup(of: CommandResult?.self) { group in
            group.addTask { await call(activity.arguments) }
            group.addTask {
                try? await time.sleep(for: activity.timeout ?? Self.longest)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func call(_ arguments: [String]) async -> CommandResult? {
        let outcome = try? await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(arguments),
            environment: .inherit.updating(["ORDERFLOW_DATA": directory.path]), input: .none,
            output: .string(limit: Self.mostWords), error: .string(limit: Self.mostWords))
        guard let outcome else { return nil }
        let status =
            switch outcome.terminationStatus {
            case .exited(let status): Int(status)
            case .signaled(let signal): 128 + Int(signal)
            }
        return CommandResult(
            status: status, stdout: outcome.standardOutput, stderr: outcome.standardError)
    }

    private static let longest = Duration.seconds(600)
    /// Bytes that an activity may say.
    private static let mostWords = 1 << 20
}

/// What became of one activity.
package struct ActivityRun: Sendable {
    package let activity: Activity
    package let startedAt: Timestamp
    package var span = Duration.zero
    /// Nil when it could not be called, or took too long.
    package var result: CommandResult?

    init(_ activity: Activity, startedAt: Timestamp) {
        self.activity = activity
        self.startedAt = startedAt
    }

    /// Whether its result is as it has to be. An action without a tolerance has to go well; a probe may say what it will.
    package var isAsWanted: Bool {
        guard let result else { return false }
        if let tolerance = activity.tolerance { return tolerance.allows(result) }
        return activity.role == .probe || result.status == 0
    }

    /// What came of it, in a line.
    package var words: String {
        guard let result else { return "\(activity.name) did not end" }
        let said = [result.stderr, result.stdout].map {
            $0.split(separator: "\n").first.map(String.init) ?? ""
        }
        .first { !$0.isEmpty }
        return "\(activity.name) ended with \(result.status)" + (said.map { ": \($0)" } ?? "")
    }
}
