import Clockwork
import Disk
import Logging
import ServiceLifecycle

/// One process of a simulated street on a computer of its own, with a supervisor that starts it again whenever it ends.
///
/// Each life is a new ``SimulatedHost``; the files and the clock stay. Lives on its world's thread.
final class SimulatedPart: @unchecked Sendable {  // on one thread, as said above
    /// What all parts of a street share.
    struct Ground {
        let world: SimulatedWorld
        let network: SimulatedNetwork
        let cast: SimulatedCast
        /// The data directory.
        let directory: String
        let story: Story
        let watch: PointWatch
    }

    let name: String
    let role: StreetRole
    private let ground: Ground
    private var random: SeededGenerator
    private(set) var host: SimulatedHost?
    /// The files that the present life has open.
    private var disks: [Disk] = []
    private var crashPoint: CrashPoint?
    private var services: ServiceGroup?
    /// Of every life.
    private var lives: [Task<Void, Never>] = []
    private var bornAt = Duration.zero
    private var earlyDeaths = 0
    private var heldUntil = Duration.zero
    private var isRetired = false
    private(set) var sightings = Sightings()
    /// Errors with which the process ended by itself, which no fault of ours explains.
    private(set) var collapses: [String] = []

    init(_ name: String, on ground: Ground, seed: UInt64) {
        self.name = name
        role = StreetRole(playing: name)
        self.ground = ground
        random = SeededGenerator(seed: seed)
    }

    /// How far the computer's wall clock is off.
    var clockOffset = Duration.zero {
        didSet { host?.clockOffset = clockOffset }
    }

    /// What lies in wait for it.
    var snares = Snares()

    /// Whether its roles are made and at work.
    private(set) var isUp = false

    /// A file that it has open now.
    func disk(named name: String) -> Disk? {
        isUp ? disks.first { $0.name == name } : nil
    }

    func start() {
        guard !isRetired, host?.isAlive != true else { return }
        let host = ground.world.host(named: name)
        host.clockOffset = clockOffset
        self.host = host
        bornAt = ground.world.uptime
        let crashPoint = CrashPoint(of: self, host: host, watch: ground.watch) { [self] place in
            if case .commit(let point) = place {
                sightings.note(point.side == .before ? .crashedBeforeCommit(role) : .crashedAfterCommit(role))
            }
            ground.story.tell("\(name) crashed: \(place)")
        }
        self.crashPoint = crashPoint
        host.onDeath { [self] in died(host) }
        let storage = Storage(
            directory: ground.directory, witness: crashPoint,
            failStop: { [self] error in
                collapse(with: error, on: host)
                host.die()
            },
            opened: { [self] disk in disks.append(disk) })
        let (seed, boot) = (random.next(), random.span(in: .milliseconds(10)...(.milliseconds(200))))
        // Not a child of anything: it is a process, and ends with its computer.
        lives.append(
            Task(executorPreference: host) { [self] in
                let surroundings = Surroundings(time: host, chance: .seeded(seed), witness: crashPoint)
                await live(on: host, storage, surroundings, after: boot)
            })
    }

    private func live(
        on host: SimulatedHost, _ storage: Storage, _ surroundings: Surroundings, after boot: Duration
    ) async {
        do {
            try await host.sleep(for: boot)
            let logger = ground.story.logger(for: name)
            let play = try ground.cast.play(
                name, on: host, storage: storage, surroundings: surroundings, logger: logger)
            guard host.isAlive else { return }
            isUp = true
            if let answer = play.answer { ground.network.listen(on: host, answer) }
            let services = ServiceGroup(
                configuration: .init(
                    services: play.services.map {
                        .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
                    }, gracefulShutdownSignals: [], logger: logger))
            self.services = services
            try await services.run()
        } catch {
            collapse(with: error, on: host)
        }
        host.die()
    }

    private func collapse(with error: any Error, on host: SimulatedHost) {
        guard host.isAlive, !isRetired else { return }
        collapses.append("\(name) ended by itself: \(error)")
        ground.story.tell("\(name) ended by itself: \(error)")
    }

    private func died(_ host: SimulatedHost) {
        isUp = false
        services = nil
        crashPoint = nil
        ground.network.mourn(host)
        for disk in disks {
            if isRetired { disk.close(orderly: false) } else { DeadFile.leave(disk) }
        }
        disks = []
        guard !isRetired else { return }
        let hasSettled = ground.world.uptime - bornAt > RestartPause.settledAfter
        earlyDeaths = hasSettled ? 1 : earlyDeaths + 1
        let pause = max(RestartPause.afterDeaths(earlyDeaths), heldUntil - ground.world.uptime)
        ground.world.after(pause) { [self] in start() }
    }

    // MARK: What befalls it

    /// SIGKILL.
    ///
    /// - Parameter span: How long it stays dead at least.
    func kill(holdingFor span: Duration = .zero) {
        guard let host, host.isAlive else { return }
        heldUntil = ground.world.uptime + span
        sightings.note(.killed(role))
        ground.story.tell("\(name) killed")
        host.die()
    }

    /// Dies at a commit to come.
    func crash(_ side: CommitPoint.Side, commits: Int) {
        crashPoint?.arm(side, commits: commits)
    }

    /// SIGTERM; and SIGKILL if it has not ended after 15 s.
    func stop(holdingFor span: Duration) {
        guard let services, let host, host.isAlive, isUp else { return }
        heldUntil = ground.world.uptime + span
        sightings.note(.stopped(role))
        ground.story.tell("\(name) told to stop")
        _ = Task(executorPreference: host) { await services.triggerGracefulShutdown() }
        ground.world.after(.seconds(15)) { host.die() }
    }

    /// SIGSTOP, and SIGCONT after a while.
    func freeze(for span: Duration) {
        guard let host, host.isAlive, !host.isFrozen else { return }
        sightings.note(.frozen(role))
        ground.story.tell("\(name) frozen for \(span.milliseconds) ms")
        host.freeze()
        ground.world.after(span) { [self] in
            guard host.isFrozen else { return }
            ground.story.tell("\(name) thawed")
            host.thaw()
        }
    }

    /// SIGSTOP, and SIGCONT at a moment.
    func freeze(until end: Duration) {
        freeze(for: max(.milliseconds(1), end - ground.world.uptime))
    }

    /// What held it down or still is over.
    func release() {
        heldUntil = .zero
        host?.thaw()
        start()
    }

    func jumpClock(by offset: Duration) {
        sightings.note(.clockJumped(role))
        ground.story.tell("\(name): clock is off by \(offset.milliseconds) ms")
        clockOffset = offset
    }

    /// The faults are over: it works, or soon will, with a clock that is right.
    func recover() {
        heldUntil = .zero
        crashPoint?.disarm()
        snares = Snares()
        clockOffset = .zero
        host?.thaw()
    }

    /// Ends it for good, so that its memory can be given back.
    func retire() {
        isRetired = true
        host?.die()
        for life in lives { life.cancel() }
        lives = []
    }
}
