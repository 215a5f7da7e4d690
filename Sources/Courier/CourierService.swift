import Clockwork
import Disk
import Logging
import ServiceLifecycle
import Wire

/// Delivers each event to each partner, patiently.
///
/// It takes events on over the wire, answers once they and their deliveries are on disk, and from then on
/// every partner is served from the ledger, in a lane of its own.
package final class CourierService: Service {
    private let ledger: CourierLedger
    private let lanes: [Lane]
    private let front: WireFront
    private let surroundings: Surroundings
    private let logger: Logger

    /// - Parameters:
    ///   - transports: Carries requests to an endpoint.
    ///   - admission: Whose events are taken on.
    /// - Throws: ``CourierSettingsError``, or `DiskError` when the ledger cannot be opened.
    package init(
        settings: CourierSettings, storage: Storage, transports: (Endpoint) -> any Transport,
        admission: WireFront.Admission, surroundings: Surroundings, logger: Logger, planted: PlantedBug? = nil
    ) throws {
        try settings.check()
        let ledger = try CourierLedger(storage, surroundings: surroundings)
        let memories = try ledger.begin(with: settings.endpoints)
        let lanes = settings.endpoints.map { endpoint in
            Lane(
                to: endpoint, memory: memories[endpoint.name] ?? LaneMemory(isServed: true, circuit: .closed),
                over: transports(endpoint), ledger: ledger, surroundings: surroundings, planted: planted,
                logger: logger)
        }
        var front = WireFront(admission: admission, surroundings: surroundings, logger: logger)
        front.attend(
            IntakeDesk(ledger: ledger, surroundings: surroundings) {
                for lane in lanes { lane.wake() }
            }.services)
        self.ledger = ledger
        self.lanes = lanes
        self.front = front
        self.surroundings = surroundings
        self.logger = logger
    }

    /// Answers one request to the intake.
    package func answer(_ request: WireRequest) async -> WireResponse {
        await front.answer(request)
    }

    /// Delivers until graceful shutdown; then finishes what is under way.
    ///
    /// - Throws: `DiskError` when another file lies in the ledger's place; the process should end.
    package func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.deliver() }
                group.addTask {
                    try await self.ledger.keepWatch(by: self.surroundings.time, logger: self.logger)
                }
                try await group.next()  // the lanes end by themselves, and then the watch; an error ends both
                group.cancelAll()
            }
            ledger.close()
        } catch {
            ledger.close(orderly: false)
            throw error
        }
    }

    private func deliver() async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.ledger.commits.run() }
                await withDiscardingTaskGroup { group in
                    for lane in self.lanes { group.addTask { await lane.run() } }
                }
                self.ledger.commits.stop()
            }
        } onGracefulShutdown: {
            for lane in self.lanes { lane.close() }
        }
    }
}
