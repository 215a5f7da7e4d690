import Clockwork
import JSON

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `control/PROCESS.json`: the faults that a process is to bring upon itself, as the conductor has written them down.
///
/// What is no longer on it is over, and so is what has had its time.
package struct FaultSheet: Hashable, Sendable {
    /// One fault, as it is written; ``InflictedFault`` is what it means.
    package struct Entry: Hashable, Sendable {
        /// Used once in a run: strikes are counted by it.
        package var name: String
        /// Such as `crash-at`.
        package var kind: String
        package var parameters: [String: String]
        /// By the machine's clock, whatever the process's own is made to show.
        package var until: Timestamp

        package init(name: String, kind: String, parameters: [String: String] = [:], until: Timestamp) {
            self.name = name
            self.kind = kind
            self.parameters = parameters
            self.until = until
        }
    }

    package var entries: [Entry]

    package init(_ entries: [Entry] = []) {
        self.entries = entries
    }
}

extension FaultSheet {
    package var json: JSONValue {
        ["faults": .array(entries.map(\.json))]
    }

    /// - Returns: Nil for what is no such sheet.
    package init?(_ json: JSONValue) {
        guard let faults = json["faults"]?.array else { return nil }
        let entries = faults.compactMap(Entry.init)
        guard entries.count == faults.count else { return nil }
        self.init(entries)
    }
}

extension FaultSheet.Entry {
    fileprivate var json: JSONValue {
        var said = JSONObject()
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { said[name] = .string(value) }
        return [
            "name": .string(name), "kind": .string(kind), "parameters": .object(said),
            "until": .string(until.description),
        ]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, let kind = json["kind"]?.string,
            let until = json["until"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        var parameters: [String: String] = [:]
        for (name, value) in json["parameters"]?.object?.members ?? [] {
            guard let text = value.string else { return nil }
            parameters[name] = text
        }
        self.init(name: name, kind: kind, parameters: parameters, until: until)
    }
}

extension RunDirectory {
    /// Where the conductor tells a process which faults to bring upon itself.
    package func faultSheet(of process: String) -> String { "\(control)/\(process).json" }
    /// Where the process says which of them are in force.
    package func faultEffects(of process: String) -> String { "\(control)/\(process).effects.json" }

    private var control: String { "\(path)/control" }

    /// Makes the place for both.
    package func makeControl() throws {
        try FileManager.default.createDirectory(atPath: control, withIntermediateDirectories: true)
    }
}
