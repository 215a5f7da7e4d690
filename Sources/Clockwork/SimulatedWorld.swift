import HeapModule

/// A world on one thread in which time passes only when nobody can move, and a seed decides who moves next.
///
/// Everything that runs on one of its ``SimulatedHost``s runs here: each runnable job waits in one list, the seed
/// picks the next one, and when the list is empty the clock jumps to the earliest timer. The same seed always tells
/// the same story, and a story that takes hours is told in milliseconds.
///
/// Not thread-safe: make it, fill it and run it on one thread.
package final class SimulatedWorld: @unchecked Sendable {  // one thread only, as said above
    private var jobs: [(host: SimulatedHost, job: UnownedJob)] = []
    private var timers = Heap<Timer>()
    private var timersSet: UInt64 = 0
    private var random: SeededGenerator
    private let beginning: Timestamp

    /// Time since the world began.
    package private(set) var uptime: Duration = .zero
    /// How many jobs have run.
    package private(set) var steps = 0
    /// A digest of every choice made so far: two runs of one seed agree on it.
    package private(set) var traceHash: UInt64 = 0xCBF2_9CE4_8422_2325

    package init(seed: UInt64, beginning: Timestamp) {
        random = SeededGenerator(seed: seed)
        self.beginning = beginning
    }

    package var now: Timestamp { beginning + uptime }

    /// A computer in this world.
    package func host(named name: String) -> SimulatedHost {
        SimulatedHost(name: name, in: self)
    }

    /// Lets the world run until `isDone` holds.
    ///
    /// - Returns: False when nothing can run and no timer is set, or `limit` has passed: the world is stuck.
    package func run(until isDone: () -> Bool, atMost limit: Duration = .seconds(86_400)) -> Bool {
        while !isDone() {
            if jobs.isEmpty {
                guard fireEarliestTimer(), uptime <= limit else { return false }
                continue
            }
            let (host, job) = jobs.remove(at: Int(random.next(upperBound: UInt64(jobs.count))))
            guard host.isAlive else { continue }  // a dead computer's work is never done
            steps += 1
            note(host.number)
            job.runSynchronously(on: host.asUnownedTaskExecutor())
        }
        return true
    }

    /// Mixes an observation into ``traceHash``.
    package func note(_ observation: UInt64) {
        traceHash = (traceHash ^ observation) &* 0x100_0000_01B3
    }

    private var hostsMade: UInt64 = 0

    fileprivate func numberForNewHost() -> UInt64 {
        hostsMade += 1
        return hostsMade
    }

    fileprivate func enqueue(_ job: UnownedJob, on host: SimulatedHost) {
        jobs.append((host, job))
    }

    fileprivate func setTimer(in span: Duration, on host: SimulatedHost, _ fire: @escaping () -> Void)
        -> Timer
    {
        timersSet += 1
        let timer = Timer(due: uptime + max(span, .zero), number: timersSet, host: host, fire: fire)
        timers.insert(timer)
        return timer
    }

    private func fireEarliestTimer() -> Bool {
        while let timer = timers.popMin() {
            guard timer.host.isAlive, let fire = timer.fire else { continue }
            uptime = max(uptime, timer.due)
            note(UInt64(bitPattern: uptime.microseconds))
            timer.fire = nil
            fire()
            return true
        }
        return false
    }

    fileprivate final class Timer: Comparable {
        let due: Duration
        let number: UInt64
        let host: SimulatedHost
        var fire: (() -> Void)?

        init(due: Duration, number: UInt64, host: SimulatedHost, fire: @escaping () -> Void) {
            self.due = due
            self.number = number
            self.host = host
            self.fire = fire
        }

        static func < (lhs: Timer, rhs: Timer) -> Bool { (lhs.due, lhs.number) < (rhs.due, rhs.number) }
        static func == (lhs: Timer, rhs: Timer) -> Bool { lhs === rhs }
    }
}

/// A computer in a ``SimulatedWorld``: it runs tasks, tells the time, and can die between any two steps.
package final class SimulatedHost: TaskExecutor, TimeSource, @unchecked Sendable {  // lives on its world's thread
    package let name: String
    private let world: SimulatedWorld
    fileprivate let number: UInt64
    package private(set) var isAlive = true
    /// How far this computer's wall clock is off.
    package var clockOffset: Duration = .zero
    private var lastWill: [() -> Void] = []

    fileprivate init(name: String, in world: SimulatedWorld) {
        self.name = name
        self.world = world
        number = world.numberForNewHost()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        world.enqueue(UnownedJob(job), on: self)
    }

    /// Dies at once: nothing of what it was doing goes on. Its open files are let go, as an operating system does.
    package func die() {
        guard isAlive else { return }
        isAlive = false
        for release in lastWill { release() }
        lastWill = []
    }

    /// Says what the operating system would do on this computer's death, such as closing a file.
    package func onDeath(_ release: @escaping () -> Void) {
        lastWill.append(release)
    }

    package var now: Timestamp { world.now + clockOffset }
    package var uptime: Duration { world.uptime }

    package func sleep(for span: Duration) async throws {
        try Task.checkCancellation()
        let rest = Rest()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                rest.begin(continuation)
                rest.timer = world.setTimer(in: span, on: self) { rest.end() }
                if Task.isCancelled { rest.end() }
            }
        } onCancel: {
            rest.end()
        }
        try Task.checkCancellation()
    }

    /// One task asleep; woken once, by its timer or by its cancellation.
    private final class Rest: @unchecked Sendable {  // lives on the world's thread
        var timer: SimulatedWorld.Timer?
        private var sleeper: UnsafeContinuation<Void, Never>?

        func begin(_ continuation: UnsafeContinuation<Void, Never>) { sleeper = continuation }

        func end() {
            timer?.fire = nil
            timer = nil
            let woken = sleeper
            sleeper = nil
            woken?.resume()
        }
    }
}
