import Clockwork
import Inspection
import JSON
import Testing

@testable import Outages

@Suite struct `The plan of a soak` {
    @Test(arguments: [1, 7, 4_711, .max] as [UInt64])
    func `is the same for the same seed, and begins the same however long it is`(seed: UInt64) {
        let short = SoakPlan(seed: seed, length: .seconds(120))
        let long = SoakPlan(seed: seed, length: .seconds(1_800))

        #expect(short == SoakPlan(seed: seed, length: .seconds(120)))
        #expect(long.rounds.count > short.rounds.count)
        #expect(Array(long.rounds.prefix(short.rounds.count)) == short.rounds)
    }

    @Test func `is another for another seed`() {
        #expect(
            SoakPlan(seed: 7, length: .seconds(60)).faults != SoakPlan(seed: 8, length: .seconds(60)).faults)
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `has one round after the other, and none that the soak is too short for`(seed: UInt64) {
        let plan = SoakPlan(seed: seed, length: .seconds(300))

        for (round, next) in zip(plan.rounds, plan.rounds.dropFirst()) {
            #expect(round.at + round.length == next.at)
        }
        for round in plan.rounds {
            #expect(round.faults.allSatisfy { $0.duration < round.length })
            #expect(round.at + round.length <= plan.length)
        }
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `never lets two befall one process at once`(seed: UInt64) {
        let plan = SoakPlan(seed: seed, length: .seconds(300))

        let pairs = plan.rounds.filter { $0.faults.count > 1 }
        #expect(!pairs.isEmpty)
        #expect(pairs.allSatisfy { !$0.faults[0].concernsSameProcesses(as: $0.faults[1]) })
    }

    @Test(arguments: [
        ("oms kill", "oms->orders.db lock", true), ("oms kill", "relay->broker down", true),
        ("broker freeze", "shop poison", true), ("broker freeze", "shop spike", false),
        ("shop->broker down", "relay->broker down", true), ("all kill", "partner-crm freeze", true),
        ("courier->partner-crm down", "courier->partner-carrier down", true),
        ("function->courier down", "oms->broker down", false),
    ])
    func `knows who is concerned by a fault`(one: String, other: String, isSame: Bool) throws {
        let faults = try [one, other].map {
            try FaultRequest(words: $0.split(separator: " ").map(String.init))
        }

        #expect(faults[0].concernsSameProcesses(as: faults[1]) == isSame)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `gives each layer a turn before any has another`(seed: UInt64) {
        let plan = SoakPlan(seed: seed, length: .seconds(1_800))
        let layers = Set(SoakOffer.all.map(\.kind.layer))

        let turns = plan.rounds.map(\.faults[0].kind.layer)
        #expect(layers == Set(FaultLayer.allCases))
        #expect(Set(turns.prefix(layers.count)) == layers)
    }

    @Test func `draws all that there is on offer, and gives each fault a name of its own`() {
        let faults = (1...40 as ClosedRange<UInt64>).flatMap {
            SoakPlan(seed: $0, length: .seconds(1_800)).faults
        }

        for offer in SoakOffer.all {
            for target in offer.targets {
                #expect(
                    faults.contains { $0.kind == offer.kind && $0.target.description == target },
                    "\(target) \(offer.kind.rawValue)")
            }
        }
        let names = SoakPlan(seed: 7, length: .seconds(1_800)).faults.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `has a fault in it even if it is as short as it may be`(seed: UInt64) {
        #expect(!SoakPlan(seed: seed, length: SoakPlan.lengths.lowerBound).faults.isEmpty)
    }

    @Test func `is written down in words by which each fault can be asked for`() throws {
        let plan = SoakPlan(seed: 7, length: .seconds(600))

        let written = try JSONValue(parsing: plan.json.text)

        let faults = try #require(written["faults"]?.array).map {
            try FaultRequest(words: $0["words"]?.string?.split(separator: " ").map(String.init) ?? [])
        }
        #expect(faults == plan.faults)
        #expect(written["for"] == "10m" && written["seed"] == 7)
        #expect(plan.listing.rows.count == plan.faults.count)
    }
}
