import Outages
import Testing

/// The street in virtual time, each seed a storm of its own. `orderflow simulate` plays a thousand.
@Suite struct `A street in virtual time` {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `loses nothing, invents nothing and comes to rest`(seed: UInt64) throws {
        let outcome = try Simulation.short.play(seed: seed)

        #expect(outcome.held, "seed \(seed): \(outcome.breaches.joined(separator: "; "))")
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

    /// A proof that could not fail would be none.
    @Test(
        arguments: [
            (Sabotage.deleteBeforeCommit, 2), (.outboxNotSwept, 18), (.deduplicationByMessageID, 1),
            (.checkpointBeforeHandled, 27), (.recordBeforePosted, 1),
        ] as [(Sabotage, UInt64)])
    func `shows a mistake made on purpose, and names the orders`(mistake: Sabotage, seed: UInt64) throws {
        var simulation = Simulation.short
        simulation.sabotage = mistake

        let outcome = try simulation.play(seed: seed)

        #expect(!outcome.held)
        #expect(outcome.breaches.contains { $0.contains("S\(seed)-") }, "\(outcome.breaches)")
        #expect(try Simulation.short.play(seed: seed).held, "without the mistake this seed holds")
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
