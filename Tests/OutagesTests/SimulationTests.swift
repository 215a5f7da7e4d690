import Outages
import Testing

/// The street in virtual time, each seed a storm of its own. `orderflow simulate` plays a thousand.
@Suite struct `A street in virtual time` {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `loses nothing, invents nothing and comes to rest`(seed: UInt64) async throws {
        _ = try await Simulation.short.play(seeds: seed...seed, threads: 1) { outcome in
            #expect(outcome.held, "seed \(seed): \(outcome.breaches.joined(separator: "; "))")
            return true
        }
    }

    @Test func `tells the same story for the same seed, and another for another`() throws {
        let once = try Simulation.short.play(seed: 3)
        let again = try Simulation.short.play(seed: 3, isTold: true)

        #expect(once.traceHash == again.traceHash)
        #expect(once.steps == again.steps && once.acknowledged == again.acknowledged)
        #expect(once.story.isEmpty && !again.story.isEmpty)
        #expect(try Simulation.short.play(seed: 4).traceHash != once.traceHash)
    }

    @Test func `does not depend on how many are played at once`() async throws {
        let one = try await Simulation.short.play(seeds: 1...2, threads: 1) { _ in true }
        let two = try await Simulation.short.play(seeds: 1...2, threads: 2) { _ in true }

        #expect(one.runs == 2 && two.runs == 2)
        #expect(one.traceHash == two.traceHash)
    }

    /// A proof that could not fail would be none. Which seed shows a mistake first changes with every line of the roles.
    @Test(arguments: [
        Sabotage.deleteBeforeCommit, .outboxNotSwept, .deduplicationByMessageID, .checkpointBeforeHandled,
        .recordBeforePosted,
    ])
    func `shows a mistake made on purpose, and names the orders`(mistake: Sabotage) async throws {
        var simulation = Simulation.short
        simulation.sabotage = mistake
        var seed: UInt64?

        _ = try await simulation.play(seeds: 1...200, threads: 1) { outcome in
            if outcome.breaches.contains(where: { $0.contains("S\(outcome.seed)-") }) { seed = outcome.seed }
            return seed == nil
        }

        let found = try #require(seed, "no seed shows: \(mistake.rawValue)")
        #expect(try Simulation.short.play(seed: found).held, "without the mistake seed \(found) holds")
    }
}

extension Simulation {
    /// Set up once, for all tests.
    static let short: Simulation = {
        do {
            var simulation = try Simulation()
            simulation.orders = 8
            return simulation
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}
