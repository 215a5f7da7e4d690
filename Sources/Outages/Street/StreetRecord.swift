import Clockwork
import JSON

/// `street.json`: which processes play the street of a data directory, written by whoever looks after them.
package struct StreetRecord: Hashable, Sendable {
    /// One process of the street.
    package struct Part: Hashable, Sendable {
        package var name: String
        /// `running`, `frozen`, `held`, `restarting` or `stopped`.
        package var condition: String
        package var process: ProcessIdentity?
        /// How often it has been started.
        package var starts: Int

        package init(name: String, condition: String, process: ProcessIdentity?, starts: Int) {
            self.name = name
            self.condition = condition
            self.process = process
            self.starts = starts
        }
    }

    /// The process that looks after the others.
    package var keeper: ProcessIdentity
    package var openedAt: Timestamp
    /// True once everyone who listens has been ready.
    package var isOpen: Bool
    package var parts: [Part]

    package init(keeper: ProcessIdentity, openedAt: Timestamp, isOpen: Bool, parts: [Part]) {
        self.keeper = keeper
        self.openedAt = openedAt
        self.isOpen = isOpen
        self.parts = parts
    }

    /// The same street after all of its processes have ended in order.
    package var closed: StreetRecord {
        var record = self
        record.isOpen = false
        for place in parts.indices {
            record.parts[place].condition = "stopped"
            record.parts[place].process = nil
        }
        return record
    }

    /// True while the keeper, and so the street, is alive.
    package var isKept: Bool { keeper.isAlive }
}

extension StreetRecord {
    package var json: JSONValue {
        [
            "keeper": keeper.json, "opened_at": .string(openedAt.description), "open": .bool(isOpen),
            "parts": .array(
                parts.map { part in
                    [
                        "name": .string(part.name), "condition": .string(part.condition),
                        "process": part.process?.json ?? .null, "starts": JSONValue(part.starts),
                    ]
                }),
        ]
    }

    /// - Returns: Nil for what is no such record.
    package init?(_ json: JSONValue) {
        guard let keeper = json["keeper"].flatMap(ProcessIdentity.init),
            let openedAt = json["opened_at"]?.string.flatMap({ Timestamp($0) }),
            let parts = json["parts"]?.array
        else { return nil }
        self.keeper = keeper
        self.openedAt = openedAt
        isOpen = json["open"]?.bool ?? false
        self.parts = parts.compactMap { part in
            guard let name = part["name"]?.string, let condition = part["condition"]?.string else {
                return nil
            }
            return Part(
                name: name, condition: condition, process: part["process"].flatMap(ProcessIdentity.init),
                starts: part["starts"]?.integer.map(Int.init) ?? 0)
        }
    }
}

extension ProcessIdentity {
    fileprivate var json: JSONValue { ["pid": JSONValue(number), "began": JSONValue(began)] }

    fileprivate init?(_ json: JSONValue) {
        guard let number = json["pid"]?.integer.flatMap({ Int32(exactly: $0) }) else { return nil }
        self.init(number: number, began: json["began"]?.integer)
    }
}

extension RunDirectory {
    /// What the keeper of this directory's street has written down last; nil when none has been opened here.
    package var streetRecord: StreetRecord? { read(street).flatMap(StreetRecord.init) }
}
