import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Takes HTTP answers out of bytes, however these come in pieces.
///
/// It speaks just enough HTTP to find where an answer ends, so that the load costs little beside what it measures.
struct LoadAnswers {
    private var received = ByteBuffer()

    mutating func take(_ bytes: ByteBuffer) {
        var bytes = bytes
        if received.readableBytes == 0 { received = bytes } else { received.writeBuffer(&bytes) }
    }

    /// The next answer; nil until the rest of it has come.
    mutating func next() -> (status: Int, body: ByteBuffer)? {
        guard let head = received.withUnsafeReadableBytes(AnswerHead.init),
            received.readableBytes >= head.bytes + head.bodyBytes
        else { return nil }
        received.moveReaderIndex(forwardBy: head.bytes)
        guard let body = received.readSlice(length: head.bodyBytes) else { return nil }
        return (head.status, body)
    }
}

/// What has to be known of an answer's head: its status, and how much of the rest is its body.
private struct AnswerHead {
    let status: Int
    /// The head's own length, its empty line included.
    let bytes: Int
    let bodyBytes: Int

    /// - Returns: Nil while the head is not whole.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let space = UInt8(ascii: " ")
        guard bytes.count > 12, let end = bytes.end(of: "\r\n\r\n") else { return nil }
        self.bytes = end
        status = Self.number(in: bytes[9..<12])
        var bodyBytes = 0
        for line in bytes[..<self.bytes].split(separator: UInt8(ascii: "\n")) {
            guard let first = line.first, first | 0x20 == UInt8(ascii: "c"), line.count > 16,
                strncasecmp(bytes.baseAddress! + line.startIndex, "content-length:", 15) == 0
            else { continue }
            bodyBytes = Self.number(in: line.dropFirst(15).drop { $0 == space })
        }
        self.bodyBytes = bodyBytes
    }

    private static func number(in digits: Slice<UnsafeRawBufferPointer>) -> Int {
        digits.prefix { (0x30...0x39).contains($0) }.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
