import Crypto

/// The digests by which SDKs check that a message arrived as it was sent.
///
/// Source: Amazon SQS Developer Guide, "Calculating the MD5 message digest for message attributes".
public enum MessageDigest {
    /// MD5 of a body's UTF-8 bytes, in lower-case hexadecimal.
    public static func ofBody(_ body: String) -> String {
        var body = body
        return body.withUTF8 { hexadecimal(Insecure.MD5.hash(data: UnsafeRawBufferPointer($0))) }
    }

    /// MD5 over names, types and values; nil without attributes, for there is no digest of nothing.
    ///
    /// - Parameter attributes: In any order.
    public static func ofAttributes(_ attributes: [MessageAttribute]) -> String? {
        if attributes.isEmpty { return nil }
        var bytes: [UInt8] = []
        for attribute in attributes.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            bytes.append(field: attribute.name.utf8)
            bytes.append(field: attribute.dataType.utf8)
            switch attribute.value {
            case .text(let text):
                bytes.append(1)
                bytes.append(field: text.utf8)
            case .bytes(let value):
                bytes.append(2)
                bytes.append(field: value)
            }
        }
        return hexadecimal(Insecure.MD5.hash(data: bytes))
    }

    /// The deduplication id of a body where content decides.
    public static func deduplicationID(ofBody body: String) -> String { sha256(ofBody: body) }

    /// SHA-256 of a body's UTF-8 bytes, in lower-case hexadecimal.
    public static func sha256(ofBody body: String) -> String {
        var body = body
        return body.withUTF8 { hexadecimal(SHA256.hash(data: UnsafeRawBufferPointer($0))) }
    }

    private static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
        String(unsafeUninitializedCapacity: 64) { text in
            var place = 0
            for byte in digest {
                text[place] = hexDigits[Int(byte >> 4)]
                text[place + 1] = hexDigits[Int(byte & 15)]
                place += 2
            }
            return place
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}

extension [UInt8] {
    /// Appends a field with its length before it, 4 bytes, the highest first.
    fileprivate mutating func append(field: some Collection<UInt8>) {
        let count = UInt32(truncatingIfNeeded: field.count)
        for shift: UInt32 in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: count >> shift)) }
        append(contentsOf: field)
    }
}
