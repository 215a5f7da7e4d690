import Clockwork
import Disk
import Foundation
import Logging
import Orders
import Synchronization
import Wire

@testable import OMS

/// An OMS in virtual time between a queue and a stream of the test's own. Its process may die at any commit and be
/// started again on the same files.
final class Workshop {
    let world: SimulatedWorld
    let queue: FakeQueue
    /// Where the reader of the stream tells of what expired.
    let gaps: FakeQueue
    let stream: FakeStream
    let log = LogBook()
    var settings: OrderManagement.Settings
    private let directory = TemporaryDirectory()
    private let outside: SimulatedHost
    private var inside: SimulatedHost?
    private(set) var management: OrderManagement?
    private(set) var store: OrderStore?
    private let witness = Assassin()
    private var seed: UInt64
    private var ending = Ending()
    private var told = (commits: 0, isTold: false)

    init(seed: UInt64 = 1) {
        self.seed = seed
        world = SimulatedWorld(seed: seed, beginning: .noon)
        outside = world.host(named: "outside")
        queue = FakeQueue(time: outside)
        gaps = FakeQueue(time: outside)
        stream = FakeStream(time: outside)
        settings = OrderManagement.Settings()
        settings.queue = .name("orders")
    }

    deinit {
        kill()
    }

    /// Starts a process, which runs as soon as the world does.
    func start() throws {
        seed += 1_000
        let host = world.host(named: "oms")
        let storage = Storage(
            directory: directory.path, witness: witness,
            opened: { disk in host.onDeath { disk.close(orderly: false) } })
        let management = try OrderManagement(
            settings: settings, storage: storage, queue: queue, gaps: gaps, stream: stream,
            surroundings: Surroundings(time: host, chance: .seeded(seed)), logger: log.logger)
        self.management = management
        store = management.store
        inside = host
        let ending = Ending()
        self.ending = ending
        // The world runs it and drops it; nobody waits for it.
        Task(executorPreference: host) {
            do {
                try await management.run()
                ending.come(well: true)
            } catch {
                ending.come(well: false)
            }
        }
    }

    /// Ends the process between two of its steps.
    func kill() {
        spare()
        inside?.die()
        inside = nil
    }

    /// The process dies at a commit of its database, counted from now, and hears nothing more.
    func killAtCommit(_ number: Int, _ side: CommitPoint.Side) {
        witness.killAt(number, side)
    }

    /// Takes back what was in store for coming commits.
    func spare() {
        witness.forget()
    }

    /// The next commits fail, and nothing of them is kept.
    func failCommits(_ error: DiskError, times: Int) {
        witness.fail(error, times: times)
    }

    /// Puts another file in the place of the order database, as a careless restore does.
    func swapFile() throws {
        let path = "\(directory.path)/\(OrderSchema.file)"
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).old")
        try Data().write(to: URL(filePath: path))
    }

    /// True once the process has ended by itself.
    var hasEnded: Bool { ending.wasGood != nil }
    var endedWell: Bool { ending.wasGood == true }

    /// Lets the world run until `isDone` holds or the process has been killed at a commit.
    ///
    /// - Returns: True when it was `isDone` that ended it.
    @discardableResult
    func run(until isDone: () -> Bool, atMost limit: Duration = .seconds(600)) -> Bool {
        let isOver = world.run(
            until: {
                guard !witness.hasStruck else { return true }
                return isDone()
            }, atMost: world.uptime + limit)
        guard witness.hasStruck else { return isOver }
        kill()
        return false
    }

    /// Lets time pass.
    func wait(_ span: Duration) {
        let end = world.uptime + span
        Task(executorPreference: outside) { [outside] in try? await outside.sleep(for: span) }
        run(until: { world.uptime >= end }, atMost: span + .seconds(1))
    }

    /// True when nothing is left to do.
    var isQuiet: Bool { queue.isEmpty && isTold }

    /// True when the stream has acknowledged every event. Asks the books only after a commit, for it is asked at every step.
    var isTold: Bool {
        if told.commits != witness.commits {
            told = (witness.commits, (try? store?.unpublished(after: 0, limit: 1).isEmpty) ?? false)
        }
        return told.isTold
    }

    /// Puts orders on the queue, each in a message of its own.
    func place(_ orders: [Order]) {
        for order in orders { queue.send(order.text, id: "m-\(order.number)") }
    }

    /// What does not add up between the shop's orders, the queue, the books and the stream: nothing, if all is well.
    func findings(about orders: [Order]) throws -> [String] {
        guard let store else { return ["no books"] }
        let kept = Set(try store.values("SELECT order_number, document_sha256 FROM orders"))
        let waiting = Set(queue.messages.map(\.id))
        let told = Set(stream.records.map { "\($0.key)|\($0.sequenceNumber)" })
        var findings = try store.problems()
        for order in orders {
            let line = "\(order.number)|\(order.document.contentHash)"
            if !kept.contains(line), !waiting.contains("m-\(order.number)") {
                findings.append("lost \(order.number)")
            }
        }
        for row in try store.values("SELECT order_number FROM outbox WHERE published_at IS NULL") {
            findings.append("not told \(row)")
        }
        for row in try store.values(
            "SELECT order_number, sequence_number FROM outbox WHERE published_at IS NOT NULL")
        where !told.contains(row) {
            findings.append("ticked off, but not in the stream: \(row)")
        }
        findings += try store.values("SELECT 'rejected ' || order_number FROM rejections")
        findings += try store.values(
            """
            SELECT 'no inbox row for ' || order_number FROM orders o
            WHERE NOT EXISTS (SELECT 1 FROM inbox i WHERE i.idempotency_key = o.idempotency_key)
            """)
        return findings
    }
}

/// How a process ended by itself.
private final class Ending: Sendable {
    private let outcome = Mutex<Bool?>(nil)
    var wasGood: Bool? { outcome.withLock(\.self) }
    func come(well: Bool) { outcome.withLock { $0 = well } }
}

/// Stops a process at a commit.
private final class Assassin: CommitWitness {
    private struct Order {
        var commitsToGo = 0
        var side = CommitPoint.Side.before
        var error: (any Error)?
        var failures = 0
        var hasStruck = false
    }

    struct Killed: Error {}

    private let order = Mutex(Order())

    /// How many commits there were, in all lives.
    var commits: Int { count.withLock(\.self) }
    private let count = Mutex(0)

    var hasStruck: Bool { order.withLock(\.hasStruck) }

    func forget() {
        order.withLock { $0 = Order() }
    }

    func killAt(_ number: Int, _ side: CommitPoint.Side) {
        order.withLock {
            $0.commitsToGo = number
            $0.side = side
        }
    }

    func fail(_ error: DiskError, times: Int) {
        order.withLock {
            $0.error = error
            $0.failures = times
        }
    }

    func reached(_ point: CommitPoint) throws {
        if point.side == .after { count.withLock { $0 += 1 } }
        try order.withLock { order in
            if order.hasStruck { throw Killed() }
            if order.failures > 0, point.side == .before, let error = order.error {
                order.failures -= 1
                throw error
            }
            guard order.commitsToGo > 0, point.side == order.side else { return }
            order.commitsToGo -= 1
            guard order.commitsToGo == 0 else { return }
            order.hasStruck = true
            throw Killed()
        }
    }
}

/// What was logged, level by level.
final class LogBook: Sendable {
    private let lines = Mutex<[String]>([])

    /// Warnings and worse, and what is over: `warning The stream …`.
    var written: [String] { lines.withLock(\.self) }

    func count(of text: String) -> Int { written.filter { $0.contains(text) }.count }

    var logger: Logger {
        Logger(label: "oms") { _ in Handler(book: self) }
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var logLevel = Logger.Level.debug
        var metadata = Logger.Metadata()

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            book.lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }
}
