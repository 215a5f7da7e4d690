import Clockwork

/// Opens a street and looks after it until it is told to stop: `orderflow up`.
package struct StreetKeeper: Sendable {
    private let street: Street
    private let surroundings: Surroundings

    package init(_ street: Street, surroundings: Surroundings) {
        self.street = street
        self.surroundings = surroundings
    }

    /// Keeps the street until the task is cancelled; then all its processes have ended in order.
    ///
    /// - Parameter opened: Called once everyone is ready.
    /// - Throws: ``StreetFault`` when the street does not open.
    package func run(opened: @escaping @Sendable () -> Void) async throws {
        // Of its own, and not a child of this task: whoever cancels this one wants the others to end in order.
        let supervision = Task { await street.supervisor.run() }
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(
                try await withThrowingTaskGroup { group in
                    group.addTask { try await street.keepDoor() }
                    defer { group.cancelAll() }
                    try await keep(opened: opened)
                })
        } catch {
            outcome = .failure(error)
        }
        await street.faults.clearAll()
        await Task { await street.supervisor.stop() }.value
        await supervision.value
        if let record = street.directory.streetRecord { try write(record.closed) }
        street.journal.note("the street is closed")
        do {
            try outcome.get()
        } catch is CancellationError {
            // Told to stop, as every street is some day.
        }
    }

    private func keep(opened: @Sendable () -> Void) async throws {
        var record = StreetRecord(
            keeper: ProcessIdentity(of: ProcessMeter.ownProcess), openedAt: surroundings.now, isOpen: false,
            parts: [])
        try write(record)
        street.journal.note("the street opens: \(street.supervisor.names.count) processes")
        try await street.open()
        street.journal.note("all are ready")
        record.isOpen = true
        record.parts = await parts()
        try write(record)
        opened()
        while true {
            try await surroundings.time.sleep(for: .milliseconds(200))
            let parts = await parts()
            guard parts != record.parts else { continue }
            for (before, after) in zip(record.parts, parts) where before.condition != after.condition {
                street.journal.note("\(after.name) is \(after.condition)")
            }
            record.parts = parts
            try write(record)
        }
    }

    private func write(_ record: StreetRecord) throws {
        try street.directory.write(record.json, to: street.directory.street)
    }

    private func parts() async -> [StreetRecord.Part] {
        var parts: [StreetRecord.Part] = []
        for name in street.supervisor.names {
            let (condition, process): (String, Int32?) =
                switch await street.supervisor.condition(of: name) {
                case .running(let process): ("running", process)
                case .frozen(let process): ("frozen", process)
                case .held: ("held", nil)
                case .restarting: ("restarting", nil)
                }
            parts.append(
                StreetRecord.Part(
                    name: name, condition: condition, process: process.map(ProcessIdentity.init(of:)),
                    starts: await street.supervisor.starts[name] ?? 0))
        }
        return parts
    }
}
