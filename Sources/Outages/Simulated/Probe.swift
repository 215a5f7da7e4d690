package func probe(from: UInt64, count: UInt64, told: Bool, template: StreetTemplate) throws {
    let clock = ContinuousClock()
    var simulated = Duration.zero
    let began = clock.now
    var sightings = Sightings()
    for seed in from..<from + count {
        let street = try SimulatedStreet(seed: seed, orders: 30, sabotage: nil, template: template, isTold: told)
        let before = clock.now
        let outcome = try street.perform()
        for line in outcome.story { print(line) }
        simulated += outcome.simulated
        sightings.add(outcome.sightings)
        print(
            seed, outcome.held ? "held" : "BROKEN", String(outcome.traceHash, radix: 16), outcome.simulated, outcome.steps,
            outcome.acknowledged, clock.now - before)
        for breach in outcome.breaches { print("   ", breach) }
    }
    print("simulated", simulated, "in", clock.now - began)
    print("never seen:", sightings.missing)
}
