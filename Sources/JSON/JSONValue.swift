/// A JSON text as a value that loses nothing we care about.
///
/// Integers stay integers, so that money never passes through a float; members keep the order in which they were
/// written; a number with a fraction or an exponent, or too large for 64 bits, is kept as its text. Texts are equal byte
/// for byte, where Swift's own `==` would also take the Kelvin sign for a `K`.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that is no 64-bit integer, as it was written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    public static func == (lhs: JSONValue, rhs: JSONValue) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.isSpelled(right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}

extension String {
    /// Equal byte for byte.
    func isSpelled(_ other: String) -> Bool {
        self == other && utf8.elementsEqual(other.utf8)
    }
}

/// The members of a JSON object, in the order in which they were written; each name stands once.
public struct JSONObject: Hashable, Sendable {
    public private(set) var members: [(name: String, value: JSONValue)]

    public init() {
        members = []
    }

    /// - Precondition: The names differ from each other.
    init(distinct members: [(name: String, value: JSONValue)]) {
        self.members = members
    }

    /// The member of this name; setting nil removes it, setting a new one appends it.
    public subscript(name: String) -> JSONValue? {
        get { members.first { $0.name.isSpelled(name) }?.value }
        set {
            let place = members.firstIndex { $0.name.isSpelled(name) }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append((name, value))
            case (nil, nil): break
            }
        }
    }

    public static func == (lhs: JSONObject, rhs: JSONObject) -> Bool {
        lhs.members.elementsEqual(rhs.members) { $0.name.isSpelled($1.name) && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) {
        for member in members {
            hasher.combine(member.name)
            hasher.combine(member.value)
        }
    }
}

extension JSONValue {
    public subscript(name: String) -> JSONValue? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    public subscript(place: Int) -> JSONValue? {
        if case .array(let items) = self, items.indices.contains(place) { items[place] } else { nil }
    }

    public var string: String? { if case .string(let text) = self { text } else { nil } }
    public var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    public var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }
    public var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    public var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral text: String) { self = .string(text) }
    public init(integerLiteral number: Int64) { self = .integer(number) }
    public init(booleanLiteral truth: Bool) { self = .bool(truth) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral items: JSONValue...) { self = .array(items) }

    public init(dictionaryLiteral members: (String, JSONValue)...) {
        var object = JSONObject()
        for (name, value) in members { object[name] = value }
        self = .object(object)
    }

    /// A text, or null where there is none.
    public init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }

    /// A whole number, or null where there is none.
    public init(_ number: (some BinaryInteger)?) {
        self =
            number.map { number in Int64(exactly: number).map(JSONValue.integer) ?? .number("\(number)") }
            ?? .null
    }
}
