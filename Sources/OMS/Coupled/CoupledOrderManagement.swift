import Clockwork
import Disk
import Logging
import ServiceLifecycle
import Wire

/// The order management system as it is without a queue and a stream: a shop calls it and waits, and it calls every
/// partner before it answers.
///
/// It is here to be compared with ``OrderManagement``, so it is built with the same care and from the same parts: the same
/// rules judge an order, the same ``OrderStore`` keeps it in one transaction, once for each number, and the same signed
/// bytes go to the partners. Partners are called all at the same time and each for a bounded time, so that a checkout
/// takes as long as the slowest of them and not as all of them together.
///
/// One question has no good answer in this wiring: what to tell the shop when the order is kept but a partner did not say
/// yes. Say yes, and that partner never hears of the order, for there is nobody who would tell it later. Say no, and a
/// customer is turned away for the sake of a partner whom they do not know, while the order stays in the books: the other
/// partners have heard of it, and cannot be made to forget. This one says no (502), because a repeat can then mend it:
/// the same number is recognised, and the partners are called again under the same webhook id. The events in the outbox
/// stay there unpublished; whoever carries them on has decoupled the two.
package final class CoupledOrderManagement: Service {
    private let store: OrderStore
    private let front: WireFront
    private let surroundings: Surroundings
    private let logger: Logger

    /// Opens the order database.
    ///
    /// - Parameters:
    ///   - partners: Who is called about each order.
    ///   - admission: Who may place orders.
    /// - Throws: `DiskError` when the database cannot be had.
    package init(
        partners: [CoupledPartner], storage: Storage, admission: WireFront.Admission,
        surroundings: Surroundings, logger: Logger
    ) throws {
        store = try OrderStore(in: storage)
        var front = WireFront(admission: admission, surroundings: surroundings, logger: logger)
        front.attend(
            CheckoutDesk(store: store, partners: partners, surroundings: surroundings, logger: logger)
                .services)
        self.front = front
        self.surroundings = surroundings
        self.logger = logger
    }

    /// Answers one request of a shop.
    package func answer(_ request: WireRequest) async -> WireResponse {
        await front.answer(request)
    }

    /// Keeps the books until graceful shutdown.
    ///
    /// - Throws: `DiskError` when the database can no longer be trusted; the process should end.
    package func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await gracefulShutdown() }  // cancelled means over, too
                group.addTask { [self] in
                    try await store.keepWatch(by: surroundings.time, logger: logger)
                }
                try await group.next()
                group.cancelAll()
            }
            store.close()
        } catch {
            store.close(orderly: false)
            throw error
        }
    }
}
