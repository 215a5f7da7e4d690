import Clockwork
import Inspection
import JSON

/// What a run has left behind: `no-leftover` holds when there is nothing of it.
///
/// While a street is up its processes and ports belong to it; then only faults can be left over.
package struct Leftovers: Hashable, Sendable {
    /// Faults that have no end yet, in words.
    package var faults: [String] = []
    /// Processes of a street that is closed, or has lost its keeper.
    package var processes: [String] = []
    /// Ports of such a street on which somebody still listens.
    package var ports: [String] = []
    /// Whether its keeper is alive.
    package var isUp = false

    /// Looks for them.
    ///
    /// - Parameter lookers: Who looks, and listens himself meanwhile.
    /// - Returns: Nil when nothing tells of a run in this directory.
    package init?(in directory: RunDirectory, besides lookers: Set<String> = [], now: Timestamp) {
        let timeline = FaultTimeline(in: directory.path, now: now)
        let record = directory.streetRecord
        let addresses = directory.read(directory.ports)?.object
        guard record != nil || addresses != nil || !timeline.faults.isEmpty else { return nil }
        faults = timeline.active(at: now).map { "\($0.title) since \($0.effectiveAt) (\($0.name))" }
        isUp = record?.isKept ?? false
        guard !isUp else { return }
        processes = (record?.parts ?? []).compactMap { part in
            part.process.flatMap { $0.isAlive ? "\(part.name), process \($0.number)" : nil }
        }
        ports = (addresses?.members ?? []).filter { !lookers.contains($0.name) }.compactMap { role, port in
            port.integer.map(Int.init).flatMap { FreePorts.isFree($0) ? nil : "\($0) of \(role)" }
        }
    }

    /// A sentence for each.
    package var inWords: [String] {
        faults.map { "still in effect: \($0)" } + processes.map { "still there: \($0)" }
            + ports.map { "still listened on: port \($0)" }
    }

    package var isEmpty: Bool { faults.isEmpty && processes.isEmpty && ports.isEmpty }
}

extension Street {
    /// What is left of it once everyone should have ended, a sentence for each; the conductor himself still listens.
    func leftovers(now: Timestamp) async -> [String] {
        let running = await supervisor.processes
        return (Leftovers(in: directory, besides: ["conductor"], now: now)?.inWords ?? [])
            + running.map { "\($0.name) is still there, process \($0.process)" }
    }
}
