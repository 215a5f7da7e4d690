/// Bytes: base64 text in JSON, a byte string in CBOR.
public struct Blob: Hashable, Codable, Sendable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode([UInt8].self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}

/// A map of the protocol, in the order in which it was written, so that the wire looks the same every time.
public struct WireMap<Value: Codable & Sendable>: Codable, Sendable, ExpressibleByDictionaryLiteral {
    public private(set) var entries: [(key: String, value: Value)]

    public init(dictionaryLiteral entries: (String, Value)...) {
        self.entries = entries.map { (key: $0, value: $1) }
    }

    public init(_ entries: [(key: String, value: Value)]) {
        self.entries = entries
    }

    public var isEmpty: Bool { entries.isEmpty }
    public var count: Int { entries.count }
    public var keys: [String] { entries.map(\.key) }

    public subscript(key: String) -> Value? {
        get { entries.first { $0.key == key }?.value }
        set {
            let place = entries.firstIndex { $0.key == key }
            switch (place, newValue) {
            case (let place?, let value?): entries[place].value = value
            case (let place?, nil): entries.remove(at: place)
            case (nil, let value?): entries.append((key, value))
            case (nil, nil): break
            }
        }
    }

    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? any MapDecoder {
            entries = try decoder.entries(of: Value.self)
            return
        }
        let container = try decoder.container(keyedBy: MapKey.self)
        entries = try container.allKeys.map { key in
            (key: key.stringValue, value: try container.decode(Value.self, forKey: key))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MapKey.self)
        for (key, value) in entries { try container.encode(value, forKey: MapKey(stringValue: key)) }
    }
}

extension WireMap: Equatable where Value: Equatable {
    public static func == (lhs: WireMap, rhs: WireMap) -> Bool {
        lhs.entries.elementsEqual(rhs.entries) { $0.key == $1.key && $0.value == $1.value }
    }
}

/// A key of a ``WireMap``: text of the caller's, which no coding may respell.
struct MapKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A decoder that reads all of a map at once: asked for one key after the other, it would search ever longer.
protocol MapDecoder: Decoder {
    /// The map's entries in their order, without those that are null.
    func entries<Value: Decodable>(of type: Value.Type) throws -> [(key: String, value: Value)]
}

extension CodingKey {
    /// The member's name on the wire: with a capital letter, or as it stands behind a `=`, or a map's own key.
    var wireName: String {
        if Self.self == MapKey.self { return stringValue }
        guard let (first, rest) = capitalised else { return stringValue }
        return String(decoding: CollectionOfOne(first), as: UTF8.self) + String(Substring(rest))
    }

    /// Whether this is ``wireName``, without making a text of it.
    func isSpelled(_ wireName: String) -> Bool {
        if Self.self == MapKey.self { return stringValue.utf8.elementsEqual(wireName.utf8) }
        guard let (first, rest) = capitalised else { return wireName.isEmpty }
        return wireName.utf8.first == first && wireName.utf8.dropFirst().elementsEqual(rest)
    }

    /// The first letter of a member's name on the wire, and the others.
    var capitalised: (first: UInt8, rest: Substring.UTF8View)? {
        let name = stringValue.utf8
        guard let first = name.first else { return nil }
        let rest = name.dropFirst()
        switch first {
        case UInt8(ascii: "="): return rest.first.map { (first: $0, rest: rest.dropFirst()) }
        case UInt8(ascii: "a")...UInt8(ascii: "z"): return (first: first - 0x20, rest: rest)
        default: return (first: first, rest: rest)
        }
    }
}
