import Clockwork
import Logging

/// Hands over one batch after the other, each until the queue has said yes or no.
struct Lane: Sendable {
    private let desk: OrderDesk
    private let queue: OrderQueue
    private let outage: QueueOutage
    private let ledgerTrouble: LedgerTrouble
    /// Until there is something to hand over.
    private let idleness: Rest
    /// Until the queue may be tried again.
    private let patience: Rest
    private let surroundings: Surroundings

    init(
        desk: OrderDesk, queue: OrderQueue, outage: QueueOutage, settings: ShopSettings, closing: ClosingTime,
        surroundings: Surroundings, logger: Logger
    ) {
        self.desk = desk
        self.queue = queue
        self.outage = outage
        self.surroundings = surroundings
        idleness = Rest(until: closing, by: surroundings.time)
        patience = Rest(until: closing, by: surroundings.time)
        ledgerTrouble = LedgerTrouble(
            rest: patience, backoff: settings.backoff, chance: surroundings.chance, logger: logger)
    }

    /// Works until closing time.
    ///
    /// - Throws: `DiskError` when the ledger can no longer be trusted.
    func run() async throws {
        await desk.ring(idleness.bell)
        while !idleness.isOver {
            if let batch = try await ledgerTrouble.outlast({ try await desk.pickUp() }) {
                try await handOver(batch)
            } else {
                guard await idleness.pause() else { return }
            }
        }
    }

    /// Tries until nothing is left. At closing time the call under way is finished; the rest stays in the
    /// ledger.
    private func handOver(_ batch: [Parcel]) async throws {
        var left = batch
        var failures = 0
        while true {
            let outcomes = try await attempt(left)
            left = outcomes.filter { !$0.1.isSettled }.map(\.0.parcel)
            if left.count < outcomes.count { outage.isOver() }
            guard let trouble = outcomes.last(where: { !$0.1.isSettled })?.1 else { return }
            failures += 1
            guard await outage.wait(for: trouble, failures: failures, patience) else { return }
            if trouble.isRefusal, left.count > 1 { return try await handOverSingly(left) }
        }
    }

    /// One message may have spoiled the call for all: each on its own, to see which.
    private func handOverSingly(_ parcels: [Parcel]) async throws {
        for parcel in parcels where !patience.isOver {
            try await handOver([parcel])
        }
    }

    /// Intention, call, answer.
    private func attempt(_ parcels: [Parcel]) async throws -> [(Attempt, Outcome)] {
        let attempts = try await ledgerTrouble.outlast { try await desk.intend(parcels) }
        let outcomes = Array(zip(attempts, try await queue.send(attempts)))
        try await surroundings.pass(.shopSentBeforeLedger)
        try await ledgerTrouble.outlast { try await desk.note(outcomes) }
        return outcomes
    }
}
