import Clockwork
import Inspection
import JSON
import Orders
import Wire

/// A scenario's method on a simulated street.
extension SimulatedStreet {
    /// Does and looks at one thing after the other, and ends what is left of the faults.
    func endure(_ scenario: Scenario) throws {
        try pass(scenario.staging.warmUp)
        for activity in scenario.method where breaches.isEmpty {
            try pass(activity.pauseBefore)
            try play(activity)
            try pass(activity.pauseAfter)
        }
        relieveAll()
    }

    private func play(_ activity: Activity) throws {
        var result = CommandResult(status: 0)
        switch activity.command {
        case .addFault(let fault): inflict(fault)
        case .clearFault(let name): relieve(name)
        case .clearAllFaults: relieveAll()
        case .queueStats: result.stdout = numbers(of: try pipeline.look())
        case .redrive(let redrive): result.status = redriveAndWait(redrive)
        case .wait(let conditions, let timeout):
            let (held, last) = try wait(for: conditions, atMost: timeout)
            result = CommandResult(status: held ? 0 : 1, stdout: numbers(of: last, held: held))
        case .audit(let question):
            let report = try Audit.report(on: Ledgers(in: directory.path), settings(for: question))
            result.status = Int(report.outcome(demanding: question.demanded).exitStatus)
        case .checkShopOpen(let check):
            let street = StreetCheck(
                of: try Ledgers(in: directory.path), from: world.now - check.window, to: world.now,
                settings(for: check))
            result.status = try street.shopOpen().held == true ? 0 : 1
        }
        let isAsWanted = activity.tolerance?.allows(result) ?? (activity.role == .probe || result.status == 0)
        if !isAsWanted { deviations.append("\(activity.name) ended with \(result.status)") }
    }

    /// - Returns: The status with which `dlq redrive` would end.
    private func redriveAndWait(_ redrive: Redrive) -> Int {
        let queue = client(SQS.self, to: "broker")
        let usual =
            plan.settings.queueKind == .fifo ? Pipeline.deadOrderQueue : Pipeline.standardDeadOrderQueue
        let ending = Ending()
        perform { [conductor] in
            let outcome = try? await redrive.run(by: queue, time: conductor, orElse: usual)
            ending.status = outcome?.hasMovedAll == true ? 0 : 1
        }
        _ = world.run(until: { ending.status != nil }, atMost: redrive.timeout + .seconds(60))
        return ending.status ?? 3
    }

    private final class Ending: @unchecked Sendable {  // lives on the world's thread
        var status: Int?
    }

    /// Lets time pass, and looks for losses meanwhile.
    private func pass(_ span: Duration) throws {
        let end = world.uptime + span
        while world.uptime < end, breaches.isEmpty {
            _ = world.run(until: { false }, atMost: min(.milliseconds(500), end - world.uptime))
            try lookForLoss()
        }
    }

    private func wait(
        for conditions: [PipelineCondition], atMost timeout: Duration
    ) throws -> (held: Bool, last: PipelineSnapshot) {
        let end = world.uptime + timeout
        var inARow = 0
        while true {
            let snapshot = try pipeline.look()
            inARow = conditions.allSatisfy { $0.holds(in: snapshot) } ? inARow + 1 : 0
            guard inARow < PipelineWait.looksInARow, world.uptime < end, breaches.isEmpty else {
                return (inARow >= PipelineWait.looksInARow, snapshot)
            }
            try pass(PipelineWait.usualPoll)
        }
    }

    /// - Parameter held: Whether what was waited for has come true, where something was.
    private func numbers(of snapshot: PipelineSnapshot, held: Bool? = nil) -> String {
        var numbers = snapshot.json
        numbers["held"] = held.map(JSONValue.bool)
        return JSONValue.object(numbers).text
    }

    private func settings(for question: AuditQuestion) -> AuditSettings {
        var settings = auditSettings
        settings.demandsRest = question.atRest
        settings.allowsParked = question.parkedIsFine
        return settings
    }

    private func settings(for check: ShopOpenCheck) -> AuditSettings {
        var settings = auditSettings
        settings.limits.acknowledgedShare = check.leastShare
        settings.limits.shopAnswerP99 = check.mostAnswerP99
        return settings
    }
}
