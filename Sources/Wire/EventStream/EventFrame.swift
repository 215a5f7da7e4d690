/// One frame of Amazon's event stream: headers that are texts, and a payload.
///
/// Source: Smithy specification, "Amazon Event Stream Specification".
struct EventFrame {
    var headers: [(name: String, value: String)]
    var payload: [UInt8]

    /// As it crosses the wire: lengths, headers and payload between their checksums.
    ///
    /// - Precondition: Names have up to 255 bytes, values up to 65,535.
    var bytes: [UInt8] {
        let headerBytes = headers.reduce(0) { $0 + 4 + $1.name.utf8.count + $1.value.utf8.count }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerBytes + payload.count + 16)
        bytes.appendBigEndian(UInt32(headerBytes + payload.count + 16))
        bytes.appendBigEndian(UInt32(headerBytes))
        bytes.appendBigEndian(CRC32.of(bytes[...]))
        for (name, value) in headers {
            bytes.append(UInt8(name.utf8.count))
            bytes.append(contentsOf: name.utf8)
            bytes.append(Self.textType)
            bytes.appendBigEndian(UInt16(value.utf8.count))
            bytes.append(contentsOf: value.utf8)
        }
        bytes.append(contentsOf: payload)
        bytes.appendBigEndian(CRC32.of(bytes[...]))
        return bytes
    }

    /// The value of a header.
    subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

    private static let textType: UInt8 = 7
}

extension EventFrame {
    static let mediaType = "application/vnd.amazon.eventstream"

    /// What comes first and says nothing yet; clients wait for it before they trust the stream.
    static func beginning(in coding: WireCoding) -> EventFrame {
        EventFrame(
            "event", (":event-type", "initial-response"), in: coding,
            coding == .json ? Array("{}".utf8) : [[UInt8].cborOpenMap, [UInt8].cborBreak])
    }

    static func event(_ event: some Encodable, named name: String, in coding: WireCoding) throws -> EventFrame
    {
        EventFrame("event", (":event-type", name), in: coding, try coding.write(event))
    }

    /// What comes last where the stream ends in an error.
    static func exception(_ error: WireError, in coding: WireCoding) throws -> EventFrame {
        EventFrame(
            "exception", (":exception-type", error.type), in: coding,
            try coding.write(["message": error.message ?? error.type] as WireMap<String>))
    }

    private init(
        _ messageType: String, _ kind: (name: String, value: String), in coding: WireCoding,
        _ payload: [UInt8]
    ) {
        let mediaType = coding == .json ? "application/json" : Kinesis.contentTypeOfCBOR ?? ""
        self.init(
            headers: [(":message-type", messageType), kind, (":content-type", mediaType)], payload: payload)
    }
}
