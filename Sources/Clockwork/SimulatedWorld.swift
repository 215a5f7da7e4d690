import HeapModule

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A world on one thread in which time passes only when nobody can move, and a seed decides who moves next.
///
/// Everything that runs on one of its ``SimulatedHost``s runs here: each runnable job waits in one list, the seed
/// picks the next one, and when the list is empty the clock jumps to the earliest timer. The same seed always tells
/// the same story, and a story that takes hours is told in milliseconds.
///
/// Not thread-safe: make it, fill it and run it on one thread. While it runs, a job that another thread brings is a
/// mistake of ours and ends the process, for the story would depend on the machine.
package final class SimulatedWorld: @unchecked Sendable {  // one thread only, as said above
    private var jobs: [(host: SimulatedHost, job: UnownedJob)] = []
    /// What computers had begun when they died.
    private var unfinished: [(host: SimulatedHost, job: UnownedJob)] = []
    private var timers = Heap<SimulatedTimer>()
    private var timersSet: UInt64 = 0
    private var random: SeededGenerator
    private let beginning: Timestamp
    /// Where the world runs; nil while it stands still.
    private var thread: pthread_t?
    /// Whose job runs.
    private var running: SimulatedHost?

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
    /// - Parameter limit: How far the clock may go from here.
    /// - Returns: False when `limit` has passed, and nothing more happens in it.
    package func run(until isDone: () -> Bool, atMost limit: Duration = .seconds(86_400)) -> Bool {
        let end = uptime + limit
        thread = pthread_self()
        defer { thread = nil }
        while !isDone() {
            if jobs.isEmpty {
                guard fireEarliestTimers(until: end) else {
                    uptime = end
                    return false
                }
                continue
            }
            let place = random.next(upperBound: UInt64(jobs.count))
            let (host, job) = takeJob(at: Int(place))
            switch host.condition {
            case .dead: unfinished.append((host, job))  // its work is never done
            case .frozen: host.waitingJobs.append(job)
            case .awake:
                steps += 1
                note(host.number << 32 | place)
                perform(job, on: host)
            }
        }
        return true
    }

    /// Lets what the dead had begun run out, so that its memory is given back. Nothing may be asked of the world after it.
    ///
    /// Cancel every task first: whoever waits is then woken to see that it is over. Who will not see it is left behind.
    ///
    /// - Parameter most: How many jobs to run at most.
    package func dissolve(afterAtMost most: Int = 1_000_000) {
        thread = pthread_self()
        defer { thread = nil }
        timers = Heap()
        jobs += unfinished
        unfinished = []
        var left = most
        while left > 0, let (host, job) = jobs.popLast() {
            left -= 1
            perform(job, on: host)
        }
        jobs = []
    }

    /// Takes a job out of the list; the order of the others does not matter, as the seed picks among them.
    private func takeJob(at place: Int) -> (host: SimulatedHost, job: UnownedJob) {
        jobs.swapAt(place, jobs.count - 1)
        return jobs.removeLast()
    }

    private func perform(_ job: UnownedJob, on host: SimulatedHost) {
        running = host
        job.runSynchronously(on: host.asUnownedTaskExecutor())
        running = nil
        if host.condition == .dead { host.bury() }
    }

    /// Lets something happen after a while, on no computer: for what befalls computers, and what lies between them.
    @discardableResult
    package func after(_ span: Duration, _ happening: @escaping () -> Void) -> SimulatedTimer {
        setTimer(in: span, on: nil, happening)
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
        if let thread {
            precondition(pthread_equal(thread, pthread_self()) != 0, "a job from another thread")
        }
        jobs.append((host, job))
    }

    fileprivate func isRunning(_ host: SimulatedHost) -> Bool { running === host }

    fileprivate func setTimer(in span: Duration, on host: SimulatedHost?, _ fire: @escaping () -> Void)
        -> SimulatedTimer
    {
        timersSet += 1
        let timer = SimulatedTimer(due: uptime + max(span, .zero), number: timersSet, host: host, fire: fire)
        timers.insert(timer)
        return timer
    }

    /// Fires whatever is due first: all of one moment together, for then too it is the seed that says who goes first.
    private func fireEarliestTimers(until end: Duration) -> Bool {
        var hasFired = false
        while let timer = timers.min, !hasFired || timer.due <= uptime {
            guard timer.isArmed, timer.host?.isAlive ?? true else {
                timers.removeMin()
                continue
            }
            guard timer.due <= end else { break }
            timers.removeMin()
            uptime = max(uptime, timer.due)
            hasFired = true
            if let host = timer.host, host.condition == .frozen {
                host.overdueTimers.append(timer)
            } else {
                note(UInt64(bitPattern: uptime.microseconds))
                timer.fireNow()
            }
        }
        return hasFired
    }
}

/// Something that will happen in a ``SimulatedWorld``, once.
package final class SimulatedTimer: Comparable {
    fileprivate let due: Duration
    private let number: UInt64
    fileprivate let host: SimulatedHost?
    private var fire: (() -> Void)?

    fileprivate init(due: Duration, number: UInt64, host: SimulatedHost?, fire: @escaping () -> Void) {
        self.due = due
        self.number = number
        self.host = host
        self.fire = fire
    }

    /// It will not happen.
    package func cancel() { fire = nil }

    fileprivate var isArmed: Bool { fire != nil }

    fileprivate func fireNow() {
        let happening = fire
        fire = nil
        happening?()
    }

    package static func < (lhs: SimulatedTimer, rhs: SimulatedTimer) -> Bool {
        (lhs.due, lhs.number) < (rhs.due, rhs.number)
    }

    package static func == (lhs: SimulatedTimer, rhs: SimulatedTimer) -> Bool { lhs === rhs }
}

/// A computer in a ``SimulatedWorld``: it runs tasks, tells the time, and can freeze or die between any two steps.
///
/// Lives on its world's thread.
package final class SimulatedHost: TaskExecutor, TimeSource, @unchecked Sendable {
    fileprivate enum Condition {
        case awake, frozen, dead
    }

    package let name: String
    private let world: SimulatedWorld
    fileprivate let number: UInt64
    fileprivate private(set) var condition = Condition.awake
    /// How far this computer's wall clock is off.
    package var clockOffset: Duration = .zero
    private var lastWill: [() -> Void] = []
    fileprivate var waitingJobs: [UnownedJob] = []
    fileprivate var overdueTimers: [SimulatedTimer] = []

    fileprivate init(name: String, in world: SimulatedWorld) {
        self.name = name
        self.world = world
        number = world.numberForNewHost()
    }

    package var isAlive: Bool { condition != .dead }
    package var isFrozen: Bool { condition == .frozen }

    package func enqueue(_ job: consuming ExecutorJob) {
        world.enqueue(UnownedJob(job), on: self)
    }

    /// Dies at once: nothing of what it was doing goes on. Its open files are let go, as an operating system does.
    ///
    /// From within one of its own jobs, the rest of that job still runs: whatever leaves a computer asks first
    /// whether it ``isAlive``, and its files are let go directly after.
    package func die() {
        guard isAlive else { return }
        condition = .dead
        for job in waitingJobs { world.enqueue(job, on: self) }
        waitingJobs = []
        overdueTimers = []
        if !world.isRunning(self) { bury() }
    }

    /// Does nothing until it thaws, as after SIGSTOP. Its clocks go on.
    package func freeze() {
        if condition == .awake { condition = .frozen }
    }

    /// Goes on with all that came due in the meantime, as after SIGCONT.
    package func thaw() {
        guard condition == .frozen else { return }
        condition = .awake
        for job in waitingJobs { world.enqueue(job, on: self) }
        waitingJobs = []
        let timers = overdueTimers
        overdueTimers = []
        for timer in timers { timer.fireNow() }
    }

    /// Says what the operating system would do on this computer's death, such as closing a file.
    package func onDeath(_ release: @escaping () -> Void) {
        lastWill.append(release)
    }

    fileprivate func bury() {
        let will = lastWill
        lastWill = []
        for release in will { release() }
    }

    /// Lets something happen on this computer after a while: late if it is frozen then, never if it is dead.
    @discardableResult
    package func after(_ span: Duration, _ happening: @escaping () -> Void) -> SimulatedTimer {
        world.setTimer(in: span, on: self, happening)
    }

    package var now: Timestamp { world.now + clockOffset }
    package var uptime: Duration { world.uptime }

    package func sleep(for span: Duration) async throws {
        try Task.checkCancellation()
        let rest = Rest()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                rest.begin(continuation)
                rest.timer = after(span) { rest.end() }
                if Task.isCancelled { rest.end() }
            }
        } onCancel: {
            rest.end()
        }
        try Task.checkCancellation()
    }

    /// One task asleep; woken once, by its timer or by its cancellation.
    private final class Rest: @unchecked Sendable {  // lives on the world's thread
        var timer: SimulatedTimer?
        private var sleeper: UnsafeContinuation<Void, Never>?

        func begin(_ continuation: UnsafeContinuation<Void, Never>) { sleeper = continuation }

        func end() {
            timer?.cancel()
            timer = nil
            let woken = sleeper
            sleeper = nil
            woken?.resume()
        }
    }
}
