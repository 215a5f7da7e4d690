import Clockwork
import Courier
import Disk
import Inspection
import Orders
import Shop
import Wire

/// The whole street in virtual time, on one thread, by seed: every role on a computer of its own, on real files, through
/// the same signed bytes as ever.
///
/// First an ordeal, such as a storm in which processes die, freeze and lose each other's words; then calm, in which
/// everything must come to rest; then the audit over the files. The same seed always tells the same story.
final class SimulatedStreet: @unchecked Sendable {  // lives on its world's thread
    let seed: UInt64
    let plan: StreetPlan
    let storm: Storm
    let world: SimulatedWorld
    let network: SimulatedNetwork
    let parts: [SimulatedPart]
    let story: Story
    let witness = WireWitness()
    let watch: PointWatch
    let directory: ScratchDirectory
    /// Chance for what is done to the street.
    var random: SeededGenerator
    var sightings = Sightings()
    var breaches: [String] = []

    // Of a street on which a scenario is played.
    let scenario: Scenario?
    let rehearsal: Rehearsal?
    let pipeline: PipelineWatch
    var afflictions: [Affliction] = []
    /// Faults that are over.
    var timeline: [FaultTimeline.Fault] = []
    var pranks: [PrankSeries] = []
    /// How many times faster the shop is to sell, by the faults that ask for it.
    var tempi: [String: Double] = [:]
    /// What was not as the scenario wants it, in words.
    var deviations: [String] = []
    var invalid: String?
    private(set) var report: AuditReport?

    let conductor: SimulatedHost
    private var isProvisioned = false
    private var tasks: [Task<Void, Never>] = []

    /// What befalls the street.
    enum Ordeal: Sendable {
        /// A storm, drawn from the seed as the street itself is.
        case storm
        /// One death, at a point that the street passes in any case; nil for none.
        case crash(SweepPoint?)
        /// What a scenario does to it.
        case scenario(Scenario)
    }

    init(
        seed: UInt64, orders: Int, ordeal: Ordeal = .storm, sabotage: Sabotage?, template: StreetTemplate,
        isTold: Bool
    ) throws {
        var random = SeededGenerator(seed: seed)
        self.seed = seed
        world = SimulatedWorld(seed: random.next(), beginning: Self.beginning)
        network = SimulatedNetwork(world: world, seed: random.next())
        story = Story(of: world, isTold: isTold)
        directory = try ScratchDirectory(named: "street")
        try template.lay(out: directory)
        conductor = world.host(named: "conductor")
        var names = StreetSettings().processes
        var rehearsal: Rehearsal?
        switch ordeal {
        case .storm:
            storm = Storm(hitting: names, using: &random)
            plan = StreetPlan(seed: seed, orders: orders, selling: storm.span, using: &random)
            watch = PointWatch(processes: names, endingAt: nil)
        case .crash(let point):
            storm = .none
            plan = StreetPlan(seed: seed, swept: orders)
            watch = PointWatch(processes: names, endingAt: point)
        case .scenario(let scenario):
            storm = .none
            plan = StreetPlan(seed: seed, staged: scenario.staging)
            names = plan.settings.processes
            watch = PointWatch(processes: [], endingAt: nil)
            rehearsal = Rehearsal()
        }
        scenario = if case .scenario(let scenario) = ordeal { scenario } else { nil }
        let cast = SimulatedCast(
            settings: plan.settings, shop: plan.shop, purchases: plan.purchases, sabotage: sabotage,
            patience: scenario.map { Patience($0.staging.system.retries) } ?? .simulated,
            rehearsal: rehearsal, network: network, witness: witness)
        let ground = SimulatedPart.Ground(
            world: world, network: network, cast: cast, directory: directory.path, story: story,
            watch: watch)
        network.watch = watch
        parts = names.map { SimulatedPart($0, on: ground, seed: random.next()) }
        self.random = random
        self.rehearsal = rehearsal
        pipeline = PipelineWatch(directory: directory.path, time: conductor)
    }

    /// A Sunday evening before Christmas.
    private static let beginning = Timestamp(seconds: 1_795_382_043)

    /// Plays the whole run.
    func perform() throws -> SimulatedOutcome {
        defer { end() }
        guard open() else { return outcome(after: "the street did not open") }
        if let scenario { try endure(scenario) } else { try endure() }
        recover()
        guard try comesToRest() else { return outcome(after: "no rest: \(try unrest())") }
        report = try audit()
        return outcome(after: nil)
    }

    // MARK: Opening

    private func open() -> Bool {
        for part in parts { part.start() }
        let queue = client(SQS.self, to: "broker")
        let stream = client(Kinesis.self, to: "broker")
        perform { [self] in
            while !isProvisioned {
                do {
                    try await Provisioning(settings: plan.settings, queue: queue, stream: stream).run()
                    isProvisioned = true
                } catch {
                    try await conductor.sleep(for: .milliseconds(50))
                }
            }
        }
        return world.run(until: { isProvisioned }, atMost: .seconds(60))
    }

    /// Does something from the conductor's computer, which nothing befalls.
    func perform(_ deed: @escaping @Sendable () async throws -> Void) {
        // Not a child of anything: the street ends it.
        tasks.append(Task(executorPreference: conductor) { try? await deed() })
    }

    func client<Service: WireService>(_ service: Service.Type, to server: String)
        -> SigningClient<Service, SimulatedTransport>
    {
        SigningClient(
            service, over: network.transport(from: conductor, to: server),
            credentials: plan.settings.keys[.conductor].credentials, region: plan.settings.region,
            surroundings: Surroundings(time: conductor, chance: .seeded(random.next())))
    }

    func part(_ name: String) -> SimulatedPart? { parts.first { $0.name == name } }

    // MARK: Rest

    /// Lets time pass without faults until nothing is under way any more. - Returns: False when that takes too long.
    private func comesToRest() throws -> Bool {
        let end = world.uptime + Self.longestRecovery
        while world.uptime < end {
            // Nothing is ever done for good in this time: pollers go on polling.
            _ = world.run(until: { false }, atMost: .milliseconds(500))
            try lookForLoss()
            if try isAtRest() { return true }
            if !breaches.isEmpty { return true }
        }
        return false
    }

    /// Breakers, leases, back-offs and retries are all well below this.
    private static let longestRecovery = Duration.seconds(180)

    // MARK: The end

    private func outcome(after failure: String?) -> SimulatedOutcome {
        for part in parts { sightings.add(part.sightings) }
        sightings.add(network.sightings)
        sightings.add(witness.sightings)
        let findings = [failure].compactMap(\.self) + breaches + witness.breaches + parts.flatMap(\.collapses)
        for finding in findings { story.tell(finding) }
        return SimulatedOutcome(
            seed: seed, traceHash: world.traceHash, simulated: world.uptime, steps: world.steps,
            acknowledged: acknowledged, breaches: findings, sightings: sightings, story: story.lines)
    }

    var acknowledged = 0

    /// Ends every life and every call, so that all memory is given back.
    private func end() {
        for part in parts { part.retire() }
        network.dissolve()
        for task in tasks { task.cancel() }
        world.dissolve()
    }
}

extension StreetSettings {
    /// The processes of a street; whoever is asked stands before whoever asks.
    var processes: [String] {
        ["broker"] + partners.map { "partner-\($0.name)" } + ["courier", "function", "oms", "shop"]
    }
}
