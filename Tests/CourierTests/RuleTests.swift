import Clockwork
import Testing
import Wire

@testable import Courier

@Suite struct `A retry schedule` {
    @Test func `waits as Standard Webhooks suggests`() {
        let waits = (1...11).map { RetrySchedule.standard.wait(beforeAttempt: $0) }

        let hours = { (count: Int64) in Duration.seconds(count * 3_600) }
        #expect(
            waits == [
                .zero, .seconds(5), .seconds(300), .seconds(1_800), hours(2), hours(5), hours(10), hours(14),
                hours(20),
                hours(24), nil,
            ])
        #expect(waits.compactMap(\.self).reduce(.zero, +) == hours(75) + .seconds(35 * 60 + 5))
    }

    @Test func `is over in seconds when it is the fast one`() {
        let waits = (1...8).map { RetrySchedule.fast.wait(beforeAttempt: $0) }

        #expect(
            waits == [
                .zero, .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5),
                .seconds(10), nil,
            ])
    }

    @Test func `grows up to its cap when it is exponential`() {
        let schedule = RetrySchedule.exponential(base: .seconds(1), factor: 3, cap: .seconds(20), limit: 6)

        let waits = (1...7).map { schedule.wait(beforeAttempt: $0) }

        #expect(waits == [.zero, .seconds(1), .seconds(3), .seconds(9), .seconds(20), .seconds(20), nil])
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `is off by a fifth at most, either way`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)

        let waits = try (2...10).map {
            try #require(RetrySchedule.standard.wait(beforeAttempt: $0, using: &random))
                / #require(RetrySchedule.standard.wait(beforeAttempt: $0))
        }

        #expect(waits.allSatisfy { (0.8...1.2).contains($0) })
        #expect(waits.contains { $0 < 1 } && waits.contains { $0 > 1 })
    }

    @Test(arguments: [
        RetrySchedule.list([.seconds(-1)]), .list([.seconds(86_401)]),
        .list(Array(repeating: .seconds(1), count: 100)),
        .exponential(base: .seconds(1), factor: 0.5, cap: .seconds(2), limit: 3),
        .exponential(base: .seconds(1), factor: 2, cap: .seconds(2), limit: 0),
    ])
    func `says what is wrong with it`(schedule: RetrySchedule) {
        #expect(schedule.fault != nil)
    }

    @Test(arguments: [RetrySchedule.standard, .fast, .list([])])
    func `is sound when it comes with the house`(schedule: RetrySchedule) {
        #expect(schedule.fault == nil)
    }
}

@Suite struct `Retry-After` {
    @Test(arguments: [
        ("0", 0), ("120", 120), ("86400", 86_400), ("86401", 86_400), ("31536000", 86_400),
        ("99999999999999999999999", 86_400), ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 11:59:30 GMT", 0), ("Mon, 22 Nov 2027 12:00:00 GMT", 86_400),
    ])
    func `is a number of seconds or a date, a day at most`(text: String, seconds: Int64) {
        #expect(Duration(retryAfter: text, now: .noon) == .seconds(seconds))
    }

    @Test(arguments: ["", "-5", "1.5", "soon", " 5", "0x10", "Sun, 32 Nov 2026 12:00:30 GMT", "22 Nov 2026"])
    func `is not looked at when it is neither`(text: String) {
        #expect(Duration(retryAfter: text, now: .noon) == nil)
    }
}

@Suite struct `A circuit breaker` {
    private var breaker = CircuitBreaker(CircuitBreaker.Limits())
    private var now = Timestamp.noon

    private mutating func note(_ signs: CircuitBreaker.Sign...) {
        for sign in signs { _ = breaker.note(sign, wasProbe: false, at: now) }
    }

    private mutating func open() {
        for _ in 0..<10 { note(.fails) }
    }

    @Test mutating func `opens when seven of ten fail`() {
        note(.works, .works, .works, .fails, .fails, .fails, .fails, .fails, .fails)
        #expect(breaker.permission(at: now) == .all)

        note(.fails)

        #expect(breaker.permission(at: now) == .nothing(until: now + .seconds(30)))
    }

    @Test mutating func `stays closed while fewer fail`() {
        for _ in 0..<30 { note(.works, .fails, .fails) }

        #expect(breaker.permission(at: now) == .all)
    }

    @Test mutating func `does not count attempts that say nothing about the host`() {
        for _ in 0..<9 { note(.fails) }
        for _ in 0..<20 { note(.none) }

        #expect(breaker.permission(at: now) == .all)
    }

    @Test mutating func `forgets what is older than its window`() {
        for _ in 0..<9 { note(.fails) }
        now = now + .seconds(66)

        note(.fails)

        #expect(breaker.permission(at: now) == .all)
    }

    @Test mutating func `lets one probe through, and closes when it succeeds`() {
        open()
        now = now + .seconds(30)
        #expect(breaker.permission(at: now) == .oneProbe)
        breaker.probeBegan()
        #expect(breaker.permission(at: now) == .nothing(until: nil))

        let hasChanged = breaker.note(.works, wasProbe: true, at: now)

        #expect(hasChanged && breaker.permission(at: now) == .all)
    }

    @Test mutating func `doubles its time with each probe that fails, up to ten minutes`() {
        open()
        var spans: [Duration] = []

        for _ in 0..<7 {
            guard case .open(let end, let span) = breaker.state else { break }
            spans.append(span)
            now = end
            _ = breaker.permission(at: now)
            breaker.probeBegan()
            _ = breaker.note(.fails, wasProbe: true, at: now)
        }

        #expect(spans == [30, 60, 120, 240, 480, 600, 600].map { .seconds($0) })
    }

    @Test mutating func `is not moved by what was under way when it opened`() {
        open()

        note(.works, .works, .fails)

        #expect(breaker.permission(at: now) == .nothing(until: now + .seconds(30)))
    }

    @Test mutating func `wants another probe when the sender of the first one died`() {
        open()
        now = now + .seconds(30)
        _ = breaker.permission(at: now)
        breaker.probeBegan()

        var later = CircuitBreaker(CircuitBreaker.Limits(), state: breaker.state)

        #expect(later.permission(at: now) == .oneProbe)
    }

    @Test(arguments: [
        (400, CircuitBreaker.Sign.works), (404, .works), (408, .fails), (410, .works), (429, .fails),
        (500, .fails),
        (503, .fails), (301, .fails), (200, .works),
    ])
    func `judges hosts, not requests`(status: Int, sign: CircuitBreaker.Sign) {
        #expect(Reply(to: WireResponse(status: status), now: .noon).sign == sign)
    }
}

@Suite struct `The pace` {
    @Test func `halves with each overload, and never ends`() {
        var pace = Pace(most: 8)

        let limits = (0..<4).map { _ in
            pace.overloaded()
            return pace.limit
        }

        #expect(limits == [4, 2, 2, 2])
    }

    @Test func `comes back step by step`() {
        var pace = Pace(most: 4)
        pace.overloaded()

        let limits = (0..<6).map { _ in
            pace.succeeded()
            return pace.limit
        }

        #expect(limits == [2, 3, 3, 3, 4, 4])
    }
}

@Suite struct `A lane's book` {
    private static func book(concurrency: Int = 8) -> LaneBook {
        var endpoint = Endpoint.sample("crm")
        endpoint.concurrency = concurrency
        return LaneBook(endpoint, memory: LaneMemory(isServed: true, circuit: .closed))
    }

    private static func errand(_ number: Int, attempt: Int) -> Errand {
        Errand(
            eventID: "e\(number)", orderNumber: "W-\(number)", attempt: attempt, tries: attempt,
            attemptID: Int64(number),
            payload: [],
            traceparent: nil)
    }

    private static func claim(_ errands: [Errand]) -> Claim {
        Claim(errands: errands)
    }

    private static let nothing = Claim(hasAllFresh: true, hasAllRetries: true)

    @Test func `gives retries half of the room at most`() throws {
        var book = Self.book()
        guard case .claim(let first) = book.step(at: .noon) else { throw Unexpected() }
        #expect(first.retries == 4 && first.fresh == 7 && first.total == 8)

        book.took(Self.claim((1...4).map { Self.errand($0, attempt: 2) }), asked: first)

        guard case .claim(let second) = book.step(at: .noon) else { throw Unexpected() }
        #expect(second.retries == 0 && second.fresh == 4)
    }

    @Test func `keeps a place for a retry when there is much that is new`() throws {
        var book = Self.book(concurrency: 2)
        guard case .claim(let first) = book.step(at: .noon) else { throw Unexpected() }
        book.took(Self.claim([Self.errand(1, attempt: 1)]), asked: first)

        guard case .claim(let second) = book.step(at: .noon) else { throw Unexpected() }

        #expect(second.fresh == 0 && second.retries == 1)
    }

    @Test func `rests when all places are taken, and until the next due time when nothing is due`() throws {
        var book = Self.book(concurrency: 2)
        guard case .claim(let request) = book.step(at: .noon) else { throw Unexpected() }
        book.took(Self.claim((1...2).map { Self.errand($0, attempt: $0) }), asked: request)
        #expect(book.step(at: .noon) == .rest(until: nil))

        book.leave(Self.errand(1, attempt: 1), due: .noon + .seconds(5))
        guard case .claim(let second) = book.step(at: .noon) else { throw Unexpected() }
        book.took(Self.nothing, asked: second)

        #expect(book.step(at: .noon) == .rest(until: .noon + .seconds(5)))
        guard case .claim = book.step(at: .noon + .seconds(5)) else { throw Unexpected() }
    }

    @Test func `rests once it has asked for both kinds, whichever it asked for last`() throws {
        var book = Self.book()
        guard case .claim(let first) = book.step(at: .noon) else { throw Unexpected() }

        book.took(Claim(hasAllFresh: false, hasAllRetries: true), asked: first)
        guard case .claim(let second) = book.step(at: .noon) else { throw Unexpected() }
        book.took(Claim(hasAllFresh: true, hasAllRetries: false), asked: second)

        #expect(second.retries == 0)
        #expect(book.step(at: .noon) == .rest(until: nil))
    }

    @Test func `looks again for what arrived while the ledger was looking`() throws {
        var book = Self.book()
        guard case .claim(let request) = book.step(at: .noon) else { throw Unexpected() }
        book.arrived()

        book.took(Self.nothing, asked: request)

        guard case .claim = book.step(at: .noon) else { throw Unexpected() }
    }

    private struct Unexpected: Error {}
}
