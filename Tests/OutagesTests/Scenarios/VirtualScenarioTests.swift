import Foundation
import Inspection
import Outages
import Testing

@Suite struct `A scenario in virtual time` {
    private static let library = ScenarioLibrary.ofProject
    private static let names = ((try? library.paths()) ?? []).map(ScenarioLibrary.name)

    private static func scenario(_ name: String) throws -> Scenario {
        let text = try String(contentsOfFile: library.path(of: name), encoding: .utf8)
        return try #require(ScenarioReading(of: text).scenario)
    }

    @Test func `experiment`() throws {
        var theatre = try ScenarioSimulation()
        for name in Self.names {
            let scenario = try Self.scenario(name)
            let misfits = ScenarioSimulation.misfits(in: scenario)
            if !misfits.isEmpty { print("EXP \(name) misfits \(misfits)"); continue }
            for bug in [nil] + Sabotage.allCases.map(Optional.some) {
                theatre.sabotage = bug
                let outcome = try theatre.play(scenario, seed: scenario.staging.seed)
                print("EXP \(name) \(bug?.rawValue ?? "none") \(outcome.word) \(outcome.breaches.first?.prefix(200) ?? "") \(outcome.invalid ?? "")")
            }
        }
    }
}
