import Foundation
import Inspection
import Outages
import Testing

@Suite struct `A scenario in virtual time` {
    private static let library = ScenarioLibrary.ofProject
    private static let theatre = Result { try ScenarioSimulation() }

    private static func scenario(_ name: String) throws -> Scenario {
        let text = try String(contentsOfFile: library.path(of: name), encoding: .utf8)
        var scenario = try #require(ScenarioReading(of: text).scenario)
        // Fewer customers in the same time: what is shown does not need more.
        scenario.staging.workload.plan.source = .synthetic(orders: 80)
        scenario.staging.workload.plan.pace = .rate(perSecond: 8)
        return scenario
    }

    private static func play(_ scenario: Scenario, with mistake: Sabotage? = nil) throws
        -> ScenarioSimulation.Outcome
    {
        var theatre = try theatre.get()
        theatre.sabotage = mistake
        return try theatre.play(scenario, seed: scenario.staging.seed)
    }

    /// Which scenario shows which mistake.
    private static let shown: [(mistake: Sabotage, name: String)] = [
        (.deleteBeforeCommit, "crash-before-commit"),
        (.outboxNotSwept, "crash-at-commit"),
        (.deduplicationByMessageID, "conflict"),
        (.failedRecordsIgnored, "stream-throttled"),
        (.earlyCancellationForgotten, "shuffled"),
        (.checkpointBeforeHandled, "consumer-killed-mid-batch"),
        (.failedBatchPassedOver, "courier-killed"),
        (.gapKeptQuiet, "retention-gap"),
        (.recordBeforePosted, "partner-down"),
        (.freshIDForEachAttempt, "partner-forgets"),
    ]

    /// A proof that could not fail would be none.
    @Test(arguments: shown)
    func `turns broken with a mistake made on purpose, and names the orders`(mistake: Sabotage, name: String)
        throws
    {
        let scenario = try Self.scenario(name)

        let outcome = try Self.play(scenario, with: mistake)

        #expect(outcome.word == "BROKEN")
        #expect(
            outcome.breaches.contains { $0.contains("S\(scenario.staging.seed)-") }, "\(outcome.breaches)")
    }

    @Test func `is there for every mistake`() {
        #expect(Self.shown.map(\.mistake) == Sabotage.allCases)
    }

    @Test func `holds, and is the same for the same seed`() throws {
        let scenario = try Self.scenario("courier-killed")

        let once = try Self.play(scenario)
        let again = try Self.play(scenario)

        #expect(once.word == "HELD" && once.exitStatus == 0, "\(once.breaches)")
        #expect(again.simulated == once.simulated)
        #expect(again.report?.recoveries == once.report?.recoveries)
    }

    @Test func `is invalid where too few orders met a fault`() throws {
        var scenario = try Self.scenario("courier-killed")
        scenario.staging.limits.fewestOrders = 10_000

        #expect(try Self.play(scenario).word == "INVALID")
    }

    @Test func `says which faults have no meaning there`() throws {
        #expect(
            try ScenarioSimulation.misfits(in: Self.scenario("db-swapped")) == [
                "oms->orders.db swap: it befalls a file of the machine's"
            ])
    }
}
