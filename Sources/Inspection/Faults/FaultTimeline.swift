import Clockwork
import JSON

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What was broken during a run, as the conductor noted it.
package struct FaultTimeline: Hashable, Sendable {
    /// One thing that went wrong on purpose.
    package struct Fault: Hashable, Sendable {
        package var name: String
        /// A process (`oms`), an arrow (`courier->partner-crm`), a clock (`oms.clock`).
        package var target: String
        /// `kill`, `freeze`, `status`, ….
        package var kind: String
        package var effectiveAt: Timestamp
        /// Nil while it lasts.
        package var endedAt: Timestamp?

        package init(
            name: String, target: String, kind: String, effectiveAt: Timestamp, endedAt: Timestamp? = nil
        ) {
            self.name = name
            self.target = target
            self.kind = kind
            self.effectiveAt = effectiveAt
            self.endedAt = endedAt
        }

        /// Whether it was in effect at some moment between two.
        package func overlaps(_ from: Timestamp, _ to: Timestamp) -> Bool {
            effectiveAt <= to && (endedAt ?? to) >= from
        }

        /// Such as `oms kill`.
        package var title: String { "\(target) \(kind)" }
    }

    /// In the order in which they took effect.
    package private(set) var faults: [Fault] = []

    package init(_ faults: [Fault] = []) {
        self.faults = faults.sorted { ($0.effectiveAt, $0.name) < ($1.effectiveAt, $1.name) }
    }

    /// Reads the conductor's notes, a JSON object a line. A fault that ends is written again under its name,
    /// with its end. A line that a crash cut short, or that is none of ours, is passed over.
    ///
    /// - Parameter now: A fault whose time was up well before this is over, though nobody lived to write it down:
    ///   every fault ends by itself.
    package init(lines text: String, now: Timestamp = SystemTime().now) {
        var byName: [String: Fault] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let note = try? JSONValue(parsing: Array(line.utf8)), var fault = Fault(note) else {
                continue
            }
            if fault.endedAt == nil, let end = note["ends_at"]?.string.flatMap({ Timestamp($0) }),
                end + Self.undoing < now
            {
                fault.endedAt = end
            }
            byName["\(fault.name) \(fault.effectiveAt)"] = fault
        }
        self.init(Array(byName.values))
    }

    /// How long it may take to undo a fault and to write that down.
    private static let undoing = Duration.seconds(2)

    /// The notes in a data directory, `faults.ndjson`; empty where there are none.
    package init(in directory: String, now: Timestamp = SystemTime().now) {
        self.init(lines: TextFile.read("\(directory)/faults.ndjson") ?? "", now: now)
    }

    /// Which faults were in effect then.
    package func active(at moment: Timestamp) -> [Fault] {
        faults.filter { $0.effectiveAt <= moment && ($0.endedAt.map { moment <= $0 } ?? true) }
    }
}

extension FaultTimeline.Fault {
    init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, let target = json["target"]?.string,
            let kind = json["kind"]?.string,
            let effectiveAt = json["effective_at"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(
            name: name, target: target, kind: kind, effectiveAt: effectiveAt,
            endedAt: json["ended_at"]?.string.flatMap { Timestamp($0) })
    }
}

/// The text of a small file.
package enum TextFile {
    /// Nil when it cannot be read; what is not UTF-8 shows as U+FFFD.
    package static func read(_ path: String) -> String? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            bytes += buffer[..<count]
            if count < buffer.count { return String(decoding: bytes, as: UTF8.self) }
        }
    }
}
