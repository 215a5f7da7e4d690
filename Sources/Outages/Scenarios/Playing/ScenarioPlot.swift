import Clockwork
import Inspection
import Synchronization

/// A scenario as it happens on a street of real processes: hypothesis, method, rollbacks, and the shop's closing.
package final class ScenarioPlot: Plot {
    package let scenario: Scenario
    private let program: String
    private let surroundings: Surroundings
    private let kept = Mutex(ScenarioRecord())

    /// - Parameter program: The path of our own program, which plays the activities.
    package init(_ scenario: Scenario, program: String, surroundings: Surroundings) {
        self.scenario = scenario
        self.program = program
        self.surroundings = surroundings
    }

    /// What was done and seen so far.
    package var record: ScenarioRecord { kept.withLock(\.self) }

    package var length: Duration { scenario.staging.workload.length ?? .zero }
    package var demanded: [Requirement] { scenario.staging.mustHold.requirements }

    /// Where a mistake is shown at work, rest is not waited for in vain.
    package var longestUnrest: Duration { mayEndInUnrest ? .seconds(5) : .seconds(60) }
    package var mayEndInUnrest: Bool { scenario.staging.expect == .break }

    package func audit(at now: Timestamp) -> AuditSettings {
        var settings = AuditSettings(now: now)
        settings.limits = scenario.staging.limits.audit
        settings.allowsParked = scenario.staging.limits.parkedIsFine
        return settings
    }

    package func happen(on street: Street, announce: @escaping @Sendable () -> Void) async throws -> String? {
        let player = ActivityPlayer(
            program: program, directory: street.directory, time: surroundings.time)
        let stage = Stage(street: street, player: player, announce: announce)
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await self.keepShopHours(on: street) }
            let problem = try await perform(on: stage)
            await street.faults.clearAll()
            if problem != nil {
                group.cancelAll()
                return problem
            }
            return try await group.next() ?? nil
        }
    }

    private struct Stage: Sendable {
        let street: Street
        let player: ActivityPlayer
        let announce: @Sendable () -> Void

        func note(_ text: String) {
            street.journal.note(text)
            announce()
        }
    }

    // MARK: The experiment

    private func perform(on stage: Stage) async throws -> String? {
        try await surroundings.time.sleep(for: scenario.staging.warmUp)
        let strategy = scenario.hypothesisStrategy
        if strategy.testsBefore, let deviation = try await test(on: stage, at: \.before) {
            return "the hypothesis did not hold before the method: \(deviation)"
        }
        let problem = try await withThrowingTaskGroup(of: Void.self) { group in
            if strategy.testsDuring {
                group.addTask { try await self.testAgainAndAgain(on: stage) }
            }
            defer { group.cancelAll() }
            return try await method(on: stage)
        }
        if problem == nil, strategy.testsAfter { _ = try await test(on: stage, at: \.after) }
        // Whatever the file says: nothing is left broken.
        if scenario.rollbackStrategy != .never {
            for activity in scenario.rollbacks {
                let run = try await stage.player.play(activity)
                kept.withLock { $0.rollbacks.append(run) }
            }
        }
        return problem
    }

    /// - Returns: The action that did not do what it should; what comes after it would prove nothing.
    private func method(on stage: Stage) async throws -> String? {
        for activity in scenario.method {
            if activity.role == .probe { stage.note("\(activity.name) …") }
            let run = try await stage.player.play(activity)
            kept.withLock { $0.method.append(run) }
            guard !run.isAsWanted else { continue }
            stage.note(run.words)
            if activity.role == .action, !activity.mayTimeOut { return run.words }
            kept.withLock { $0.deviations.append(run.words) }
        }
        return nil
    }

    /// Tests the hypothesis once. - Returns: The first probe that is not as it should be.
    private func test(
        on stage: Stage, at moment: any WritableKeyPath<ScenarioRecord.SteadyStates, [ActivityRun]> & Sendable
    ) async throws -> String? {
        var deviation: String?
        for probe in scenario.hypothesis?.probes ?? [] {
            let run = try await stage.player.play(probe)
            kept.withLock { record in
                record.steadyStates[keyPath: moment].append(run)
                if !run.isAsWanted { record.deviations.append(run.words) }
            }
            guard !run.isAsWanted, deviation == nil else { continue }
            deviation = run.words
            stage.note(run.words)
        }
        return deviation
    }

    private func testAgainAndAgain(on stage: Stage) async throws {
        while true {
            _ = try await test(on: stage, at: \.during)
            try await surroundings.time.sleep(for: .seconds(2))
        }
    }

    // MARK: The shop

    /// Opens the shop when it is time, and sees to its closing.
    ///
    /// - Returns: Nothing, or that it did not close.
    private func keepShopHours(on street: Street) async throws -> String? {
        let workload = scenario.staging.workload
        if workload.startAt > .zero {
            try await surroundings.time.sleep(for: scenario.staging.warmUp + workload.startAt)
            await street.supervisor.letGo("shop")
        }
        if let span = workload.stopAfter {
            try await surroundings.time.sleep(for: span)
            await street.supervisor.stop("shop")
            return nil
        }
        var ledgers: Ledgers?
        let end = surroundings.time.uptime + (workload.length ?? .zero) + .seconds(120)
        while surroundings.time.uptime < end {
            ledgers = try ledgers ?? Ledgers(in: street.directory.path, only: [.shop]).ifAllAreThere
            if try ledgers?.tellThatDayIsOver() == true { return nil }
            try await surroundings.time.sleep(for: .milliseconds(100))
        }
        return "the shop has not sold everything in time"
    }

    // MARK: The judgement

    /// What the ledgers cannot know: the experiment's own findings, and the scenario's limits.
    package func judge(_ verdict: inout DemoVerdict, of street: Street) async throws {
        let limits = scenario.staging.limits
        verdict.expectsBreak = scenario.staging.expect == .break
        verdict.deviations = record.deviations
        verdict.deviations += limits.deviations(in: verdict.audit)
        if scenario.staging.mustHold.contains(.noLeftover) {
            verdict.deviations += await street.leftovers(now: surroundings.now)
        }
        guard verdict.invalid == nil, !scenario.faults.isEmpty else { return }
        let affected = try ScenarioLimits.ordersMeanwhile(
            FaultTimeline(in: street.directory.path).faults,
            in: Ledgers(in: street.directory.path, only: [.shop]), now: surroundings.now)
        verdict.invalid = limits.objection(to: affected)
    }
}

/// What a scenario did and saw.
package struct ScenarioRecord: Sendable {
    package struct SteadyStates: Sendable {
        package var before: [ActivityRun] = []
        package var during: [ActivityRun] = []
        package var after: [ActivityRun] = []
    }

    package var steadyStates = SteadyStates()
    package var method: [ActivityRun] = []
    package var rollbacks: [ActivityRun] = []
    /// What was not as it should be, in words.
    package var deviations: [String] = []
}

extension Activity {
    /// Waiting in vain is a finding about the street; every other action that fails leaves nothing to find.
    fileprivate var mayTimeOut: Bool { if case .wait = command { true } else { false } }
}

extension Workload {
    /// How long the shop sells; nil where its source alone knows.
    package var length: Duration? {
        if let stopAfter { return startAt + stopAfter }
        guard case .synthetic(let orders?) = plan.source, case .rate(let perSecond) = plan.pace else {
            return nil
        }
        return startAt + .microseconds(Int64(Double(orders) / perSecond * 1e6))
    }
}
