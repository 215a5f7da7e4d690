import Clockwork
import Disk
import Logging
import Synchronization
import Wire

/// Carries the outbox to the stream: everything at least once, and the events of one order in their order.
///
/// It looks at all that is unpublished, whoever left it there: at the start, whenever the store rings, and every
/// second. What the stream has acknowledged is ticked off afterwards, so a crash in between sends it twice under one
/// event id, and never not at all.
final class Relay: Sendable {
    private let settings: OrderManagement.Settings
    private let publisher: StreamPublisher
    private let store: OrderStore
    private let surroundings: Surroundings
    private let logger: Logger
    private let holder: String
    private let isFinishing = Mutex(false)
    private let finishing = Bell()

    init(
        settings: OrderManagement.Settings, stream: any Client<Kinesis>, store: OrderStore,
        surroundings: Surroundings, logger: Logger
    ) {
        self.settings = settings
        self.store = store
        self.surroundings = surroundings
        self.logger = logger
        publisher = StreamPublisher(name: settings.stream, stream: stream)
        holder = "\(settings.name) \(surroundings.chance.uuid())"
    }

    /// Lets the relay carry what is there, and end.
    func finish() {
        isFinishing.withLock { $0 = true }
        finishing.ring()
        store.outboxBell.ring()
    }

    /// Works until ``finish()``.
    func run() async throws {
        var setback = Setback(backoff: settings.backoff, logger: logger)
        var round = Round(after: settings.planted == .outboxNotSwept ? try store.newestOutboxSequence() : 0)
        while true {
            try Task.checkCancellation()
            let isLast = isFinishing.withLock(\.self)
            do {
                try await sweep(&round, isLast: isLast)
                setback.isOver("The stream takes events again")
                if isLast { break }
                await rest(holdingLease: round.lease != nil)
            } catch {
                guard let hindrance = Hindrance(error) else { throw error }
                if round.hasPublished { setback.hasProgressed() }
                let pause = setback.met(
                    hindrance,
                    consequence: "Events cannot be published; they wait in the outbox",
                    base: hindrance.isThrottling ? .seconds(1) : nil, chance: surroundings.chance)
                if isLast { break }
                await finishing.heard(within: pause, by: surroundings.time)
            }
        }
        if let lease = round.lease { try? store.giveBack(lease) }  // else it ends by itself
    }

    /// What the relay remembers from one sweep to the next.
    private struct Round {
        /// Entries up to here are left out.
        let after: Int64
        var lease: RelayLease?
        /// Whether the latest sweep has got something to the stream.
        var hasPublished = false
        /// By the clock that never jumps.
        var renewLeaseAt = Duration.zero

        init(after: Int64) {
            self.after = after
        }
    }

    /// Goes once through everything that is unpublished.
    ///
    /// - Parameter isLast: Carries no more than one page, for whoever stops does not want to wait for long.
    private func sweep(_ round: inout Round, isLast: Bool) async throws {
        round.hasPublished = false
        guard let lease = try hold(&round) else { return }
        var plan = RelayPlan(load: settings.relayLoad)
        var place = round.after
        var hindrance: Hindrance?
        var page: [OutboxEntry]
        repeat {
            page = try store.unpublished(after: place, limit: Self.pageLimit)
            place = page.last?.sequence ?? place
            plan.add(page)
            while case let load = plan.nextLoad(), !load.isEmpty {
                try await surroundings.pass(.relayBeforePut)
                var answer = try await publisher.publish(load)
                if settings.planted == .failedRecordsIgnored { answer.ignoreFailures() }
                try await surroundings.pass(.relayPutBeforeMark)
                guard try await tickOff(answer.publications, under: lease) else { return round.lease = nil }
                round.hasPublished = round.hasPublished || answer.failed.count < load.count
                for entry in answer.failed { plan.hold(entry.partitionKey) }
                hindrance = answer.hindrance ?? hindrance
                if let hindrance, hindrance.concernsAll { throw hindrance }
                guard try hold(&round) == lease else { return }
            }
        } while page.count == Self.pageLimit && !isLast
        if let hindrance { throw hindrance }
    }

    private static let pageLimit = 500

    /// Writes down what the stream has said. A disk in trouble is waited for here, so that what is published already is
    /// not published again because of it.
    ///
    /// - Returns: False when the lease is another's by now.
    private func tickOff(
        _ publications: [(OutboxEntry, Publication)], under lease: RelayLease
    ) async throws -> Bool {
        var setback = Setback(backoff: settings.backoff, logger: logger)
        while true {
            do {
                let isNoted = try store.note(publications, under: lease, now: surroundings.now)
                setback.isOver("Published events can be ticked off again")
                return isNoted
            } catch let error as DiskError where error.mayPass && !isFinishing.withLock(\.self) {
                let pause = setback.met(
                    error, consequence: "Published events cannot be ticked off; the others wait for them",
                    chance: surroundings.chance)
                await finishing.heard(within: pause, by: surroundings.time)
                try Task.checkCancellation()
            }
        }
    }

    /// The lease, taken or renewed where it is time to; nil while another relay has it.
    private func hold(_ round: inout Round) throws -> RelayLease? {
        let uptime = surroundings.time.uptime
        if let lease = round.lease, uptime < round.renewLeaseAt { return lease }
        round.lease = try store.lease(to: holder, for: settings.relayLease, now: surroundings.now)
        round.renewLeaseAt = uptime + settings.relayLease / 2
        return round.lease
    }

    /// Until there is something new; without the lease, until it may be free.
    private func rest(holdingLease: Bool) async {
        let bell = holdingLease ? store.outboxBell : finishing
        await bell.heard(within: settings.sweepEvery, by: surroundings.time)
    }
}
