import Clockwork
import JSON

/// A CBOR item as a value, as far as Amazon's protocol has a use for it.
///
/// How long an item was told to be, in one piece or in many, leaves no trace. Source: RFC 8949.
enum CBORValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A whole number; what goes beyond 64 bits is clamped.
    case integer(Int64)
    case double(Double)
    case text(String)
    case bytes([UInt8])
    case array([CBORValue])
    /// In the order in which they were written; each name stands once.
    case map([Member])
    /// Tag 1. Amazon counts milliseconds there, where RFC 8949 counts seconds.
    case moment(Timestamp)

    struct Member: Hashable, Sendable {
        var name: String
        var value: CBORValue
    }
}

extension CBORValue {
    /// The same in AWS JSON: what an error tells of it, and where what is missing is looked for.
    var json: JSONValue {
        switch self {
        case .null: return .null
        case .bool(let truth): return .bool(truth)
        case .integer(let number): return .integer(number)
        case .double(let number): return .number("\(number)")
        case .text(let text): return .string(text)
        case .bytes(let bytes):
            var text: [UInt8] = []
            Base64.append(bytes, to: &text)
            return .string(String(decoding: text, as: UTF8.self))
        case .array(let items): return .array(items.map(\.json))
        case .map(let members):
            var object = JSONObject()
            for member in members { object[member.name] = member.value.json }
            return .object(object)
        case .moment(let moment): return .integer(moment.seconds)
        }
    }
}
