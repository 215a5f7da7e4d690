import Clockwork
import Queue
import Testing

@Suite struct `The engine` {
    private static let small = WindowBounds(capacity: 24, lowWater: 20, page: 3, lookAhead: 5)

    @Test(arguments: 0..<120 as Range<UInt64>)
    func `does what the plain model does on a standard queue, from pages and through restarts`(seed: UInt64)
        throws
    {
        var history = try History(seed: seed, kind: .standard, bounds: Self.small, restarts: true)

        for _ in 0..<300 { try history.step() }
    }

    @Test(arguments: 0..<120 as Range<UInt64>)
    func `is fair to tenants as the plain model is, dead letters included`(seed: UInt64) throws {
        var history = try History(
            seed: seed, kind: .standard, bounds: WindowBounds(for: .standard), tenants: true, restarts: true)

        for _ in 0..<300 { try history.step() }

        #expect(history.stepsWithNoise > 0)
    }

    @Test(arguments: 0..<120 as Range<UInt64>)
    func `is fair to tenants behind its window, over a store that lags, and through restarts`(seed: UInt64)
        throws
    {
        var history = try History(
            seed: seed, kind: .standard, bounds: Self.small, tenants: true, mostReceives: 1_000,
            restarts: true)

        for _ in 0..<300 { try history.step() }

        #expect(history.stepsWithNoise > 0)
    }

    @Test(arguments: 0..<150 as Range<UInt64>)
    func `does what the plain model does on a FIFO queue, order of groups included`(seed: UInt64) throws {
        var history = try History(seed: seed, kind: .fifo, bounds: WindowBounds(for: .fifo), restarts: false)

        for _ in 0..<300 { try history.step() }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `keeps every promise of a FIFO queue from pages and through restarts`(seed: UInt64) throws {
        var history = try History(
            seed: seed, kind: .fifo,
            bounds: WindowBounds(capacity: 6, lowWater: 3, page: 4, lookAhead: 10_000),
            restarts: true)

        for _ in 0..<300 { try history.step() }
    }
}

/// One random story, lived by the engine and by the plain model alike.
private struct History {
    private var engine: MessageQueue
    private var model: SlowQueue
    private var ledger = Ledger()
    private var random: SeededGenerator
    private var now = Timestamp.noon
    private var receipts: [Receipt] = []
    private let bounds: WindowBounds
    /// After a restart, and from pages, the order of groups is no one's promise.
    private let restarts: Bool
    /// Whether messages of a standard queue have groups, of which one sends the most.
    private let tenants: Bool
    /// What happened and is not yet in the ledger: never a message that came.
    private var unwritten: [QueueChange] = []
    /// How often someone was noisy when a receive came.
    private(set) var stepsWithNoise = 0

    init(
        seed: UInt64, kind: QueueKind, bounds: WindowBounds, tenants: Bool = false, mostReceives: Int? = nil,
        restarts: Bool
    ) throws {
        random = SeededGenerator(seed: seed)
        let delay = [0, 0, 7].randomElement(using: &random) ?? 0
        let mostReceives = mostReceives ?? [1, 3, 1_000].randomElement(using: &random) ?? 3
        let policy = #"{"deadLetterTargetArn":"arn:aws:sqs:r:1:d","maxReceiveCount":\#(mostReceives)}"#
        let attributes = try QueueAttributes(
            creating: (kind == .fifo ? [("FifoQueue", "true")] : []) + [
                ("DelaySeconds", String(delay)), ("MessageRetentionPeriod", "90"), ("RedrivePolicy", policy),
            ])
        engine = MessageQueue(id: QueueID(1), attributes: attributes, bounds: bounds)
        engine.deadLetterTarget = QueueID(2)
        model = SlowQueue(
            kind: kind, delay: .seconds(delay), retention: .seconds(90), mostReceives: mostReceives)
        self.bounds = bounds
        self.restarts = restarts
        self.tenants = tenants
    }

    mutating func step() throws {
        now = now + .milliseconds(Int.random(in: 0...2_000, using: &random))
        model.letOldGo(now)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<42: try send(to: group)
        case 42..<45: try sendMany()
        case 45..<(tenants ? 76 : 70): receive()
        case 70..<82: delete()
        case 82..<91: change()
        case 91..<96: now = now + .seconds(Int.random(in: 1...30, using: &random))
        case 96: changeDelay()
        case 97 where Bool.random(using: &random): release()
        case 97: discard()
        case 98 where Int.random(in: 0..<3, using: &random) == 0: purge()
        default: restart()
        }
        model.letOldGo(now)
        compare()
    }

    private var group: String? {
        mutating get {
            let number = Int.random(in: 0..<5, using: &random)
            if engine.kind == .fifo { return "g\(number)" }
            return tenants ? ["g0", "g0", "g0", "g1", nil][number] : nil
        }
    }

    /// A tenant that sends many at once, so that it may come to hold most of what is in flight.
    private mutating func sendMany() throws {
        let group = group
        for _ in 0..<(tenants ? 40 : 1) { try send(to: group) }
    }

    private mutating func send(to group: String?) throws {
        let isFIFO = engine.kind == .fifo
        let id = isFIFO ? "id\(Int.random(in: 0..<200, using: &random))" : nil
        let delay = isFIFO ? nil : [nil, nil, nil, 0, 3].randomElement(using: &random) ?? nil
        let draft = MessageDraft(body: "body", delaySeconds: delay, groupID: group, deduplicationID: id)

        let sent = try engine.send(SoundMessage(draft), now: now, using: &random)

        let expected = model.send(group: group, id: id, delay: delay.map { .seconds($0) }, now: now)
        #expect(sent.sequence == expected)
    }

    private mutating func receive() {
        let limit = Int.random(in: (tenants ? 7 : 1)...10, using: &random)
        let timeouts = tenants ? [0, 40, 80, 80, 80] : [0, 2, 10, 40]
        let timeout = Duration.seconds(timeouts.randomElement(using: &random) ?? 2)
        var leases: [Lease] = []
        if engine.noisyTenantCount > 0 { stepsWithNoise += 1 }
        repeat {
            let isLoaded = engine.loadPages(from: ledger, now: now)
            #expect(isLoaded)
            engine.lookOut(through: ledger, now: now)
            leases = engine.receive(limit: limit, visibilityTimeout: timeout, now: now)
        } while leases.isEmpty && engine.wantedPage(now: now) != nil
        receipts += leases.map { Receipt($0, queue: engine.id) }
        if restarts && engine.kind == .fifo {
            checkPromises(of: leases, limit: limit, until: now + timeout)
        } else {
            let expected = model.receive(limit: limit, timeout: timeout, now: now)
            #expect(leases.map(\.sequence) == expected)
        }
    }

    /// Each message handed out or dead-lettered was its group's oldest when the receive came to it.
    private mutating func checkPromises(of leases: [Lease], limit: Int, until: Timestamp) {
        #expect(leases.count <= limit)
        #expect(!leases.isEmpty || !model.hasSomethingToTake(now))
        var taken: Set<SequenceNumber> = []
        let before = model
        for change in save() {
            let sequence: SequenceNumber
            let fate: SlowQueue.Fate
            switch change {
            case .leased(let lease, _): (sequence, fate) = (lease.sequence, .handedOut)
            case .deadLettered(let envelope, _): (sequence, fate) = (envelope.sequence, .deadLettered)
            default: continue
            }
            #expect(before.mayBeTaken(sequence, besides: taken, now: now))
            let expected = model.take(sequence, until: until)
            #expect(fate == expected)
            taken.insert(sequence)
        }
    }

    private mutating func delete() {
        guard let receipt = receipts.randomElement(using: &random) else { return }
        let isAccepted = (try? engine.delete(receipt, now: now)) != nil
        let expected = model.delete(receipt, now: now)
        #expect(isAccepted == expected)
    }

    private mutating func change() {
        guard let receipt = receipts.randomElement(using: &random) else { return }
        let timeout = Duration.seconds([0, 5, 60].randomElement(using: &random) ?? 5)
        let isAccepted = (try? engine.changeVisibility(receipt, timeout: timeout, now: now)) != nil
        let expected = model.change(receipt, to: timeout, now: now)
        #expect(isAccepted == expected)
    }

    /// A move carries letters away. Their rows can still be read for a moment afterwards.
    private mutating func release() {
        let limit = Int.random(in: 1...8, using: &random)
        save(everything: true)
        let candidates = ledger.messages.values.sorted { $0.envelope.sequence < $1.envelope.sequence }.map {
            MoveCandidate($0.envelope, deduplicationID: nil, target: QueueID(3))
        }
        var walk = MoveWalk()

        let released = engine.release(candidates, along: &walk, limit: limit, now: now)

        let expected = model.release(limit: limit, now: now)
        #expect(released.map(\.envelope.sequence) == expected)
        let isLoaded = engine.loadPages(from: ledger, now: now)
        #expect(isLoaded)
        save()
    }

    /// Somebody discards some messages. Their rows can still be read for a moment afterwards.
    private mutating func discard() {
        save(everything: true)
        let all = ledger.messages.values.map(\.envelope).sorted { $0.sequence < $1.sequence }
        let unwanted = all.filter { _ in Bool.random(using: &random) }

        let discarded = engine.discard(unwanted, now: now)

        let expected = model.discard(Set(unwanted.map(\.sequence)), now: now)
        #expect(discarded == expected)
        let isLoaded = engine.loadPages(from: ledger, now: now)
        #expect(isLoaded)
        save()
    }

    private mutating func changeDelay() {
        var attributes = engine.attributes
        let delay = Int.random(in: 0...12, using: &random)
        save(everything: true)
        guard (try? attributes.set([("DelaySeconds", String(delay))])) != nil else { return }
        engine.change(to: attributes, now: now)
        model.delay = .seconds(delay)
    }

    private mutating func purge() {
        engine.purge(now: now)
        model.purge()
    }

    /// Forgets everything and starts from what was written down.
    private mutating func restart() {
        guard restarts else { return }
        save(everything: true)
        engine = MessageQueue(restoring: ledger.state(of: engine), now: now, bounds: bounds)
        engine.deadLetterTarget = QueueID(2)
    }

    /// Writes down what changed, at once or a little later.
    @discardableResult
    private mutating func save(everything: Bool = false) -> [QueueChange] {
        let changes = engine.takeChanges()
        unwritten += changes
        if everything || unwritten.contains(where: \.isArrival) || Bool.random(using: &random) {
            ledger.write(unwritten)
            unwritten = []
            engine.confirm(changes: engine.changesMade)
        }
        return changes
    }

    private mutating func compare() {
        save()
        let isLoaded = engine.loadPages(from: ledger, now: now)
        #expect(isLoaded)
        save()
        let counts = engine.counts(now: now, delayedBeyond: ledger.delayedRows(engine.delayedRows(now: now)))
        save()
        #expect(counts == model.counts(now))
        guard unwritten.isEmpty else { return }
        #expect(engine.untouchedCount == ledger.messages.values.count { $0.envelope.visibleAt == nil })
        #expect(Set(ledger.messages.keys) == Set(model.messages.map(\.sequence)))
    }
}

extension QueueChange {
    fileprivate var isArrival: Bool {
        switch self {
        case .stored, .admitted, .takenIn: true
        default: false
        }
    }
}
