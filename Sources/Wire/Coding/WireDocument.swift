import JSON

/// How operations are written down.
enum WireCoding: Hashable, Sendable {
    case json
    case cbor

    /// Reads a body as far as that goes without knowing the operation.
    ///
    /// - Returns: Nil where it is not the text of one object.
    func read(_ body: [UInt8]) -> WireDocument? {
        switch self {
        case .json:
            guard let json = try? JSONValue(parsing: body, depth: 32, width: 1_000), case .object = json
            else { return nil }
            return .json(json)
        case .cbor:
            guard let cbor = try? CBORValue(parsing: body, depth: 32, width: 1_000), case .map = cbor
            else { return nil }
            return .cbor(cbor)
        }
    }

    func write(_ value: some Encodable) throws -> [UInt8] {
        if let value = value as? any SelfWriting {
            let page = Page(self)
            try value.write(on: page)
            return page.bytes
        }
        return switch self {
        case .json: try AWSJSONEncoder.encode(value)
        case .cbor: try CBOREncoder.encode(value)
        }
    }
}

/// A body that has been read, by whatever coding, and not yet understood.
enum WireDocument: Sendable {
    case json(JSONValue)
    case cbor(CBORValue)

    /// In which an answer to it is written.
    var coding: WireCoding {
        switch self {
        case .json: .json
        case .cbor: .cbor
        }
    }

    var isNull: Bool {
        switch self {
        case .json(.null), .cbor(.null): true
        default: false
        }
    }

    /// The same in AWS JSON, for errors to tell of.
    var json: JSONValue {
        switch self {
        case .json(let value): value
        case .cbor(let value): value.json
        }
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        switch self {
        case .json(let value): try AWSJSONDecoder.decode(type, from: value)
        case .cbor(let value): try CBORDecoder.decode(type, from: value)
        }
    }
}
