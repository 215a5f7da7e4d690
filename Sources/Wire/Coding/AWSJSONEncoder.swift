import Clockwork
import JSON

/// Writes operations and outputs as AWS JSON 1.0 and 1.1 want them.
///
/// Absent members are left out, blobs are base64, timestamps are seconds since 1970 with a fraction.
/// Source: Smithy specification, "AWS JSON 1.1 protocol".
public enum AWSJSONEncoder {
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let page = Page()
        try page.write(value)
        return page.bytes
    }
}

/// The text written so far. Containers write into it front to back, which is the order in which `Codable` asks.
private final class Page {
    var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(512) }

    func write<Value: Encodable>(_ value: Value) throws {
        if Value.self == Blob.self, let blob = value as? Blob {
            bytes.append(UInt8(ascii: "\""))
            Base64.append(blob.bytes, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        } else if Value.self == Timestamp.self, let moment = value as? Timestamp {
            writeSeconds(moment)
        } else if Value.self == String.self, let text = value as? String {
            bytes.appendJSONString(text)
        } else {
            let encoder = PageEncoder(page: self)
            try value.encode(to: encoder)
            encoder.close()
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

    func write(raw text: String) { bytes.append(contentsOf: text.utf8) }
}

private final class PageEncoder: Encoder {
    let page: Page
    private var closing: UInt8?

    init(page: Page) { self.page = page }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    private func open(_ bracket: UInt8, closing: UInt8) {
        precondition(self.closing == nil, "an operation writes one container a level")
        page.bytes.append(bracket)
        self.closing = closing
    }

    func close() {
        if let closing { page.bytes.append(closing) }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        open(UInt8(ascii: "{"), closing: UInt8(ascii: "}"))
        return KeyedEncodingContainer(KeyedPage<Key>(page: page))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        open(UInt8(ascii: "["), closing: UInt8(ascii: "]"))
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
        if !isFirst { page.bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        if Key.self == MapKey.self {
            page.bytes.appendJSONString(key.stringValue)
        } else if let (first, rest) = key.capitalised {
            page.bytes.append(UInt8(ascii: "\""))
            page.bytes.append(first)
            page.bytes.append(contentsOf: rest)
            page.bytes.append(UInt8(ascii: "\""))
        }
        page.bytes.append(UInt8(ascii: ":"))
    }

    mutating func encodeNil(forKey key: Key) throws {}  // an absent member is left out, never null

    mutating func encode(_ value: Bool, forKey key: Key) throws {
        name(key)
        page.write(raw: value ? "true" : "false")
    }

    mutating func encode(_ value: String, forKey key: Key) throws {
        name(key)
        page.bytes.appendJSONString(value)
    }

    mutating func encode(_ value: Int, forKey key: Key) throws {
        name(key)
        page.write(raw: String(value))
    }

    mutating func encode(_ value: Int64, forKey key: Key) throws {
        name(key)
        page.write(raw: String(value))
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
        if count > 0 { page.bytes.append(UInt8(ascii: ",")) }
        count += 1
    }

    mutating func encodeNil() throws {
        next()
        page.write(raw: "null")
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

    mutating func encodeNil() throws { page.write(raw: "null") }
    mutating func encode(_ value: Bool) throws { page.write(raw: value ? "true" : "false") }
    mutating func encode(_ value: String) throws { page.bytes.appendJSONString(value) }
    mutating func encode(_ value: Double) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: Float) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: Int) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: Int8) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: Int16) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: Int32) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: Int64) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: UInt) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: UInt8) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: UInt16) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: UInt32) throws { page.write(raw: String(value)) }
    mutating func encode(_ value: UInt64) throws { page.write(raw: String(value)) }
    mutating func encode<Value: Encodable>(_ value: Value) throws { try page.write(value) }
}
