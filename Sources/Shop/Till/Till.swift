import Clockwork
import Logging
import Orders

/// Takes customers' orders as they come, and lays them on the desk.
struct Till: Sendable {
    let desk: OrderDesk
    let source: any PurchaseSource
    let settings: ShopSettings
    let closing: ClosingTime
    let rehearsal: Rehearsal?
    /// Pranks that this shop cannot play, and why not.
    let misfits: [Prank.Kind: String]
    let surroundings: Surroundings
    let logger: Logger

    /// Serves every customer of the source, and plays its pranks and those that are asked for, until closing time.
    ///
    /// - Throws: `DiskError` when the ledger can no longer be trusted.
    func run() async throws {
        let day = try await trouble(resting: rest()).outlast { try await desk.openDay() }
        let elapsed = elapsed(of: day)
        let opening = surroundings.time.uptime - elapsed
        let clock = DayClock(elapsed, by: surroundings.time, rehearsal: rehearsal)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await serve(from: day.ordersTaken, by: clock) }
            group.addTask {
                try await play(Array(settings.pranks.dropFirst(day.pranksPlayed)), since: opening)
            }
            if let rehearsal {
                let prankster = Prankster(
                    desk: desk, rehearsal: rehearsal, misfits: misfits,
                    trouble: trouble(resting: rest()),
                    surroundings: surroundings)
                group.addTask { try await prankster.run() }
            }
            while try await group.next() != nil {}  // the first that fails ends the other
        }
    }

    /// How far the day has come, which began in an earlier life of this shop, perhaps: not less far than to the last
    /// customer, for it may have been sped up.
    private func elapsed(of day: ShopLedger.Day) -> Duration {
        let next = day.ordersTaken
        let elapsed = settings.pace.elapsed(
            whenResumingAt: next, placed: source.moment(of: next), after: surroundings.now - day.openedAt)
        return next == 0 ? elapsed : max(elapsed, due(next - 1))
    }

    private func rest() -> Rest { Rest(until: closing, by: surroundings.time) }

    private func trouble(resting rest: Rest) -> LedgerTrouble {
        LedgerTrouble(rest: rest, backoff: settings.backoff, chance: surroundings.chance, logger: logger)
    }

    private func serve(from first: Int, by clock: DayClock) async throws {
        let rest = rest()
        rehearsal?.ring(rest.bell)
        var place = first
        while place < customers {
            guard await wait(for: place, by: clock, rest), await roomOnDesk(rest) else { return }
            let crowd = crowd(from: place, arrivedAfter: clock.elapsed)
            let purchases = crowd.compactMap { source.purchase(at: $0, now: surroundings.now) }
            try await trouble(resting: rest).outlast {
                try await desk.take(purchases, cancelling: cancelling)
            }
            place = crowd.upperBound
        }
        try await trouble(resting: rest).outlast { try await desk.closeDay() }
        rehearsal?.noteSoldOut()
        logger.info("Every customer has been served", metadata: ["orders": "\(place)"])
    }

    /// Series that want orders cancelled before they are sent.
    private var cancelling: [PrankSeries] {
        misfits[.earlyCancel] == nil ? rehearsal?.series.filter { $0.kind == .earlyCancel } ?? [] : []
    }

    /// Waits until the customer at a place has come, however fast the day passes meanwhile.
    ///
    /// - Returns: False at closing time.
    private func wait(for place: Int, by clock: DayClock, _ rest: Rest) async -> Bool {
        while let span = clock.wait(until: due(place)) {
            guard await rest.pause(for: span) else { return false }
        }
        return !rest.isOver
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
