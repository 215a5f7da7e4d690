import Clockwork
import JSON
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The conductor's notes of a run: what happened, what was broken and how the numbers went, a JSON line each.
///
/// A line is written in one piece and at once, so that the notes are whole up to the moment of any death.
package final class Journal: Sendable {
    /// Something that happened.
    package struct Event: Hashable, Sendable {
        /// Since the run began.
        package var runTime: Duration
        package var text: String
    }

    private let directory: RunDirectory
    private let time: any TimeSource
    private let began: Duration
    private let state = Mutex<(events: [Event], openFaults: [String: Fault])>(([], [:]))

    private struct Fault {
        var target: String
        var kind: String
        var requestedAt: Timestamp?
        var effectiveAt: Timestamp
        var endsAt: Timestamp?
    }

    package init(in directory: RunDirectory, time: any TimeSource) {
        self.directory = directory
        self.time = time
        began = time.uptime
    }

    /// How long the run has been going on.
    package var runTime: Duration { time.uptime - began }

    /// All that happened so far.
    package var events: [Event] { state.withLock(\.events) }

    /// True while a fault is in effect.
    package var isAnythingBroken: Bool { state.withLock { !$0.openFaults.isEmpty } }

    package func note(_ text: String) {
        let event = Event(runTime: runTime, text: text)
        state.withLock { $0.events.append(event) }
        append(
            [
                "at": .string(time.now.description), "run_ms": JSONValue(event.runTime.milliseconds),
                "text": .string(text),
            ], to: directory.events)
    }

    /// Notes that a fault has taken effect.
    ///
    /// - Parameters:
    ///   - requestedAt: When somebody asked for it; nil where nobody did.
    ///   - effectiveAt: Nil is now.
    ///   - endsAt: When it ends by itself, whatever becomes of the conductor; nil where the story ends it.
    ///   - proof: How we know, such as "process 4711 gone after 3 ms".
    package func faultBegan(
        _ name: String, target: String, kind: String, requestedAt: Timestamp? = nil,
        effectiveAt: Timestamp? = nil, endsAt: Timestamp? = nil, proof: String
    ) {
        let fault = Fault(
            target: target, kind: kind, requestedAt: requestedAt, effectiveAt: effectiveAt ?? time.now,
            endsAt: endsAt)
        state.withLock { $0.openFaults[name] = fault }
        appendFault(name, fault, proof: proof)
        note("\(target) \(kind) (\(proof))")
    }

    /// - Parameter cause: What ended it, such as `expiry`.
    package func faultEnded(_ name: String, by cause: String = "story") {
        guard let fault = state.withLock({ $0.openFaults.removeValue(forKey: name) }) else { return }
        appendFault(name, fault, ended: (time.now, cause))
        note("\(fault.target) \(fault.kind) ended after \((time.now - fault.effectiveAt).milliseconds) ms")
    }

    /// Notes the numbers of the pipeline at this moment.
    package func sample(_ numbers: JSONObject) {
        var line = JSONObject()
        line["at"] = .string(time.now.description)
        line["run_ms"] = JSONValue(runTime.milliseconds)
        for member in numbers.members { line[member.name] = member.value }
        append(.object(line), to: directory.samples)
    }

    /// Notes how many bytes of memory each process has resident at this moment.
    package func weighed(_ processes: [(name: String, residentBytes: Int64)]) {
        var bytes = JSONObject()
        for process in processes { bytes[process.name] = JSONValue(process.residentBytes) }
        append(
            [
                "at": .string(time.now.description), "run_ms": JSONValue(runTime.milliseconds),
                "resident_bytes": .object(bytes),
            ], to: directory.memory)
    }

    private func appendFault(
        _ name: String, _ fault: Fault, proof: String? = nil, ended: (at: Timestamp, by: String)? = nil
    ) {
        append(
            [
                "name": .string(name), "target": .string(fault.target), "kind": .string(fault.kind),
                "requested_at": JSONValue(fault.requestedAt?.description),
                "effective_at": .string(fault.effectiveAt.description),
                "ends_at": JSONValue(fault.endsAt?.description),
                "ended_at": JSONValue(ended?.at.description), "ended_by": JSONValue(ended?.by),
                "proof": JSONValue(proof),
            ], to: directory.faults)
    }

    private func append(_ line: JSONValue, to file: String) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let bytes = line.bytes + [UInt8(ascii: "\n")]
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }
}
