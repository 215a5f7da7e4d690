import Outages
import Testing

/// The street in virtual time, each seed a storm of its own. `orderflow simulate` plays a thousand.
@Suite struct `A street in virtual time` {
    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func `loses nothing, invents nothing and comes to rest`(seed: UInt64) throws {
        let outcome = try Simulation.short.play(seed: seed)

        #expect(outcome.held, "seed \(seed): \(outcome.breaches.joined(separator: "; "))")
    }

    @Test(arguments: [3, 11] as [UInt64])
    func `tells the same story for the same seed`(seed: UInt64) throws {
        let once = try Simulation.short.play(seed: seed)
        let again = try Simulation.short.play(seed: seed, isTold: true)

        #expect(once.traceHash == again.traceHash)
        #expect(once.steps == again.steps && once.acknowledged == again.acknowledged)
        #expect(once.story.isEmpty && !again.story.isEmpty)
    }

    @Test func `tells another story for another seed`() throws {
        #expect(try Simulation.short.play(seed: 1).traceHash != Simulation.short.play(seed: 2).traceHash)
    }

    @Test func `does not depend on how many are played at once`() async throws {
        let one = try await Simulation.short.play(seeds: 1...4, threads: 1) { _ in true }
        let two = try await Simulation.short.play(seeds: 1...4, threads: 2) { _ in true }

        #expect(one.runs == 4 && two.runs == 4)
        #expect(one.traceHash == two.traceHash)
    }

    /// A proof that could not fail would be none.
    @Test(arguments: Sabotage.allCases)
    func `shows a mistake made on purpose, and names the orders`(mistake: Sabotage) throws {
        var simulation = Simulation.short
        simulation.sabotage = mistake

        let found = try (1...60).lazy.map { try simulation.play(seed: $0) }.first { !$0.held }

        let outcome = try #require(found, "no seed shows: \(mistake.rawValue)")
        #expect(outcome.breaches.contains { $0.contains("S-") }, "\(outcome.breaches)")
    }
}

extension Simulation {
    /// Set up once, for all tests.
    static let short: Simulation = {
        do {
            var simulation = try Simulation()
            simulation.orders = 12
            return simulation
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}
