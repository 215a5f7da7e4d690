import Clockwork
import JSON
import Synchronization
import Testing

@testable import Inspection

@Suite struct `A condition on the pipeline` {
    @Test(arguments: [
        ("waiting=3", true), ("waiting=2", false), ("waiting!=2", true), ("waiting<3", false),
        ("waiting<=3", true), ("waiting>2", true), ("waiting>=4", false), ("share>=0.75", true),
        ("share=1", false), ("dead=2", true), ("dead_letters=2", true), ("oldest_age_ms<1", true),
        ("crm.pending=5", true), ("deliveries_pending>4", true), ("nobody.pending=0", false),
    ])
    func `fits or does not`(text: String, fits: Bool) throws {
        var snapshot = PipelineSnapshot()
        (snapshot.queue.waiting, snapshot.queue.deadLetters) = (3, 2)
        (snapshot.shop.sent, snapshot.shop.acknowledged) = (4, 3)
        snapshot.partners = [.init(name: "crm", pending: 5)]

        #expect(try PipelineCondition(text).holds(in: snapshot) == fits)
    }

    @Test func `fits nothing when its ledger is missing`() throws {
        var snapshot = PipelineSnapshot()
        snapshot.missing = [.broker]

        #expect(try !PipelineCondition("waiting=0").holds(in: snapshot))
        #expect(try PipelineCondition("outbox=0").holds(in: snapshot))
    }

    @Test(arguments: [
        "waiting", "waiting=", "=0", "waiting=x", "waiting=nan", "waiting=>0", "waiting==0", "",
    ])
    func `cannot be read`(text: String) {
        #expect(throws: PipelineCondition.Fault.unreadable(text)) { try PipelineCondition(text) }
    }

    @Test(arguments: [
        ("in-flight", "in_flight"), ("waitng", "waiting"), ("crm.pendign", "crm.pending"),
        ("Stored", "stored"),
    ])
    func `that means no number is told the nearest`(name: String, nearest: String) {
        #expect(throws: PipelineCondition.Fault.noSuchFigure(name, nearest: nearest)) {
            try PipelineCondition("\(name)=0")
        }
    }

    @Test func `knows every number that a snapshot has`() throws {
        var snapshot = PipelineSnapshot()
        snapshot.partners = [.init(name: "crm")]
        let unnamed = Set(["partners", "equation", "missing"])
        let numbers = snapshot.json.members.map(\.name).filter { !unnamed.contains($0) }

        #expect(numbers.allSatisfy { (try? PipelineFigure(named: $0)) != nil }, "\(numbers)")
    }
}

@Suite struct `Waiting for the pipeline` {
    /// Looks in turn, of which each sees so many messages wait; the last one is seen for ever.
    private func wait(seeing counts: [Int], timeout: Duration = .seconds(30)) async throws
        -> PipelineWait.Outcome
    {
        let time = FleetingTime()
        var looks = counts.makeIterator(), seen = 0
        return try await PipelineWait(
            for: [try PipelineCondition("waiting=0")], timeout: timeout, poll: .milliseconds(200)
        ).run(by: time) {
            seen = looks.next() ?? seen
            var snapshot = PipelineSnapshot()
            snapshot.queue.waiting = seen
            return snapshot
        }
    }

    @Test func `ends after three looks in a row that fit`() async throws {
        let outcome = try await wait(seeing: [2, 0, 0, 1, 0])

        #expect(outcome.held)
        #expect(outcome.looks == 7)
        #expect(outcome.waited == .milliseconds(1_200))
    }

    @Test func `gives up at the timeout, and tells what it saw`() async throws {
        let outcome = try await wait(seeing: [0, 4], timeout: .milliseconds(500))

        #expect(!outcome.held)
        #expect(outcome.waited == .milliseconds(500))
        #expect(outcome.last.queue.waiting == 4)
    }

    @Test func `leaves totals out of a look when nobody asks for them`() throws {
        let street = try Street(orders: 2)
        let watch = PipelineWatch(directory: street.directory, time: StillTime(now: Street.evening))

        let plain = try watch.look(withTotals: false)
        let whole = try watch.look()

        #expect(plain.orders.stored == 2 && plain.equation == Equation())
        #expect(whole.equation == Equation(acknowledged: 2, stored: 2))
    }
}

/// A clock on which nothing takes time but sleep.
private final class FleetingTime: TimeSource {
    private let slept = Mutex(Duration.zero)
    var uptime: Duration { slept.withLock(\.self) }
    var now: Timestamp { Street.opening + uptime }
    func sleep(for span: Duration) async throws { slept.withLock { $0 += span } }
}
