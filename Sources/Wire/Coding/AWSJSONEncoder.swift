/// Writes operations and outputs as AWS JSON 1.0 and 1.1 want them.
///
/// Absent members are left out, blobs are base64, timestamps are seconds since 1970 with a fraction.
/// Source: Smithy specification, "AWS JSON 1.1 protocol".
public enum AWSJSONEncoder {
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let page = Page(.json)
        try page.write(value)
        return page.bytes
    }
}
