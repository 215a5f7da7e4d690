import Clockwork
import Synchronization
import Testing

@Suite struct `A simulated world` {
    @Test(arguments: UInt64(1)...20)
    func `tells the same story for the same seed`(seed: UInt64) {
        let (first, second) = (Story(seed: seed), Story(seed: seed))

        #expect(first.isFinished && second.isFinished)
        #expect(first.lines == second.lines, "seed \(seed)")
        #expect(first.traceHash == second.traceHash, "seed \(seed)")
    }

    @Test func `tells another story for another seed`() {
        let stories = (UInt64(1)...20).map { Story(seed: $0) }

        #expect(Set(stories.map(\.traceHash)).count == 20)
        #expect(Set(stories.map(\.lines)).count > 10)
    }

    @Test func `lets hours pass in no time`() {
        let world = SimulatedWorld(seed: 1, beginning: .dawn)
        let host = world.host(named: "a")
        let end = Box<Timestamp?>(nil)
        Task(executorPreference: host) {  // ends with the world
            try await host.sleep(for: .seconds(3_600))
            end.value = host.now
        }

        let isDone = world.run(until: { end.value != nil })

        #expect(isDone)
        #expect(end.value == .dawn + .seconds(3_600))
        #expect(world.uptime == .seconds(3_600))
    }

    @Test func `wakes sleepers in the order of their alarms`() {
        let world = SimulatedWorld(seed: 4, beginning: .dawn)
        let host = world.host(named: "a")
        let woken = Box<[Int]>([])
        for seconds in [30, 10, 20, 0, -5] {
            Task(executorPreference: host) {  // ends with the world
                try await host.sleep(for: .seconds(seconds))
                woken.value.append(seconds)
            }
        }

        let isDone = world.run(until: { woken.value.count == 5 })

        #expect(isDone)
        #expect(Set(woken.value.prefix(2)) == [0, -5])
        #expect(woken.value.suffix(3) == [10, 20, 30])
    }

    @Test func `lets the seed choose among those who wake at one moment`() {
        let orders = (UInt64(1)...30).map { seed in
            let world = SimulatedWorld(seed: seed, beginning: .dawn)
            let host = world.host(named: "a")
            let woken = Box<[Int]>([])
            for number in 0..<2 {
                Task(executorPreference: host) {  // ends with the world
                    try await host.sleep(for: .seconds(1))
                    woken.value.append(number)
                }
            }
            _ = world.run(until: { woken.value.count == 2 })
            return woken.value
        }

        #expect(Set(orders) == [[0, 1], [1, 0]])
    }

    @Test func `wakes a cancelled sleeper at once`() {
        let world = SimulatedWorld(seed: 1, beginning: .dawn)
        let host = world.host(named: "a")
        let outcome = Box<String?>(nil)
        let sleeper = Task(executorPreference: host) {  // cancelled by the next one
            do {
                try await host.sleep(for: .seconds(3_600))
                outcome.value = "slept"
            } catch {
                outcome.value = "\(type(of: error)) after \(host.uptime)"
            }
        }
        Task(executorPreference: host) {  // ends with the world
            try await host.sleep(for: .seconds(5))
            sleeper.cancel()
        }

        let isDone = world.run(until: { outcome.value != nil })

        #expect(isDone)
        #expect(outcome.value == "CancellationError after 5.0 seconds")
    }

    @Test func `does not let a cancelled task fall asleep`() {
        let world = SimulatedWorld(seed: 1, beginning: .dawn)
        let host = world.host(named: "a")
        let outcome = Box<Bool?>(nil)
        let sleeper = Task(executorPreference: host) {  // cancelled before it runs
            outcome.value = (try? await host.sleep(for: .seconds(1))) == nil
        }
        sleeper.cancel()

        let isDone = world.run(until: { outcome.value != nil })

        #expect(isDone && outcome.value == true)
        #expect(world.uptime == .zero)
    }

    @Test func `does nothing more on a host that has died`() {
        let world = SimulatedWorld(seed: 1, beginning: .dawn)
        let (victim, survivor) = (world.host(named: "victim"), world.host(named: "survivor"))
        let beats = Box<[String]>([])
        for host in [victim, survivor] {
            Task(executorPreference: host) {  // beats for ever
                while true {
                    try await host.sleep(for: .seconds(1))
                    beats.value.append(host.name)
                }
            }
        }
        let closed = Box(0)
        victim.onDeath { closed.value += 1 }
        _ = world.run(until: { world.uptime >= .seconds(3) && beats.value.count == 6 })

        victim.die()
        victim.die()
        _ = world.run(until: { beats.value.count == 12 })

        #expect(!victim.isAlive && survivor.isAlive)
        #expect(beats.value.suffix(6).allSatisfy { $0 == "survivor" })
        #expect(closed.value == 1)
    }

    @Test func `says when it is stuck`() {
        let world = SimulatedWorld(seed: 1, beginning: .dawn)
        let host = world.host(named: "a")
        let bell = Bell()
        Task(executorPreference: host) { await bell.heard() }  // nobody rings

        #expect(!world.run(until: { false }))
    }

    @Test func `goes no further than it is told`() {
        let world = SimulatedWorld(seed: 1, beginning: .dawn)
        let host = world.host(named: "a")
        let beats = Box(0)
        Task(executorPreference: host) {  // beats for ever
            while true {
                try await host.sleep(for: .seconds(10))
                beats.value += 1
            }
        }

        #expect(!world.run(until: { false }, atMost: .seconds(35)))
        #expect(beats.value == 3)
        #expect(!world.run(until: { false }, atMost: .seconds(10)))
        #expect(beats.value == 4)
    }

    @Test func `shows each host its own wall clock, and all one uptime`() {
        let world = SimulatedWorld(seed: 1, beginning: .dawn)
        let (right, wrong) = (world.host(named: "right"), world.host(named: "wrong"))

        wrong.clockOffset = .seconds(-90)

        #expect(right.now == .dawn)
        #expect(wrong.now == .dawn - .seconds(90))
        #expect(right.uptime == wrong.uptime)
    }

    @Test(arguments: UInt64(1)...10)
    func `keeps task groups and actors on its one thread`(seed: UInt64) {
        let world = SimulatedWorld(seed: seed, beginning: .dawn)
        let host = world.host(named: "a")
        let counter = Counter()
        let total = Box<Int?>(nil)
        Task(executorPreference: host) {  // ends with the world
            await withTaskGroup { group in
                for number in 0..<20 {
                    group.addTask {
                        try? await host.sleep(for: .milliseconds(number % 3))
                        await counter.add(number)
                    }
                }
            }
            total.value = await counter.total
        }

        // A job from another thread would end the process here.
        #expect(world.run(until: { total.value != nil }))
        #expect(total.value == 190)
    }

    @Test func `finds a planted race`() {
        let lost = (UInt64(1)...100).filter { seed in
            let world = SimulatedWorld(seed: seed, beginning: .dawn)
            let host = world.host(named: "bank")
            let account = Account()
            let paid = Box(0)
            for _ in 0..<2 {
                Task(executorPreference: host) {  // ends with the world
                    await account.payCarelessly(10)
                    paid.value += 1
                }
            }
            _ = world.run(until: { paid.value == 2 })
            return account.balance.value != 20
        }

        #expect(!lost.isEmpty, "no order of steps was tried that loses a payment")
        #expect(lost.count < 100, "every order of steps loses one: then it is no race")
    }
}

@Suite struct `A bell` {
    @Test func `wakes all who wait for it`() {
        let world = SimulatedWorld(seed: 2, beginning: .dawn)
        let host = world.host(named: "a")
        let (bell, woken) = (Bell(), Box(0))
        for _ in 0..<3 {
            Task(executorPreference: host) {  // ends with the world
                await bell.heard()
                woken.value += 1
            }
        }
        Task(executorPreference: host) {  // ends with the world
            try await host.sleep(for: .seconds(1))
            bell.ring()
        }

        #expect(world.run(until: { woken.value == 3 }))
        #expect(world.uptime == .seconds(1))
    }

    @Test func `keeps one ring for who comes later, and only one`() async {
        let bell = Bell()
        bell.ring()
        bell.ring()

        await bell.heard()

        let world = SimulatedWorld(seed: 2, beginning: .dawn)
        let host = world.host(named: "a")
        let waited = Box<Duration?>(nil)
        Task(executorPreference: host) {  // ends with the world
            await bell.heard(within: .seconds(7), by: host)
            waited.value = host.uptime
        }
        #expect(world.run(until: { waited.value != nil }))
        #expect(waited.value == .seconds(7))
    }

    @Test(arguments: UInt64(1)...20)
    func `ends the wait early, and leaves nothing behind`(seed: UInt64) {
        let world = SimulatedWorld(seed: seed, beginning: .dawn)
        let host = world.host(named: "a")
        let (bell, waits) = (Bell(), Box<[Duration]>([]))
        Task(executorPreference: host) {  // ends with the world
            for _ in 0..<2 {
                await bell.heard(within: .seconds(10), by: host)
                waits.value.append(host.uptime)
            }
        }
        Task(executorPreference: host) {  // ends with the world
            try await host.sleep(for: .seconds(3))
            bell.ring()
        }

        #expect(world.run(until: { waits.value.count == 2 }))
        #expect(waits.value == [.seconds(3), .seconds(13)])
    }

    @Test(.timeLimit(.minutes(1)))
    func `lets go of a cancelled listener`() async {
        let bell = Bell()
        let listener = Task { await bell.heard() }  // cancelled in the next line
        listener.cancel()

        await listener.value
    }
}

/// Two hosts with a few tasks each, which sleep, take turns at an actor, and write down who was when.
private struct Story {
    let lines: [String]
    let traceHash: UInt64
    let isFinished: Bool

    init(seed: UInt64) {
        let world = SimulatedWorld(seed: seed, beginning: .dawn)
        let chance = Chance.seeded(seed)
        let (diary, counter) = (Box<[String]>([]), Counter())
        for name in ["left", "right"] {
            let host = world.host(named: name)
            for number in 0..<3 {
                Task(executorPreference: host) {  // ends with the world
                    for step in 0..<4 {
                        try await host.sleep(for: .milliseconds(Int(chance.unit() * 3)))
                        await counter.add(step)
                        diary.value.append("\(name) \(number) \(step) at \(host.uptime)")
                    }
                }
            }
        }
        isFinished = world.run(until: { diary.value.count == 24 })
        lines = diary.value
        traceHash = world.traceHash
    }
}

private actor Counter {
    var total = 0
    func add(_ number: Int) { total += number }
}

/// Reads, lets others go first, and writes what it had read.
private struct Account {
    let balance = Box(0)

    func payCarelessly(_ amount: Int) async {
        let read = balance.value
        await Task.yield()
        balance.value = read + amount
    }
}

/// A value that tasks of one world share.
private final class Box<Value: Sendable>: Sendable {
    private let content: Mutex<Value>

    init(_ value: Value) { content = Mutex(value) }

    var value: Value {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }
}

extension Timestamp {
    fileprivate static let dawn = Timestamp(seconds: 1_795_000_000)
}
