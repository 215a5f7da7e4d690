import Clockwork
import JSON

/// What can be told of one arrow.
package struct ArrowStatus: Hashable, Sendable {
    package var name: ArrowName
    /// Where callers connect to.
    package var listener: StreetSettings.Address
    package var target: StreetSettings.Address
    package var openConnections: Int
    package var counters: Counters
    /// Those in effect, in the order in which they began.
    package var faults: [Fault]

    /// Counted since the relay began.
    package struct Counters: Hashable, Sendable {
        package var connections = 0
        /// Connections and copies for which the target could not be reached.
        package var unreached = 0
        package var requests = 0
        package var answers = 0
        /// Copies of requests that a `repeat` brought to the target.
        package var repeats = 0
        /// Bytes handed on to the target.
        package var bytesUp = 0
        /// Bytes handed on to callers.
        package var bytesDown = 0

        mutating func note(bytes: Int, _ direction: Direction) {
            switch direction {
            case .up: bytesUp += bytes
            case .down: bytesDown += bytes
            }
        }
    }

    /// A fault that is in effect.
    package struct Fault: Hashable, Sendable {
        package var name: String
        package var arrow: ArrowName
        package var fault: ArrowFault
        package var beganAt: Timestamp
        /// How long it will still last, in whole milliseconds.
        package var left: Duration
        /// How often it has touched something: a connection, a request, a piece of bytes.
        package var touches: Int
    }
}

extension ArrowStatus {
    package var json: JSONValue {
        [
            "arrow": .string(name.rawValue), "listener": listener.json, "target": target.json,
            "open_connections": JSONValue(openConnections), "counters": counters.json,
            "faults": .array(faults.map(\.json)),
        ]
    }

    /// - Returns: Nil for what is none.
    package init?(_ json: JSONValue) {
        guard let name = json["arrow"]?.string,
            let listener = json["listener"].flatMap(StreetSettings.Address.init),
            let target = json["target"].flatMap(StreetSettings.Address.init),
            let open = json["open_connections"]?.integer,
            let counters = json["counters"].flatMap(Counters.init), let faults = json["faults"]?.array
        else { return nil }
        self.init(
            name: ArrowName(rawValue: name), listener: listener, target: target, openConnections: Int(open),
            counters: counters, faults: faults.compactMap(Fault.init))
    }
}

extension ArrowStatus.Counters {
    fileprivate static let members: [(name: String, path: any Sendable & WritableKeyPath<Self, Int>)] = [
        ("connections", \.connections), ("unreached", \.unreached), ("requests", \.requests),
        ("answers", \.answers), ("repeats", \.repeats), ("bytes_up", \.bytesUp),
        ("bytes_down", \.bytesDown),
    ]

    fileprivate var json: JSONValue {
        var object = JSONObject()
        for member in Self.members { object[member.name] = JSONValue(self[keyPath: member.path]) }
        return .object(object)
    }

    fileprivate init?(_ json: JSONValue) {
        for member in Self.members {
            guard let count = json[member.name]?.integer else { return nil }
            self[keyPath: member.path] = Int(count)
        }
    }
}

extension ArrowStatus.Fault {
    package var json: JSONValue {
        [
            "name": .string(name), "arrow": .string(arrow.rawValue), "kind": .string(fault.kind),
            "parameters": fault.parametersJSON, "began_at": .string(beganAt.description),
            "ends_in_ms": JSONValue(left.milliseconds), "touches": JSONValue(touches),
        ]
    }

    package init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, let arrow = json["arrow"]?.string,
            let kind = json["kind"]?.string,
            let beganAt = json["began_at"]?.string.flatMap({ Timestamp($0) }),
            let left = json["ends_in_ms"]?.integer, let touches = json["touches"]?.integer
        else { return nil }
        var parameters: [String: String] = [:]
        for member in json["parameters"]?.object?.members ?? [] {
            parameters[member.name] = member.value.string
        }
        guard let fault = try? ArrowFault(kind: kind, parameters: parameters) else { return nil }
        self.init(
            name: name, arrow: ArrowName(rawValue: arrow), fault: fault, beganAt: beganAt,
            left: .milliseconds(left), touches: Int(touches))
    }
}

extension ArrowFault {
    /// The parameters as they cross the wire, sorted by name.
    var parametersJSON: JSONValue {
        var object = JSONObject()
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { object[name] = .string(value) }
        return .object(object)
    }
}

extension StreetSettings.Address {
    fileprivate var json: JSONValue { ["host": .string(host), "port": JSONValue(port)] }

    fileprivate init?(_ json: JSONValue) {
        guard let host = json["host"]?.string, let port = json["port"]?.integer else { return nil }
        self.init(host: host, port: Int(port))
    }
}
