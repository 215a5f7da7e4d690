import Clockwork
import Disk
import Orders

/// Where the till lays orders down and the lanes pick them up: the ledger, and who may take what next.
///
/// Only what a lane has in hand is in memory; whatever waits, waits on disk.
actor OrderDesk {
    private let ledger: ShopLedger
    private let source: String
    private let surroundings: Surroundings
    private var laneBells: [Bell] = []

    /// The row of the last parcel that was picked up in this process.
    private var pickedUp: Int64 = 0
    /// The row of the last parcel there is.
    private var laidDown: Int64
    /// Parcels that are not settled.
    private(set) var outgoing: Int
    /// For those who want to send it again.
    private var lastAcknowledged: Parcel?
    /// True once no customer comes any more.
    private var isDayOver = false
    /// What the day's own pranks want with the next customer's order.
    private var nextOrder = NextOrder.stays

    private enum NextOrder {
        case stays, isToBeCancelled, wasCancelled
    }

    init(ledger: ShopLedger, source: String, surroundings: Surroundings) throws {
        self.ledger = ledger
        self.source = source
        self.surroundings = surroundings
        laidDown = try ledger.lastOutgoing()
        outgoing = try ledger.outgoingCount()
    }

    // MARK: For the till

    func openDay() throws -> ShopLedger.Day { try ledger.open(source, now: surroundings.now) }

    func closeDay() throws {
        try ledger.close(source, now: surroundings.now)
        isDayOver = true
    }

    /// Takes customers' orders. When this returns, none of them can be forgotten.
    ///
    /// - Parameter series: Those that want orders cancelled before they are sent.
    func take(_ purchases: [Purchase], cancelling series: [PrankSeries] = []) throws {
        var wishes = try wishesToCancel(series)[...]
        try lay(
            purchases.flatMap { purchase in
                let order = draft(purchase)
                return wishes.popFirst().map { [cancellation(of: purchase, for: $0), order] } ?? [order]
            })
        if nextOrder == .isToBeCancelled, !purchases.isEmpty { nextOrder = .wasCancelled }
    }

    /// Who wants the next orders cancelled, one after the other: a series, or nil for the day's own prank.
    private func wishesToCancel(_ series: [PrankSeries]) throws -> [PrankSeries?] {
        let own: [PrankSeries?] = nextOrder == .isToBeCancelled ? [nil] : []
        return try own + series.flatMap { Array(repeating: $0, count: try due(of: $0)) }
    }

    private func draft(_ purchase: Purchase) -> ShopLedger.Draft {
        ShopLedger.Draft(
            orderNumber: purchase.number.rawValue, idempotencyKey: purchase.idempotencyKey.rawValue,
            document: purchase.document, group: purchase.number.rawValue,
            deduplicationID: purchase.idempotencyKey.rawValue, trace: newTrace(), deliberate: nil)
    }

    private func cancellation(of purchase: Purchase, for series: PrankSeries?) -> ShopLedger.Draft {
        let message = PrankMessage(cancelling: purchase, now: surroundings.now)
        return ShopLedger.Draft(
            orderNumber: message.orderNumber, idempotencyKey: message.idempotencyKey,
            document: message.document, group: message.orderNumber, deduplicationID: message.idempotencyKey,
            trace: newTrace(), deliberate: .earlyCancel, series: series)
    }

    /// Lays down what a prank wants to be sent, under a deduplication id of its own, so that the queue lets
    /// it pass.
    ///
    /// A prank that needs an order is left out where none is to come any more.
    ///
    /// - Returns: False while there is no order yet to play it with.
    func play(_ prank: Prank.Kind) throws -> Bool {
        if prank == .earlyCancel { return try cancelNextOrder() }
        guard let message = PrankMessage(prank, with: lastAcknowledged) else {
            guard isDayOver, outgoing == 0 else { return false }
            try ledger.leaveOutPrank(of: source)
            return true
        }
        try lay([draft(message, of: prank, id: surroundings.chance.uuid())])
        return true
    }

    /// Leaves it to the next customer's order, which is laid down behind its cancellation.
    private func cancelNextOrder() throws -> Bool {
        if nextOrder == .wasCancelled {
            nextOrder = .stays
            return true
        }
        nextOrder = isDayOver ? .stays : .isToBeCancelled
        if isDayOver { try ledger.leaveOutPrank(of: source) }
        return isDayOver
    }

    /// Lays down what is due of a series, but not more than one transaction should hold.
    ///
    /// Each has a group of its own unless it is about an order, so that none waits for the others.
    ///
    /// - Returns: How far the series has come; impossible when there is no order to play it with, nor will be.
    func play(_ series: PrankSeries) throws -> PrankSeries.Standing {
        let due = try due(of: series)
        // A cancellation is laid down with its order, when a customer comes.
        let comesWithCustomer = series.kind == .earlyCancel
        let drafts = (0..<(comesWithCustomer ? 0 : due)).compactMap { _ -> ShopLedger.Draft? in
            let id = surroundings.chance.uuid()
            return PrankMessage(series.kind, mark: "-\(id.prefix(8))", with: lastAcknowledged)
                .map { draft($0, of: series.kind, id: id, series: series) }
        }
        if drafts.isEmpty, due > 0, isDayOver, comesWithCustomer || outgoing == 0 {
            return .impossible(
                "There is no order to play it with, and no customer comes any more. Ask for it while the shop sells."
            )
        }
        if !drafts.isEmpty { try lay(drafts) }
        return .sent(try ledger.settled(of: series))
    }

    /// How many of a series should have been played by now and are not; no more than one transaction should hold.
    private func due(of series: PrankSeries) throws -> Int {
        let left = series.due(by: surroundings.time.uptime) - (try ledger.played(of: series))
        return min(max(0, left), Self.mostPranks)
    }

    private static let mostPranks = 10

    private func draft(
        _ message: PrankMessage, of kind: Prank.Kind, id: String, series: PrankSeries? = nil
    ) -> ShopLedger.Draft {
        ShopLedger.Draft(
            orderNumber: message.orderNumber, idempotencyKey: message.idempotencyKey,
            document: message.document, group: message.orderNumber, deduplicationID: "deliberate:\(id)",
            trace: newTrace(), deliberate: kind, series: series)
    }

    private func lay(_ drafts: [ShopLedger.Draft]) throws {
        noteLaid(drafts.count, last: try ledger.take(drafts, of: source, now: surroundings.now))
    }

    /// Tells the lanes that there is more to hand over.
    private func noteLaid(_ count: Int, last: Int64) {
        laidDown = last
        outgoing += count
        for bell in laneBells { bell.ring() }
    }

    private func newTrace() -> TraceParent { surroundings.chance.draw { TraceParent(using: &$0) } }

    // MARK: For the lanes

    /// Rings a lane's bell whenever there is something to hand over.
    func ring(_ bell: Bell) { laneBells.append(bell) }

    /// As much as one call takes, to be handed over by whoever asked; nil when nothing waits.
    ///
    /// A cancellation travels with the order behind it, for another lane might be faster.
    func pickUp() throws -> [Parcel]? {
        guard pickedUp < laidDown else { return nil }
        var filler = BatchFiller()
        let waiting = try ledger.outgoing(after: pickedUp, limit: BatchFiller.mostEntries)
        var batch = Array(waiting.prefix { filler.takes($0.size) })
        if batch.count > 1, batch.last?.deliberate == .earlyCancel { batch.removeLast() }
        pickedUp = batch.last?.id ?? laidDown
        return batch.isEmpty ? nil : batch
    }

    /// Writes down that parcels are about to be sent.
    func intend(_ parcels: [Parcel]) throws -> [Attempt] { try ledger.intend(parcels, now: surroundings.now) }

    /// Writes down what came of the last try, and that the customer had to go without.
    func turnAway(_ attempt: Attempt, after outcome: Outcome) throws {
        try ledger.turnAway(attempt, after: outcome, now: surroundings.now)
        outgoing -= 1
    }

    /// Writes down what came of it.
    func note(_ outcomes: [(Attempt, Outcome)]) throws {
        try ledger.note(outcomes, now: surroundings.now)
        outgoing -= outcomes.count { $0.1.isSettled }
        for case (let attempt, .acknowledged) in outcomes where attempt.parcel.deliberate == nil {
            lastAcknowledged = attempt.parcel
        }
    }
}
