import Clockwork
import JSON

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The directory of one run: the ledgers of all roles, their logs, and the conductor's own notes.
package struct RunDirectory: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// The last part of its path.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// A new directory for a run that begins now, such as `runs/2026-11-22T221530Z-demo-7`.
    package static func new(in parent: String, named name: String, at now: Timestamp) throws -> RunDirectory {
        let moment = String(now.description.prefix(19)).filter { $0 != ":" }
        let directory = RunDirectory("\(parent)/\(moment)Z-\(name)")
        try directory.make()
        return directory
    }

    /// Makes the directory and what belongs into it.
    package func make() throws {
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    }

    package var logs: String { "\(path)/logs" }
    /// Everything that happened, a line each.
    package var events: String { "\(path)/events.ndjson" }
    /// What was broken, when, and until when.
    package var faults: String { "\(path)/faults.ndjson" }
    /// All numbers of the pipeline, four times a second.
    package var samples: String { "\(path)/samples.ndjson" }
    /// What each process had in memory, once a second, where somebody weighed them.
    package var memory: String { "\(path)/memory.ndjson" }
    /// The faults that a soak has drawn.
    package var soak: String { "\(path)/soak.json" }
    /// What a scenario did and found, as Chaos Toolkit writes it down.
    package var journal: String { "\(path)/journal.json" }
    package var verdict: String { "\(path)/verdict.json" }
    /// The settings by which its street was played last.
    package var settings: String { "\(path)/settings.json" }
    /// Where everyone listens.
    package var ports: String { "\(path)/ports.json" }
    /// Which processes play the street, for `down` and `status`.
    package var street: String { "\(path)/street.json" }

    /// Writes a file in one piece: readers see the old one or the new one.
    package func write(_ value: JSONValue, to file: String) throws {
        try Data((value.indentedText + "\n").utf8).write(to: URL(filePath: file), options: .atomic)
    }

    /// Reads a file of ours; nil when it is not there or not whole.
    package func read(_ file: String) -> JSONValue? {
        guard let data = try? Data(contentsOf: URL(filePath: file)) else { return nil }
        return try? JSONValue(parsing: [UInt8](data))
    }
}
