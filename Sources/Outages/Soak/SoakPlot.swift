import Clockwork
import GRDB
import Inspection

/// A soak as it happens on a street of real processes: round after round of faults while the shop sells, everybody weighed
/// every second, and the shop's closing.
package struct SoakPlot: Plot {
    private let plan: SoakPlan
    private let surroundings: Surroundings

    package init(_ plan: SoakPlan, surroundings: Surroundings) {
        self.plan = plan
        self.surroundings = surroundings
    }

    package var length: Duration { plan.length }

    package var demanded: [Requirement] {
        MustHold.base.requirements + [.orderPerKey, .poisonContained, .explainable]
    }

    package func happen(on street: Street, announce: @escaping @Sendable () -> Void) async throws -> String? {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.weigh(street) }
            defer { group.cancelAll() }
            let problem = try await breakAll(on: street, announce: announce)
            await street.faults.clearAll()
            let remnant = try await closeShop(of: street)
            return problem ?? remnant
        }
    }

    // MARK: Faults

    /// - Returns: What did not take effect; nil when everything did.
    private func breakAll(on street: Street, announce: @escaping @Sendable () -> Void) async throws -> String?
    {
        let opened = surroundings.time.uptime
        for round in plan.rounds {
            try await rest(until: opened + round.at)
            if let ailment = try await ailment(of: street) { return ailment }
            for fault in round.faults {
                if let problem = try await begin(fault, on: street) { return problem }
                announce()
            }
        }
        try await rest(until: opened + plan.length)
        return nil
    }

    /// Brings a fault about. - Returns: Why it did not take effect.
    private func begin(_ fault: FaultRequest, on street: Street) async throws -> String? {
        do {
            _ = try await street.faults.add(fault)
            return nil
        } catch let error where !(error is CancellationError) {
            return "\(fault.words.joined(separator: " ")): \(error)"
        }
    }

    /// Waits until nothing is broken any more and every process runs. - Returns: Who does not come to that.
    private func ailment(of street: Street) async throws -> String? {
        let end = surroundings.time.uptime + Self.patience
        var missing: [String] = []
        while surroundings.time.uptime < end {
            let present = await street.supervisor.processes.map(\.name)
            missing = street.supervisor.names.filter { !present.contains($0) }
            if missing.isEmpty, !street.journal.isAnythingBroken { return nil }
            try await surroundings.time.sleep(for: .milliseconds(50))
        }
        let ailment =
            missing.isEmpty ? "a fault did not end" : "\(missing.joined(separator: ", ")) did not come back"
        return "\(ailment) within \(Self.patience.components.seconds) s"
    }

    private func rest(until uptime: Duration) async throws {
        try await surroundings.time.sleep(for: max(.zero, uptime - surroundings.time.uptime))
    }

    private static let patience = Duration.seconds(30)

    // MARK: The shop

    /// Closes the shop with nothing left to hand over. What it has taken when it is asked to close, the next shop sends.
    ///
    /// - Returns: Nothing, or that it had something left.
    private func closeShop(of street: Street) async throws -> String? {
        let ledgers = try Ledgers(in: street.directory.path, only: [.shop])
        func isHandedOver() throws -> Bool {
            try ledgers.look { try Int.fetchOne($0, sql: "SELECT count(*) FROM shop.outgoing") } == 0
        }
        let end = surroundings.time.uptime + Self.patience
        while surroundings.time.uptime < end {
            if try isHandedOver() {
                await street.supervisor.stop("shop")
                if try isHandedOver() { return nil }
                await street.supervisor.letGo("shop")
            }
            try await surroundings.time.sleep(for: .milliseconds(100))
        }
        return "the shop had orders left that the queue would not take"
    }

    // MARK: Memory

    private func weigh(_ street: Street) async throws {
        while true {
            var processes = await street.supervisor.processes
            processes.append(("conductor", ProcessMeter.ownProcess))
            street.journal.weighed(
                processes.compactMap { name, process in
                    ProcessMeter.residentBytes(of: process).map { (name, $0) }
                })
            try await surroundings.time.sleep(for: .seconds(1))
        }
    }

    package func judge(_ verdict: inout DemoVerdict, of street: Street) async throws {
        let memory = MemoryTrend.all(in: street.directory)
        verdict.memory = memory
        verdict.deviations += memory.filter { !$0.isFlat }.map { "memory grew: \($0)" }
        verdict.deviations += await street.leftovers(now: surroundings.now)
    }
}
