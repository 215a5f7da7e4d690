import Clockwork
import JSON

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

/// Reads values from a document, whatever its coding.
struct DocumentDecoder: Decoder, MapDecoder {
    let value: WireDocument

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func mismatch(_ wanted: TypeMismatch.Wanted) -> TypeMismatch {
        TypeMismatch(wanted: wanted, found: value.json, path: [])
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == String.self, let text = try string() as? Value { return text }
        if type == Blob.self, let blob = try blob() as? Value { return blob }
        if type == Timestamp.self, let moment = try timestamp() as? Value { return moment }
        return try Value(from: self)
    }

    func string() throws -> String {
        switch value {
        case .json(.string(let text)), .cbor(.text(let text)): return text
        default: throw mismatch(.string)
        }
    }

    func boolean() throws -> Bool {
        switch value {
        case .json(.bool(let truth)), .cbor(.bool(let truth)): return truth
        case .json(.string(let text)), .cbor(.text(let text)):
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
        case .json(.integer(let number)), .cbor(.integer(let number)): return Integer(clamping: number)
        case .json(.number(let text)): return try integer(Double(text) ?? .nan)
        case .cbor(.double(let number)): return try integer(number)
        default: throw mismatch(.integer)
        }
    }

    private func integer<Integer: FixedWidthInteger>(_ number: Double) throws -> Integer {
        guard !number.isNaN else { throw mismatch(.integer) }
        return Integer(exactly: number.rounded(.down)) ?? (number < 0 ? .min : .max)
    }

    func int() throws -> Int { Int(try integer(Int32.self)) }

    func double() throws -> Double {
        switch value {
        case .json(.integer(let number)), .cbor(.integer(let number)): return Double(number)
        case .cbor(.double(let number)): return number
        case .json(.number(let text)):
            guard let number = Double(text) else { throw mismatch(.double) }
            return number
        default: throw mismatch(.double)
        }
    }

    private func blob() throws -> Blob {
        switch value {
        case .json(.string(let text)):
            guard let bytes = Base64.decode(text) else { throw mismatch(.blob) }
            return Blob(bytes)
        case .cbor(.bytes(let bytes)): return Blob(bytes)
        case .cbor(.text):
            throw WireError(
                "SerializationException", "A blob is a byte string in CBOR, and this one is a text.")
        default: throw mismatch(.blob)
        }
    }

    private func timestamp() throws -> Timestamp {
        let milliseconds: Int64
        switch value {
        case .json(.integer(let seconds)):
            let (product, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000)
            milliseconds = isTooLarge ? .max : product
        case .json(.number(let text)):
            guard let seconds = Double(text), seconds.magnitude < 1e15 else { throw mismatch(.timestamp) }
            milliseconds = Int64((seconds * 1_000).rounded())
        case .cbor(.integer(let bare)): milliseconds = bare
        case .cbor(.moment(let moment)): return moment
        default: throw mismatch(.timestamp)
        }
        guard let moment = Timestamp(wireMilliseconds: milliseconds) else { throw mismatch(.timestamp) }
        return moment
    }

    func entries<Value: Decodable>(of type: Value.Type) throws -> [(key: String, value: Value)] {
        func entry(_ name: String, _ value: WireDocument) throws -> (key: String, value: Value) {
            (name, try within(name) { try DocumentDecoder(value: value).decode(type) })
        }
        switch value {
        case .json(.object(let object)):
            return try object.members.lazy.filter { $0.value != .null }.map {
                try entry($0.name, .json($0.value))
            }
        case .cbor(.map(let members)):
            return try members.lazy.filter { $0.value != .null }.map { try entry($0.name, .cbor($0.value)) }
        default: throw mismatch(.map)
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        switch value {
        case .json(.object), .cbor(.map): KeyedDecodingContainer(MemberDecoder<Key>(object: value))
        default: throw mismatch(.structure)
        }
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        switch value {
        case .json(.array), .cbor(.array): ItemDecoder(list: value)
        default: throw mismatch(.list)
        }
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        ScalarDecoder(decoder: self)
    }
}

private struct MemberDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: WireDocument

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] {
        switch object {
        case .json(.object(let object)): object.members.compactMap { Key(stringValue: $0.name) }
        case .cbor(.map(let members)): members.compactMap { Key(stringValue: $0.name) }
        default: []
        }
    }

    /// The member of this name, unless it is null.
    private func member(_ key: Key) -> DocumentDecoder? {
        switch object {
        case .json(.object(let object)):
            guard let member = object.members.first(where: { key.isSpelled($0.name) }) else { return nil }
            if case .null = member.value { return nil }
            return DocumentDecoder(value: .json(member.value))
        case .cbor(.map(let members)):
            guard let member = members.first(where: { key.isSpelled($0.name) }) else { return nil }
            if case .null = member.value { return nil }
            return DocumentDecoder(value: .cbor(member.value))
        default: return nil
        }
    }

    private func reading<Value>(_ key: Key, _ read: (DocumentDecoder) throws -> Value) throws -> Value {
        try within(key.wireName) {
            guard let decoder = member(key) else { throw MissingMember(path: []) }
            return try read(decoder)
        }
    }

    private func readingIfPresent<Value>(
        _ key: Key, _ read: (DocumentDecoder) throws -> Value
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

    func superDecoder() throws -> any Decoder { DocumentDecoder(value: object) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try reading(key) { $0 } }
}

private struct ItemDecoder: UnkeyedDecodingContainer {
    let list: WireDocument
    private(set) var currentIndex = 0

    init(list: WireDocument) {
        self.list = list
    }

    var codingPath: [any CodingKey] { [] }
    var isAtEnd: Bool { currentIndex >= length }
    var count: Int? { length }

    private var length: Int {
        switch list {
        case .json(.array(let items)): items.count
        case .cbor(.array(let items)): items.count
        default: 0
        }
    }

    /// The item at a place; nil behind the last.
    private func item(_ place: Int) -> WireDocument? {
        switch list {
        case .json(.array(let items)) where place < items.count: .json(items[place])
        case .cbor(.array(let items)) where place < items.count: .cbor(items[place])
        default: nil
        }
    }

    private mutating func reading<Value>(_ read: (DocumentDecoder) throws -> Value) throws -> Value {
        let place = currentIndex
        return try within(String(place)) {
            guard let item = item(place) else { throw MissingMember(path: []) }
            currentIndex += 1
            return try read(DocumentDecoder(value: item))
        }
    }

    mutating func decodeNil() -> Bool {
        guard item(currentIndex)?.isNull == true else { return false }
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
    let decoder: DocumentDecoder

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { decoder.value.isNull }
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
