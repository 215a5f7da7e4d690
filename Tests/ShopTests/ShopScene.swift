import Clockwork
import Disk
import GRDB
import Logging
import Orders
import ServiceLifecycleTestKit
import Wire

@testable import Shop

/// A shop and its queue in virtual time; the shop may be killed and opened again.
final class ShopScene {
    let world: SimulatedWorld
    let queue: QueueDouble
    let directory = TemporaryDirectory()
    private let chance: Chance
    private let queueHost: SimulatedHost
    private var host: SimulatedHost?
    private var lives = 0

    init(seed: UInt64 = 1, inspect: @escaping @Sendable (QueueDouble.Message) throws -> Void = { _ in }) {
        world = SimulatedWorld(seed: seed, beginning: .noon)
        chance = .seeded(seed)
        queueHost = world.host(named: "broker")
        queue = QueueDouble(Surroundings(time: queueHost, chance: chance), inspect: inspect)
    }

    deinit { kill() }

    /// Opens the shop on a computer of its own.
    ///
    /// - Parameter stopAfter: When it is told to stop, if at all.
    func open(
        _ settings: ShopSettings, source: any PurchaseSource, rehearsal: Rehearsal? = nil,
        stopAfter: Duration? = nil,
        witness: (any CommitWitness)? = nil, space: SpaceGauge? = nil,
        onStop: @escaping @Sendable () -> Void = {}
    ) throws {
        try open(stopAfter: stopAfter, witness: witness, space: space, onStop: onStop) {
            storage, surroundings, logger in
            try WebShop(
                settings, source: source, storage: storage, queue: queue.client(for: surroundings),
                rehearsal: rehearsal, surroundings: surroundings, logger: logger)
        }
    }

    /// Opens a shop that is coupled to an OMS.
    func open(
        _ settings: ShopSettings, source: any PurchaseSource, oms: OMSDouble, patience: CheckoutPatience,
        rehearsal: Rehearsal? = nil
    ) throws {
        try open { storage, surroundings, logger in
            try WebShop(
                settings, source: source, storage: storage, oms: oms.client(for: surroundings),
                patience: patience, rehearsal: rehearsal, surroundings: surroundings, logger: logger)
        }
    }

    private func open(
        stopAfter: Duration? = nil, witness: (any CommitWitness)? = nil, space: SpaceGauge? = nil,
        onStop: @escaping @Sendable () -> Void = {},
        _ make: (Storage, Surroundings, Logger) throws -> WebShop
    ) throws {
        lives += 1
        let host = world.host(named: "shop \(lives)")
        self.host = host
        let storage = Storage(
            directory: directory.path, witness: witness, space: space,
            opened: { disk in host.onDeath { disk.close(orderly: false) } })
        let surroundings = Surroundings(time: host, chance: chance)
        let shop = try make(
            storage, surroundings, Logger(label: "shop") { _ in SwiftLogNoOpLogHandler() })
        _ = Task(executorPreference: host) {
            try await testGracefulShutdown { trigger in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await shop.run()
                        onStop()
                    }
                    if let stopAfter {
                        group.addTask {
                            try await host.sleep(for: stopAfter)
                            trigger.triggerGracefulShutdown()
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// SIGKILL.
    func kill() {
        host?.die()
        host = nil
    }

    /// Lets the world run for a while.
    func pass(_ span: Duration) {
        let end = world.uptime + span
        let alarm = Alarm()
        _ = Task(executorPreference: queueHost) { [queueHost] in
            try await queueHost.sleep(for: span)
            alarm.hasRung = true
        }
        _ = world.run(until: { alarm.hasRung || world.uptime > end })
    }

    /// Lets the world take so many steps.
    func take(steps: Int) {
        let last = world.steps + steps
        _ = world.run(until: { world.steps >= last })
    }

    /// Each row that a query on `shop.db` finds, its columns apart by a bar; asked as a stranger would.
    func rows(_ sql: String) throws -> [String] { try Self.rows(sql, in: directory) }

    static func rows(_ sql: String, in directory: TemporaryDirectory) throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        let connection = try DatabaseQueue(path: "\(directory.path)/shop.db", configuration: configuration)
        defer { try? connection.close() }
        return try connection.read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.map { $0.1.isNull ? "-" : String.fromDatabaseValue($0.1) ?? "\($0.1)" }.joined(
                    separator: "|")
            }
        }
    }
}

/// Lives on the world's thread.
private final class Alarm: @unchecked Sendable {
    var hasRung = false
}

extension ShopSettings {
    static func test(pace: Pace = .burst, pranks: [Prank] = [], lanes: Int = 3) -> ShopSettings {
        var settings = ShopSettings()
        settings.pace = pace
        settings.pranks = pranks
        settings.lanes = lanes
        return settings
    }
}

extension TradingDay {
    /// The first orders of the house day.
    static func house(_ count: Int) -> TradingDay {
        TradingDay(named: "the first \(count)", orders: Array(HouseDay.day.orders.prefix(count)))
    }

    var documents: [String] { orders.map { $0.document.text } }
}
