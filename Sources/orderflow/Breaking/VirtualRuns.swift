import ArgumentParser
import Clockwork
import Inspection
import JSON
import Outages

/// Scenarios in virtual time, one after the other, and a line for each.
struct VirtualRuns {
    private let files: [PlayableFile]
    private let seed: UInt64?
    private let times: Int
    private let isJSON: Bool

    /// - Parameters:
    ///   - seed: Nil is what each scenario says.
    ///   - times: How often each is played, seed by seed.
    init(_ files: [PlayableFile], seed: UInt64?, times: Int, isJSON: Bool) {
        self.files = files
        self.seed = seed
        self.times = times
        self.isJSON = isJSON
    }

    /// - Throws: `ExitCode` 1 when one did not end as it expects, 3 when one of them showed nothing.
    func play() async throws {
        let theatre = try ScenarioSimulation()
        let time = SystemTime()
        var (statuses, leftOut): ([Int32], Int) = ([], 0)
        for file in files {
            let misfits = ScenarioSimulation.misfits(in: file.scenario)
            guard misfits.isEmpty else {
                leftOut += 1
                sayNothingShown(by: file, misfits)
                continue
            }
            for round in 0..<UInt64(times) {
                let began = time.uptime
                let seed = (seed ?? file.scenario.staging.seed) &+ round
                let outcome = try theatre.play(file.scenario, seed: seed)
                say(outcome, of: file, span: time.uptime - began)
                statuses.append(outcome.exitStatus)
                await Task.yield()
                try Task.checkCancellation()
            }
        }
        if !isJSON {
            Console.say(
                "\n\(statuses.count { $0 == 0 }) of \(statuses.count) as expected; \(leftOut) have no meaning in virtual time"
            )
        }
        if let worst = [1, 3].first(where: statuses.contains) { throw ExitCode(worst) }
    }

    private func sayNothingShown(by file: PlayableFile, _ misfits: [String]) {
        guard !isJSON else {
            let line: JSONValue = [
                "scenario": .string(file.name), "verdict": .null,
                "misfits": .array(misfits.map(JSONValue.string)),
            ]
            return Console.say(line.text)
        }
        Console.say("-                  \(file.name.padded(to: 28))\(misfits.joined(separator: "; "))")
    }

    private func say(_ outcome: ScenarioSimulation.Outcome, of file: PlayableFile, span: Duration) {
        let slowest = outcome.report?.recoveries.compactMap(\.seconds).max()
        let orders = outcome.report?.counts.stored ?? 0
        guard !isJSON else {
            let line: JSONValue = [
                "scenario": .string(file.name), "verdict": .string(outcome.word),
                "seed": JSONValue(Int64(bitPattern: outcome.seed)), "orders": JSONValue(orders),
                "recovery_s": slowest.map { .number(DecimalText.written($0, digits: 3)) } ?? .null,
                "simulated_ms": JSONValue(outcome.simulated.milliseconds),
                "elapsed_ms": JSONValue(span.milliseconds),
                "breaches": .array(outcome.breaches.map(JSONValue.string)),
                "invalid": JSONValue(outcome.invalid),
            ]
            return Console.say(line.text)
        }
        let recovery = slowest.map { ", recovered in \(DecimalText.written($0, digits: 1)) s" } ?? ""
        Console.say(
            """
            \(outcome.word.padded(to: 19))\(file.name.padded(to: 28))seed \(outcome.seed): \(orders) orders\(recovery); \
            \(outcome.simulated.components.seconds) s in \(span.milliseconds) ms
            """)
        for breach in outcome.breaches { Console.say("    \(breach)") }
        if let invalid = outcome.invalid { Console.say("    \(invalid)") }
    }
}
