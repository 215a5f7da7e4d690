import Clockwork
import Disk
import GRDB
import Orders

extension OrderStore {
    /// Decides about a batch of messages and writes everything that follows from it, for each message all or nothing.
    ///
    /// The whole batch is one transaction. Should the database refuse something about one message, each gets a transaction
    /// of its own, so that its neighbours do not suffer.
    ///
    /// - Parameter actor: Who decides, as it stands in the history: `oms`, `oms#2`.
    /// - Returns: A decision for each message, in their order; all of them are durable.
    /// - Throws: `DiskError` when nothing could be decided. Unless the error is final, all of it may be tried again.
    package func decide(
        about batch: [JudgedMessage], as actor: String, now: Timestamp, planted: PlantedBug? = nil
    ) throws -> [Decision] {
        let decisions: [Decision]
        do {
            decisions = try decideTogether(batch, as: actor, now: now, planted: planted)
        } catch is DatabaseError {
            decisions = try batch.map { try decideAlone($0, as: actor, now: now, planted: planted) }
        }
        if decisions.contains(where: \.isToldToTheStream) { outboxBell.ring() }
        return decisions
    }

    private func decideTogether(
        _ batch: [JudgedMessage], as actor: String, now: Timestamp, planted: PlantedBug?
    ) throws -> [Decision] {
        try disk.write { db in
            let books = Books(db: db, actor: actor, now: now, planted: planted)
            try books.giveUpOnOrders()
            let decisions = try batch.map(books.enter)
            try surroundings.pass(inTransaction: .intakeInTransaction)
            return decisions
        }
    }

    private func decideAlone(
        _ message: JudgedMessage, as actor: String, now: Timestamp, planted: PlantedBug?
    ) throws -> Decision {
        do {
            return try decideTogether([message], as: actor, now: now, planted: planted)[0]
        } catch let trouble where trouble is DatabaseError || trouble is DiskError {
            return .notNow(reason: "\(trouble)")  // its neighbours' decisions stand
        }
    }
}

extension Decision {
    fileprivate var isToldToTheStream: Bool { self == .accepted || self == .cancelled }
}
