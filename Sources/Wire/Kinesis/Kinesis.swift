import JSON

/// Amazon Kinesis Data Streams, AWS JSON 1.1 and CBOR 1.1.
///
/// Source: service model `kinesis/2013-12-02`; spelling of errors observed on Amazon.
public enum Kinesis: WireService {
    public static let name = "kinesis"
    public static let targetPrefix = "Kinesis_20131202"
    public static let contentType = "application/x-amz-json-1.1"
    public static let contentTypeOfCBOR: String? = "application/x-amz-cbor-1.1"

    public static func response(to error: WireError) -> WireResponse {
        var body: JSONObject = JSONObject()
        body["__type"] = .string(error.type)
        if let message = error.message {
            // A wrong type is told with a capital letter, every other error with a small one.
            body[error.type == "SerializationException" ? "Message" : "message"] = .string(message)
        }
        return WireResponse(
            status: error.status, headers: ["content-type": contentType], body: JSONValue.object(body).bytes)
    }

    public static func error(for mismatch: TypeMismatch) -> WireError {
        WireError("SerializationException", mismatch.kinesisDescription)
    }

    public static func error(forMissing members: [String], in operation: String) -> WireError {
        let errors = members.map { member in
            let path = member.split(separator: ".").map { part in
                Int(part).map { "\($0 + 1).member" } ?? part.prefix(1).lowercased() + part.dropFirst()
            }.joined(separator: ".")
            return "Value null at '\(path)' failed to satisfy constraint: Member must not be null"
        }
        let noun = errors.count == 1 ? "error" : "errors"
        return WireError(
            "ValidationException",
            "\(errors.count) validation \(noun) detected: \(errors.joined(separator: "; "))")
    }

    /// Plain JSON is told in an envelope of its own.
    ///
    /// Source: observed on Amazon Kinesis by the authors of kinesalite.
    public static func refusal(ofContentTypeIn request: WireRequest) -> WireResponse? {
        switch request.mediaType {
        case contentType, contentTypeOfCBOR: nil
        case "application/json":
            WireResponse(
                status: 404, headers: ["content-type": "application/json"],
                body: Array(
                    #"{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#
                        .utf8))
        default: .unknownOperation
        }
    }

    /// The `x-amz-id-2` of an answer: 72 bytes that nobody reads. Amazon draws them; ours are the first id, twice.
    static func secondID(beside requestID: String) -> String {
        var text: [UInt8] = []
        Base64.append(Array("\(requestID)\(requestID)".utf8), to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

extension TypeMismatch {
    /// The words of the service for a value of the wrong JSON type.
    ///
    /// Source: observed on Amazon Kinesis by the authors of kinesalite.
    var kinesisDescription: String {
        switch (wanted, found) {
        case (.map, .array), (.structure, .array): "Start of list found where not expected"
        case (.list, .object): "Start of structure or map found where not expected."
        case (.list, _): "Expected list or null"
        case (.map, _): "Expected map or null"
        case (.structure, _): "Expected null"
        case (_, .array): "Start of list found where not expected"
        case (_, .object): "Start of structure or map found where not expected."
        case (.blob, .string(let text)): Self.blobFault(text)
        case (.boolean, .string(let text)): "'\(text.uppercased())' can not be converted to an Boolean"
        default: "\(foundClass) can not be converted to \(wantedPhrase)"
        }
    }

    private var foundClass: String {
        switch found {
        case .bool: "class java.lang.Boolean"
        case .integer, .number: "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"
        default: "class java.lang.String"
        }
    }

    private var wantedPhrase: String {
        switch wanted {
        case .string: "an String"
        case .boolean: "an Boolean"
        case .blob: "a Blob"
        case .timestamp: "milliseconds since epoch"
        default: "an Integer"
        }
    }

    private static func blobFault(_ text: String) -> String {
        let opening = "'\(text)' can not be converted to a Blob:"
        guard text.utf8.count.isMultiple(of: 4) else {
            return
                "\(opening) Base64 encoded length is expected a multiple of 4 bytes but found: \(text.utf8.count)"
        }
        let body = text.utf8.reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
        let stray =
            body.first { !isBase64($0) } ?? (text.utf8.count - body.count > 2 ? UInt8(ascii: "=") : nil)
        if let stray {
            return "\(opening) Invalid Base64 character: '\(Character(UnicodeScalar(stray)))'"
        }
        return "\(opening) Invalid last non-pad Base64 character dectected"
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
