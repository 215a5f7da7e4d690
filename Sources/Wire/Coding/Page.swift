import Clockwork
import JSON

/// What has been written so far, in either coding. Containers write into it front to back, which is the order in which
/// `Codable` asks.
final class Page {
    private let coding: WireCoding
    private(set) var bytes: [UInt8] = []

    init(_ coding: WireCoding) {
        self.coding = coding
        bytes.reserveCapacity(512)
    }

    func write<Value: Encodable>(_ value: Value) throws {
        if Value.self == Blob.self, let blob = value as? Blob {
            write(blob)
        } else if Value.self == Timestamp.self, let moment = value as? Timestamp {
            write(moment)
        } else if Value.self == String.self, let text = value as? String {
            write(text)
        } else {
            let encoder = PageEncoder(page: self)
            try value.encode(to: encoder)
            encoder.close()
        }
    }

    /// Makes room for about so many bytes more.
    func makeRoom(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

    // MARK: Scalars

    func write(_ text: String) {
        switch coding {
        case .json: bytes.appendJSONString(text)
        case .cbor: bytes.appendCBOR(text)
        }
    }

    func write(_ truth: Bool) {
        switch coding {
        case .json: bytes.append(contentsOf: (truth ? "true" : "false").utf8)
        case .cbor: bytes.appendCBOR(truth)
        }
    }

    func write(whole number: some FixedWidthInteger) {
        switch coding {
        case .json: bytes.append(contentsOf: String(number).utf8)
        case .cbor: bytes.appendCBOR(Int64(clamping: number))
        }
    }

    func write(_ number: Double) {
        switch coding {
        case .json: bytes.append(contentsOf: String(number).utf8)
        case .cbor: bytes.appendCBOR(number)
        }
    }

    func writeNull() {
        switch coding {
        case .json: bytes.append(contentsOf: "null".utf8)
        case .cbor: bytes.append([UInt8].cborNull)
        }
    }

    func write(_ blob: Blob) {
        switch coding {
        case .json:
            bytes.append(UInt8(ascii: "\""))
            Base64.append(blob.bytes, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        case .cbor: bytes.appendCBOR(bytes: blob.bytes)
        }
    }

    func write(_ moment: Timestamp) {
        switch coding {
        case .json: writeSeconds(moment)
        case .cbor: bytes.appendCBOR(moment)
        }
    }

    /// Epoch seconds, with milliseconds where there are any.
    private func writeSeconds(_ moment: Timestamp) {
        let milliseconds = moment.milliseconds
        if milliseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes.append(contentsOf: String(milliseconds.magnitude / 1_000).utf8)
        let fraction = Int(milliseconds.magnitude % 1_000)
        if fraction > 0 {
            bytes.append(UInt8(ascii: "."))
            bytes.appendDigits(fraction, width: 3)
        }
    }

    // MARK: Containers

    /// Begins a map. - Returns: The byte that ends it.
    func openMap() -> UInt8 {
        switch coding {
        case .json:
            bytes.append(UInt8(ascii: "{"))
            return UInt8(ascii: "}")
        case .cbor:
            bytes.append([UInt8].cborOpenMap)
            return [UInt8].cborBreak
        }
    }

    /// Begins a list. - Returns: The byte that ends it.
    func openList() -> UInt8 {
        switch coding {
        case .json:
            bytes.append(UInt8(ascii: "["))
            return UInt8(ascii: "]")
        case .cbor:
            bytes.append([UInt8].cborOpenList)
            return [UInt8].cborBreak
        }
    }

    func close(_ end: UInt8) { bytes.append(end) }

    /// Parts an entry from the one before it.
    func part() {
        if coding == .json { bytes.append(UInt8(ascii: ",")) }
    }

    /// Writes the name of the member that comes next, as it stands on the wire.
    func name(_ name: StaticString) {
        name.withUTF8Buffer { letters in
            switch coding {
            case .cbor: bytes.appendCBOR(name.description)
            case .json:
                bytes.append(UInt8(ascii: "\""))
                bytes.append(contentsOf: letters)
                bytes.append(UInt8(ascii: "\""))
                bytes.append(UInt8(ascii: ":"))
            }
        }
    }

    /// Writes the name of the member that comes next.
    fileprivate func name<Key: CodingKey>(_ key: Key) {
        switch coding {
        case .cbor: bytes.appendCBOR(key.wireName)
        case .json:
            if Key.self == MapKey.self {
                bytes.appendJSONString(key.stringValue)
            } else if let (first, rest) = key.capitalised {
                bytes.append(UInt8(ascii: "\""))
                bytes.append(first)
                bytes.append(contentsOf: rest)
                bytes.append(UInt8(ascii: "\""))
            }
            bytes.append(UInt8(ascii: ":"))
        }
    }
}

private final class PageEncoder: Encoder {
    let page: Page
    private var closing: UInt8?

    init(page: Page) { self.page = page }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// - Parameter end: The byte that ends the container which begins here.
    private func open(_ end: UInt8) {
        precondition(closing == nil, "an operation writes one container a level")
        closing = end
    }

    func close() {
        if let closing { page.close(closing) }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        open(page.openMap())
        return KeyedEncodingContainer(KeyedPage<Key>(page: page))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        open(page.openList())
        return UnkeyedPage(page: page)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SinglePage(page: page)
    }
}

private struct KeyedPage<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let page: Page
    private var isFirst = true

    init(page: Page) { self.page = page }

    var codingPath: [any CodingKey] { [] }

    private mutating func name(_ key: Key) {
        if !isFirst { page.part() }
        isFirst = false
        page.name(key)
    }

    mutating func encodeNil(forKey key: Key) throws {}  // an absent member is left out, never null

    mutating func encode(_ value: Bool, forKey key: Key) throws {
        name(key)
        page.write(value)
    }

    mutating func encode(_ value: String, forKey key: Key) throws {
        name(key)
        page.write(value)
    }

    mutating func encode(_ value: Int, forKey key: Key) throws {
        name(key)
        page.write(whole: value)
    }

    mutating func encode(_ value: Int64, forKey key: Key) throws {
        name(key)
        page.write(whole: value)
    }

    mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        name(key)
        try page.write(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        preconditionFailure("an operation nests values, not containers")
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        preconditionFailure("an operation nests values, not containers")
    }

    mutating func superEncoder() -> any Encoder { preconditionFailure("an operation is no class") }
    mutating func superEncoder(forKey key: Key) -> any Encoder {
        preconditionFailure("an operation is no class")
    }
}

private struct UnkeyedPage: UnkeyedEncodingContainer {
    let page: Page
    private(set) var count = 0

    init(page: Page) { self.page = page }

    var codingPath: [any CodingKey] { [] }

    private mutating func next() {
        if count > 0 { page.part() }
        count += 1
    }

    mutating func encodeNil() throws {
        next()
        page.writeNull()
    }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        next()
        try page.write(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        preconditionFailure("an operation nests values, not containers")
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        preconditionFailure("an operation nests values, not containers")
    }

    mutating func superEncoder() -> any Encoder { preconditionFailure("an operation is no class") }
}

private struct SinglePage: SingleValueEncodingContainer {
    let page: Page

    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil() throws { page.writeNull() }
    mutating func encode(_ value: Bool) throws { page.write(value) }
    mutating func encode(_ value: String) throws { page.write(value) }
    mutating func encode(_ value: Double) throws { page.write(value) }
    mutating func encode(_ value: Float) throws { page.write(Double(value)) }
    mutating func encode(_ value: Int) throws { page.write(whole: value) }
    mutating func encode(_ value: Int8) throws { page.write(whole: value) }
    mutating func encode(_ value: Int16) throws { page.write(whole: value) }
    mutating func encode(_ value: Int32) throws { page.write(whole: value) }
    mutating func encode(_ value: Int64) throws { page.write(whole: value) }
    mutating func encode(_ value: UInt) throws { page.write(whole: value) }
    mutating func encode(_ value: UInt8) throws { page.write(whole: value) }
    mutating func encode(_ value: UInt16) throws { page.write(whole: value) }
    mutating func encode(_ value: UInt32) throws { page.write(whole: value) }
    mutating func encode(_ value: UInt64) throws { page.write(whole: value) }
    mutating func encode<Value: Encodable>(_ value: Value) throws { try page.write(value) }
}
