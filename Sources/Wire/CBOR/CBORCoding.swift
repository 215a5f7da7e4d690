/// Reads operations and outputs from Amazon's CBOR 1.1, which says the same as AWS JSON and forgives the same.
///
/// Blobs are byte strings. Moments are milliseconds since 1970, under tag 1 or bare.
/// Source: observed on Amazon Kinesis and in the AWS SDK for Java.
enum CBORDecoder {
    /// - Throws: As ``AWSJSONDecoder``.
    static func decode<Value: Decodable>(_ type: Value.Type, from cbor: CBORValue) throws -> Value {
        do {
            return try DocumentDecoder(value: .cbor(cbor)).decode(type)
        } catch let missing as MissingMember {
            // What is missing is missing in any coding, and JSON knows how to look for all of it.
            _ = try AWSJSONDecoder.decode(type, from: cbor.json)
            throw MissingMembers(paths: [missing.path])
        }
    }
}

/// Writes operations and outputs in Amazon's CBOR 1.1.
enum CBOREncoder {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let page = Page(.cbor)
        try page.write(value)
        return page.bytes
    }
}
