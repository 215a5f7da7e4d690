import JSON

/// A member holds a value of another JSON type than the operation wants.
public struct TypeMismatch: Error, FaultOnTheWay, Hashable, Sendable {
    /// The types of Amazon's service models.
    public enum Wanted: String, Hashable, Sendable {
        case string, integer, long, double, boolean, blob, timestamp, list, map, structure
    }

    public var wanted: Wanted
    public var found: JSONValue
    /// Names of the members on the way, the outermost first; list places count from 0.
    public var path: [String]

    public init(wanted: Wanted, found: JSONValue, path: [String]) {
        self.wanted = wanted
        self.found = found
        self.path = path
    }
}

/// A member that an operation or its output cannot do without is absent.
struct MissingMember: FaultOnTheWay, Hashable {
    var path: [String]
}

/// All such members, in the order in which they are missed; at most as many as are told.
struct MissingMembers: Error, Hashable {
    static let most = 10

    var paths: [[String]]
}
