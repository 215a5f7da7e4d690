import Clockwork

/// Brings faults about on a street of real processes, makes sure of each that it is felt, and ends it.
///
/// Every fault is in the journal with the moment of its request, of its effect and of its end. Several may be in effect at
/// once. When the desk's process is killed, they end all the same: arrows and processes drop their faults by themselves,
/// what stands still is let go by a ``FreezeGuard``, and who was held down is held down by nobody any more.
package actor FaultDesk {
    /// A fault in effect.
    package struct Standing: Hashable, Sendable {
        package let fault: FaultRequest
        package let requestedAt: Timestamp
        package let effectiveAt: Timestamp
        package let endsAt: Timestamp
        package let proof: String
    }

    private static let expiry = "expiry"

    private let injectors: [any FaultInjector]
    private let journal: Journal
    private let time: any TimeSource
    private var standing: [String: Entry] = [:]
    /// Names of faults that are on their way to take effect.
    private var coming: Set<String> = []
    /// Of faults that ended, for whoever judges the run.
    private(set) package var over: [Standing] = []

    private struct Entry {
        let told: Standing
        let injection: Injection
        let timer: Task<Void, Never>
    }

    init(_ injectors: [any FaultInjector], journal: Journal, time: any TimeSource) {
        self.injectors = injectors
        self.journal = journal
        self.time = time
    }

    /// All that is in effect, in the order in which it took effect.
    package var active: [Standing] {
        standing.values.map(\.told).sorted {
            ($0.effectiveAt, $0.fault.name) < ($1.effectiveAt, $1.fault.name)
        }
    }

    /// Brings a fault about. When this returns it has been seen to be in effect.
    ///
    /// - Throws: ``FaultFailure``; then nothing is in effect.
    package func add(_ fault: FaultRequest) async throws -> Standing {
        guard standing[fault.name] == nil, coming.insert(fault.name).inserted else {
            throw FaultFailure.nameTaken(fault.name)
        }
        defer { coming.remove(fault.name) }
        guard let injector = injectors.first(where: { $0.isMeant(by: fault) }) else {
            throw FaultFailure.impossible(
                "On this street nobody can bring about \(fault.target) \(fault.kind.rawValue).")
        }
        let requestedAt = time.now
        let injection = try await injector.inject(fault)
        let effectiveAt = injection.effectiveAt ?? time.now
        let told = Standing(
            fault: fault, requestedAt: requestedAt, effectiveAt: effectiveAt,
            endsAt: effectiveAt + fault.duration, proof: injection.proof)
        journal.faultBegan(
            fault.name, target: fault.target.description, kind: fault.kind.rawValue,
            requestedAt: requestedAt, effectiveAt: effectiveAt, endsAt: told.endsAt, proof: injection.proof)
        // Not a child of anything: it ends with the fault, whatever becomes of whoever asked for it.
        let timer = Task { [time] in
            guard (try? await time.sleep(for: max(.zero, told.endsAt - time.now))) != nil else { return }
            await self.end(fault.name, by: Self.expiry)
        }
        standing[fault.name] = Entry(told: told, injection: injection, timer: timer)
        return told
    }

    /// Ends a fault before its time.
    ///
    /// - Throws: ``FaultFailure/unknownName(_:known:)``.
    package func clear(_ name: String) async throws {
        guard standing[name] != nil else {
            throw FaultFailure.unknownName(name, known: active.map(\.fault.name))
        }
        await end(name, by: "clear")
    }

    /// Ends all faults, the latest first.
    package func clearAll() async {
        for told in active.reversed() { await end(told.fault.name, by: "clear") }
    }

    private func end(_ name: String, by cause: String) async {
        guard let entry = standing.removeValue(forKey: name) else { return }
        // Its own task must not be cancelled when it is the timer that ends it, or the undoing would be, too.
        if cause != Self.expiry { entry.timer.cancel() }
        await entry.injection.undo()
        over.append(entry.told)
        journal.faultEnded(name, by: cause)
    }
}
