import Clockwork
import JSON

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads operations and outputs from AWS JSON, as forgiving as Amazon and no more.
///
/// Unknown members and members that are null count as absent; a whole number with a fraction is rounded down and one
/// beyond its range is clamped. Source: observed on the services.
public enum AWSJSONDecoder {
    /// - Throws: ``TypeMismatch``, or a private error for a missing member that ``WireService`` puts into words.
    public static func decode<Value: Decodable>(_ type: Value.Type, from json: JSONValue) throws -> Value {
        try ValueDecoder(value: json, path: []).decode(type)
    }
}

private struct ValueDecoder: Decoder {
    let value: JSONValue
    let path: [String]

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func mismatch(_ wanted: TypeMismatch.Wanted) -> TypeMismatch {
        TypeMismatch(wanted: wanted, found: value, path: path)
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
        guard case .bool(let truth) = value else { throw mismatch(.boolean) }
        return truth
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
        guard case .string(let text) = value, let data = Data(base64Encoded: text) else {
            throw mismatch(.blob)
        }
        return Blob([UInt8](data))
    }

    private func timestamp() throws -> Timestamp {
        switch value {
        case .integer(let seconds) where abs(seconds) < 1 << 42: return Timestamp(seconds: seconds)
        case .number(let text):
            guard let seconds = Double(text), abs(seconds) < 1e12 else { throw mismatch(.timestamp) }
            return Timestamp(milliseconds: Int64((seconds * 1_000).rounded()))
        default: throw mismatch(.timestamp)
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else {
            throw mismatch(type == MapKey.self ? .map : .structure)
        }
        return KeyedDecodingContainer(KeyedDecoder<Key>(object: object, path: path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let items) = value else { throw mismatch(.list) }
        return ItemsDecoder(items: items, path: path)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        ScalarDecoder(decoder: self)
    }
}

private struct KeyedDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: JSONObject
    let path: [String]

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { object.members.compactMap { Key(stringValue: $0.name) } }

    private func decoder(for key: Key) throws -> ValueDecoder {
        let name = key.wireName
        guard let value = object[name], value != .null else { throw MissingMember(name: name) }
        return ValueDecoder(value: value, path: path + [name])
    }

    func contains(_ key: Key) -> Bool { object[key.wireName] != nil }

    func decodeNil(forKey key: Key) throws -> Bool { object[key.wireName].map { $0 == .null } ?? true }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoder(for: key).boolean() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try decoder(for: key).string() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try decoder(for: key).double() }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try decoder(for: key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try decoder(for: key).integer(type) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder(for: key).decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(for: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(for: key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { ValueDecoder(value: .object(object), path: path) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(for: key) }
}

private struct ItemsDecoder: UnkeyedDecodingContainer {
    let items: [JSONValue]
    let path: [String]
    private(set) var currentIndex = 0

    init(items: [JSONValue], path: [String]) {
        self.items = items
        self.path = path
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    private mutating func next() throws -> ValueDecoder {
        guard !isAtEnd else { throw MissingMember(name: path.last ?? "") }
        defer { currentIndex += 1 }
        return ValueDecoder(value: items[currentIndex], path: path + [String(currentIndex)])
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, items[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try next() }
}

private struct ScalarDecoder: SingleValueDecodingContainer {
    let decoder: ValueDecoder

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { decoder.value == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try decoder.boolean() }
    func decode(_ type: String.Type) throws -> String { try decoder.string() }
    func decode(_ type: Double.Type) throws -> Double { try decoder.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try decoder.double()) }
    func decode(_ type: Int.Type) throws -> Int { try decoder.integer(type) }
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
