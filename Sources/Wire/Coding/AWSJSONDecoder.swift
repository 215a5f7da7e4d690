import Clockwork
import JSON

/// Reads operations and outputs from AWS JSON, as forgiving as Amazon and no more.
///
/// Unknown members and members that are null count as absent. A whole number with a fraction is rounded down and one
/// beyond its range is clamped; an `Int` is the models' Integer and has 32 bits, an `Int64` is their Long.
/// Source: observed on the services.
public enum AWSJSONDecoder {
    /// - Throws: ``TypeMismatch``, or a private error for missing members that ``WireService`` puts into words.
    public static func decode<Value: Decodable>(_ type: Value.Type, from json: JSONValue) throws -> Value {
        do {
            return try ValueDecoder(value: json).decode(type)
        } catch let missing as MissingMember {
            throw MissingMembers(paths: try missing.andOthers(of: type, in: json))
        }
    }
}

extension MissingMember {
    /// All that is missing. `Codable` ends at the first, so that one is filled in, and all is read again.
    ///
    /// - Throws: ``TypeMismatch`` where that comes to light behind what is missing: Amazon looks at types first.
    fileprivate func andOthers<Value: Decodable>(
        of type: Value.Type, in json: JSONValue
    ) throws -> [[String]] {
        var (json, paths, filler) = (json, [path], JSONValue.string(""))
        while let last = paths.last, paths.count < MissingMembers.most {
            json = json.filled(at: last[...], with: filler)
            do {
                _ = try ValueDecoder(value: json).decode(type)
                return paths
            } catch let next as MissingMember {
                paths.append(next.path)
                filler = ""
            } catch let mismatch as TypeMismatch {
                guard mismatch.path == last else { throw mismatch }
                guard let blank = mismatch.wanted.blank else { return paths }
                filler = blank
            } catch {
                return paths  // the filler was no good, and nothing is known beyond it
            }
        }
        return paths
    }
}

extension TypeMismatch.Wanted {
    /// A value of the type that says nothing; nil for a structure, whose own members would be told as missing.
    fileprivate var blank: JSONValue? {
        switch self {
        case .string, .blob: return .string("")
        case .integer, .long, .double, .timestamp: return .integer(0)
        case .boolean: return .bool(false)
        case .list: return .array([])
        case .map: return .object(JSONObject())
        case .structure: return nil
        }
    }
}

extension JSONValue {
    /// This value with another one at the end of a way through it.
    fileprivate func filled(at path: ArraySlice<String>, with filler: JSONValue) -> JSONValue {
        guard let step = path.first else { return filler }
        switch self {
        case .object(var object):
            object[step] = (object[step] ?? .null).filled(at: path.dropFirst(), with: filler)
            return .object(object)
        case .array(var items):
            guard let place = Int(step), items.indices.contains(place) else { return self }
            items[place] = items[place].filled(at: path.dropFirst(), with: filler)
            return .array(items)
        default:
            return self
        }
    }
}

/// A fault somewhere inside a value, told with the way to it.
protocol FaultOnTheWay: Error {
    /// Names of the members on the way, the outermost first; list places count from 0.
    var path: [String] { get set }
}

/// Reads what lies in a member. Nobody keeps account of the way there: a fault collects it on its way back.
private func within<Value>(_ member: @autoclosure () -> String, _ read: () throws -> Value) throws -> Value {
    do {
        return try read()
    } catch var fault as any FaultOnTheWay {
        fault.path.insert(member(), at: 0)
        throw fault
    }
}

private struct ValueDecoder: Decoder, MapDecoder {
    let value: JSONValue

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func mismatch(_ wanted: TypeMismatch.Wanted) -> TypeMismatch {
        TypeMismatch(wanted: wanted, found: value, path: [])
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == String.self, let text = try string() as? Value { return text }
        if type == Blob.self, let blob = try blob() as? Value { return blob }
        if type == Timestamp.self, let moment = try timestamp() as? Value { return moment }
        return try Value(from: self)
    }

    func string() throws -> String {
        guard case .string(let text) = value else { throw mismatch(.string) }
        return text
    }

    func boolean() throws -> Bool {
        switch value {
        case .bool(let truth): return truth
        case .string(let text):
            switch text.lowercased() {
            case "true", "yes", "1": return true
            case "false", "no", "0": return false
            default: throw mismatch(.boolean)
            }
        default: throw mismatch(.boolean)
        }
    }

    func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
        switch value {
        case .integer(let number): return Integer(clamping: number)
        case .number(let text):
            guard let number = Double(text), !number.isNaN else { throw mismatch(.integer) }
            return Integer(exactly: number.rounded(.down)) ?? (number < 0 ? .min : .max)
        default: throw mismatch(.integer)
        }
    }

    func int() throws -> Int { Int(try integer(Int32.self)) }

    func double() throws -> Double {
        switch value {
        case .integer(let number): return Double(number)
        case .number(let text):
            guard let number = Double(text) else { throw mismatch(.double) }
            return number
        default: throw mismatch(.double)
        }
    }

    private func blob() throws -> Blob {
        guard case .string(let text) = value, let bytes = Base64.decode(text) else { throw mismatch(.blob) }
        return Blob(bytes)
    }

    private func timestamp() throws -> Timestamp {
        switch value {
        case .integer(let seconds) where seconds.magnitude < Self.secondsLimit:
            return Timestamp(seconds: seconds)
        case .number(let text):
            guard let seconds = Double(text), seconds.magnitude < Double(Self.secondsLimit) else {
                throw mismatch(.timestamp)
            }
            return Timestamp(milliseconds: Int64((seconds * 1_000).rounded()))
        default: throw mismatch(.timestamp)
        }
    }

    /// Some thirty thousand years around 1970, so that nobody's arithmetic runs over.
    private static let secondsLimit: UInt64 = 1_000_000_000_000

    func entries<Value: Decodable>(of type: Value.Type) throws -> [(key: String, value: Value)] {
        guard case .object(let object) = value else { throw mismatch(.map) }
        return try object.members.lazy.filter { $0.value != .null }.map { member in
            let value = try within(member.name) { try ValueDecoder(value: member.value).decode(type) }
            return (member.name, value)
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else { throw mismatch(.structure) }
        return KeyedDecodingContainer(MemberDecoder<Key>(object: object))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let items) = value else { throw mismatch(.list) }
        return ItemDecoder(items: items)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        ScalarDecoder(decoder: self)
    }
}

private struct MemberDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: JSONObject

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { object.members.compactMap { Key(stringValue: $0.name) } }

    /// The member of this name, unless it is null.
    private func member(_ key: Key) -> ValueDecoder? {
        guard let member = object.members.first(where: { key.isSpelled($0.name) }) else { return nil }
        if case .null = member.value { return nil }
        return ValueDecoder(value: member.value)
    }

    private func reading<Value>(_ key: Key, _ read: (ValueDecoder) throws -> Value) throws -> Value {
        try within(key.wireName) {
            guard let decoder = member(key) else { throw MissingMember(path: []) }
            return try read(decoder)
        }
    }

    private func readingIfPresent<Value>(
        _ key: Key, _ read: (ValueDecoder) throws -> Value
    ) throws -> Value? {
        guard let decoder = member(key) else { return nil }
        return try within(key.wireName) { try read(decoder) }
    }

    func contains(_ key: Key) -> Bool { member(key) != nil }
    func decodeNil(forKey key: Key) -> Bool { member(key) == nil }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try reading(key) { try $0.boolean() } }
    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try reading(key) { try $0.string() }
    }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try reading(key) { try $0.double() }
    }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try reading(key) { try $0.int() } }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try reading(key) { try $0.decode(type) }
    }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try readingIfPresent(key) { try $0.string() }
    }

    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try readingIfPresent(key) { try $0.int() }
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try readingIfPresent(key) { try $0.decode(type) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try reading(key) { try $0.container(keyedBy: type) }
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try reading(key) { try $0.unkeyedContainer() }
    }

    func superDecoder() throws -> any Decoder { ValueDecoder(value: .object(object)) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try reading(key) { $0 } }
}

private struct ItemDecoder: UnkeyedDecodingContainer {
    let items: [JSONValue]
    private(set) var currentIndex = 0

    init(items: [JSONValue]) {
        self.items = items
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    private mutating func reading<Value>(_ read: (ValueDecoder) throws -> Value) throws -> Value {
        let place = currentIndex
        return try within(String(place)) {
            guard place < items.count else { throw MissingMember(path: []) }
            currentIndex += 1
            return try read(ValueDecoder(value: items[place]))
        }
    }

    mutating func decodeNil() -> Bool {
        guard !isAtEnd, items[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try reading { try $0.decode(type) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try reading { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try reading { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try reading { $0 } }
}

private struct ScalarDecoder: SingleValueDecodingContainer {
    let decoder: ValueDecoder

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { decoder.value == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try decoder.boolean() }
    func decode(_ type: String.Type) throws -> String { try decoder.string() }
    func decode(_ type: Double.Type) throws -> Double { try decoder.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try decoder.double()) }
    func decode(_ type: Int.Type) throws -> Int { try decoder.int() }
    func decode(_ type: Int8.Type) throws -> Int8 { try decoder.integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try decoder.integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try decoder.integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try decoder.integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try decoder.integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.decode(type) }
}
