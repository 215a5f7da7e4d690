import Clockwork
import Disk
import Logging
import ServiceLifecycle
import Wire

/// The web shop: takes customers' orders and hands them over to the queue, however long that takes.
///
/// It sells on while the queue is away. Every order is on the shop's own disk before anything else happens to
/// it, every try before it is made, every answer before anything leans on it; so a shop that is killed opens
/// again, sends what has no final answer once more under the same key, and goes on with the next customer.
///
/// The same shop can be coupled to its OMS instead, to be compared with: see ``CheckoutCounter``.
package struct WebShop: Service {
    /// Where orders go from here.
    private enum Way {
        case queue(any Client<SQS>)
        case checkout(any Client<Checkout>, CheckoutPatience)
    }

    private let settings: ShopSettings
    private let source: any PurchaseSource
    private let ledger: ShopLedger
    private let desk: OrderDesk
    private let way: Way
    private let rehearsal: Rehearsal?
    private let surroundings: Surroundings
    private let logger: Logger

    /// Opens the shop's ledger.
    ///
    /// - Parameters:
    ///   - queue: Without retries of its own (`RetryPolicy.never`): the ledger keeps account of every try.
    ///   - rehearsal: By which the shop can be asked for what it would not do by itself; nil for none.
    /// - Throws: `DiskError` when the ledger cannot be had.
    package init(
        _ settings: ShopSettings, source: any PurchaseSource, storage: Storage, queue: any Client<SQS>,
        rehearsal: Rehearsal? = nil, surroundings: Surroundings, logger: Logger
    ) throws {
        try self.init(
            settings, source: source, storage: storage, way: .queue(queue), rehearsal: rehearsal,
            surroundings: surroundings, logger: logger)
    }

    /// Opens the ledger of a shop that is coupled to its OMS.
    ///
    /// - Parameters:
    ///   - oms: Without retries of its own (`RetryPolicy.never`): they are the customer's, by `patience`.
    ///   - rehearsal: By which the shop can be asked for what it would not do by itself; nil for none.
    /// - Throws: `DiskError` when the ledger cannot be had.
    package init(
        _ settings: ShopSettings, source: any PurchaseSource, storage: Storage, oms: any Client<Checkout>,
        patience: CheckoutPatience, rehearsal: Rehearsal? = nil, surroundings: Surroundings, logger: Logger
    ) throws {
        try self.init(
            settings, source: source, storage: storage, way: .checkout(oms, patience),
            rehearsal: rehearsal, surroundings: surroundings, logger: logger)
    }

    private init(
        _ settings: ShopSettings, source: any PurchaseSource, storage: Storage, way: Way,
        rehearsal: Rehearsal?, surroundings: Surroundings, logger: Logger
    ) throws {
        ledger = try ShopLedger(in: storage)
        desk = try OrderDesk(ledger: ledger, source: source.name, surroundings: surroundings)
        self.settings = settings
        self.source = source
        self.way = way
        self.rehearsal = rehearsal
        self.surroundings = surroundings
        self.logger = logger
        rehearsal?.attend()
    }

    /// Sells until graceful shutdown, also when every customer has been served.
    ///
    /// - Throws: `DiskError` when the ledger can no longer be trusted; the process should end.
    package func run() async throws {
        let closing = ClosingTime()
        do {
            try await withTaskCancellationOrGracefulShutdownHandler {
                try await sell(until: closing)
            } onCancelOrGracefulShutdown: {
                closing.call()
            }
            ledger.close()
        } catch {
            ledger.close(orderly: false)
            throw error
        }
    }

    private func sell(until closing: ClosingTime) async throws {
        let till = Till(
            desk: desk, source: source, settings: settings, closing: closing, rehearsal: rehearsal,
            misfits: misfits, surroundings: surroundings, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await till.run() }
            group.addTask { try await handOver(until: closing) }
            group.addTask { try await ledger.keepWatch(by: surroundings.time, logger: logger) }
            // Till and lanes end by themselves and the watch with them; the first error ends all.
            for _ in 1...2 { try await group.next() }
            group.cancelAll()
        }
    }

    /// Pranks that have no meaning here, each with the reason.
    private var misfits: [Prank.Kind: String] {
        var misfits: [Prank.Kind: String] = [:]
        if !settings.isFIFO {
            misfits[.conflict] = """
                A standard queue leaves open which of two orders under one number comes first, so neither is the wrong \
                one. Ask for it on a FIFO queue.
                """
        }
        if case .checkout = way {
            misfits[.earlyCancel] = """
                A checkout takes orders and no cancellations. Ask for it where the shop sends to a queue.
                """
        }
        return misfits
    }

    private func handOver(until closing: ClosingTime) async throws {
        switch way {
        case .queue(let queue): try await handOver(to: queue, until: closing)
        case .checkout(let oms, let patience):
            try await CheckoutCounter(
                desk: desk, oms: oms, patience: patience, closing: closing, surroundings: surroundings
            ).run()
        }
    }

    private func handOver(to queue: any Client<SQS>, until closing: ClosingTime) async throws {
        let outage = QueueOutage(backoff: settings.backoff, chance: surroundings.chance, logger: logger)
        guard let url = try await url(of: queue, despite: outage, until: closing) else { return }
        let orders = OrderQueue(url: url, isFIFO: settings.isFIFO, queue: queue)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<max(1, settings.lanes) {
                let lane = Lane(
                    desk: desk, queue: orders, outage: outage, settings: settings, closing: closing,
                    surroundings: surroundings, logger: logger)
                group.addTask { try await lane.run() }
            }
            while try await group.next() != nil {}  // the first that fails ends the others
        }
    }

    /// Asks for the queue until there is one.
    ///
    /// - Returns: Nil when the shop closes before.
    private func url(
        of queue: any Client<SQS>, despite outage: QueueOutage, until closing: ClosingTime
    ) async throws -> String? {
        let patience = Rest(until: closing, by: surroundings.time)
        var failures = 0
        while true {
            do {
                let url = try await queue(GetQueueUrl(queueName: settings.queue)).queueUrl
                outage.isOver()
                return url
            } catch let error as ClientError {
                failures += 1
                guard await outage.wait(for: .unknown("\(error)"), failures: failures, patience) else {
                    return nil
                }
            }
        }
    }
}
