import Clockwork
import Logging
import Orders

/// Takes customers' orders as they come, and lays them on the desk.
struct Till: Sendable {
    let desk: OrderDesk
    let source: any PurchaseSource
    let settings: ShopSettings
    let closing: ClosingTime
    let surroundings: Surroundings
    let logger: Logger

    /// Serves every customer of the source, and plays its pranks, until closing time.
    ///
    /// - Throws: `DiskError` when the ledger can no longer be trusted.
    func run() async throws {
        let day = try await trouble(resting: rest()).outlast { try await desk.openDay() }
        let opening = opening(of: day)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await serve(from: day.ordersTaken, since: opening) }
            group.addTask {
                try await play(Array(settings.pranks.dropFirst(day.pranksPlayed)), since: opening)
            }
            while try await group.next() != nil {}  // the first that fails ends the other
        }
    }

    /// When the day began, on the clock that never jumps; in an earlier life of this shop, perhaps.
    private func opening(of day: ShopLedger.Day) -> Duration {
        let next = day.ordersTaken
        let elapsed = settings.pace.elapsed(
            whenResumingAt: next, placed: source.moment(of: next), after: surroundings.now - day.openedAt)
        return surroundings.time.uptime - elapsed
    }

    private func rest() -> Rest { Rest(until: closing, by: surroundings.time) }

    private func trouble(resting rest: Rest) -> LedgerTrouble {
        LedgerTrouble(rest: rest, backoff: settings.backoff, chance: surroundings.chance, logger: logger)
    }

    private func serve(from first: Int, since opening: Duration) async throws {
        let rest = rest()
        var place = first
        while place < customers {
            let now = surroundings.time.uptime
            guard await rest.pause(for: opening + due(place) - now), await roomOnDesk(rest) else { return }
            let crowd = crowd(from: place, arrivedAfter: surroundings.time.uptime - opening)
            let purchases = crowd.compactMap { source.purchase(at: $0, now: surroundings.now) }
            try await trouble(resting: rest).outlast { try await desk.take(purchases) }
            place = crowd.upperBound
        }
        try await trouble(resting: rest).outlast { try await desk.closeDay() }
        logger.info("Every customer has been served", metadata: ["orders": "\(place)"])
    }

    /// How many come, at most.
    private var customers: Int { source.count ?? .max }

    private func due(_ place: Int) -> Duration {
        settings.pace.due(at: place, placed: source.moment(of: place))
    }

    /// Who stands at the till by now: at least one, and not more than one transaction should hold.
    private func crowd(from place: Int, arrivedAfter elapsed: Duration) -> Range<Int> {
        var end = place + 1
        while end < customers, end - place < Self.largestCrowd, due(end) <= elapsed { end += 1 }
        return place..<end
    }

    private static let largestCrowd = 50

    private func play(_ pranks: [Prank], since opening: Duration) async throws {
        let rest = rest()
        for prank in pranks {
            guard await rest.pause(for: opening + prank.due - surroundings.time.uptime) else { return }
            while try await !trouble(resting: rest).outlast({ try await desk.play(prank.kind) }) {
                guard await rest.pause(for: Self.lookAgain) else { return }
            }
            logger.info("A prank has been played", metadata: ["kind": "\(prank.kind.rawValue)"])
        }
    }

    /// Waits for the lanes when too much is not handed over: a source without end must not fill the disk.
    private func roomOnDesk(_ rest: Rest) async -> Bool {
        while await desk.outgoing >= settings.mostOutgoing {
            guard await rest.pause(for: Self.lookAgain) else { return false }
        }
        return true
    }

    private static let lookAgain = Duration.milliseconds(100)
}
