import Clockwork
import Disk
import Logging
import ServiceLifecycle
import Wire

/// The order management system: takes orders from the queue, keeps them, and tells the stream.
///
/// Several intakes and one relay share one ``OrderStore``. They meet nowhere but in its tables, so each of them may
/// die at any moment without the others having to know. It creates neither queue nor stream; while one of them is
/// away it waits.
package struct OrderManagement: Service {
    private let settings: Settings
    package let store: OrderStore
    private let queue: any Client<SQS>
    private let relay: Relay
    private let refill: Refill
    private let surroundings: Surroundings
    private let logger: Logger

    /// Opens the order database.
    ///
    /// - Parameters:
    ///   - queue: Retries of its own are welcome.
    ///   - gaps: Tells what expired in the stream unread. Retries of its own are welcome.
    ///   - stream: Without retries of its own (`RetryPolicy.never`): the outbox keeps account of attempts.
    /// - Throws: `DiskError` when the database cannot be had.
    package init(
        settings: Settings, storage: Storage, queue: any Client<SQS>, gaps: any Client<SQS>,
        stream: any Client<Kinesis>, surroundings: Surroundings, logger: Logger
    ) throws {
        store = try OrderStore(in: storage, surroundings: surroundings)
        relay = Relay(
            settings: settings, stream: stream, store: store, surroundings: surroundings, logger: logger)
        refill = Refill(
            settings: settings, gaps: gaps, store: store, surroundings: surroundings, logger: logger)
        self.settings = settings
        self.queue = queue
        self.surroundings = surroundings
        self.logger = logger
    }

    /// Works until graceful shutdown; then the intakes stop first, and the relay carries what they have left.
    ///
    /// - Throws: `DiskError` when the database can no longer be trusted; the process should end.
    package func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await takeOrders()
                    relay.finish()
                }
                group.addTask { try await relay.run() }
                group.addTask { try await refill.run() }
                group.addTask { try await store.keepWatch(by: surroundings.time, logger: logger) }
                // Intakes and relay end by themselves, and the others with them; the first error ends all.
                for _ in 1...2 { try await group.next() }
                group.cancelAll()
            }
            store.close()
        } catch {
            store.close(orderly: false)
            throw error
        }
    }

    private func takeOrders() async throws {
        let search = QueueSearch(settings: settings, queue: queue, surroundings: surroundings, logger: logger)
        guard let queueURL = try await search.run() else { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...max(1, settings.workers) {
                let intake = Intake(
                    actor: number == 1 ? settings.name : "\(settings.name)#\(number)", settings: settings,
                    queueURL: queueURL, queue: queue, store: store, surroundings: surroundings, logger: logger
                )
                group.addTask { try await intake.run() }
            }
            while try await group.next() != nil {}  // the first that fails ends the others
        }
    }
}
