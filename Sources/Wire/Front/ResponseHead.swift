import Clockwork
import NIOCore
import NIOHTTP1

extension ByteBuffer {
    /// Writes an answer as HTTP/1.1 puts it on the line: status, fields and body, in one piece. One that goes on comes in
    /// chunks, of which the body is the first.
    ///
    /// Source: RFC 9112, sections 4 and 7.1.
    mutating func write(_ response: WireResponse, keepsOpen: Bool, at moment: Timestamp) {
        guard response.headers.areLines else {
            return write(WireResponse(status: 500), keepsOpen: keepsOpen, at: moment)
        }
        writeStatusLine(HTTPResponseStatus(statusCode: response.status))
        for field in response.headers.fields { write(field.name, field.value) }
        if response.headers["date"] == nil { write("date", HTTPDate.text(for: moment)) }
        if response.rest == nil {
            write("content-length", String(response.body.count))
        } else {
            write("transfer-encoding", "chunked")
        }
        if !keepsOpen { write("connection", "close") }
        writeStaticString("\r\n")
        if response.rest == nil {
            writeBytes(response.body)
        } else {
            write(WireResponse.Piece(response.body))
        }
    }

    /// Writes a piece of an answer as a chunk, and behind the last one the end of all chunks.
    mutating func write(_ piece: WireResponse.Piece) {
        if !piece.bytes.isEmpty {
            writeString(String(piece.bytes.count, radix: 16))
            writeStaticString("\r\n")
            writeBytes(piece.bytes)
            writeStaticString("\r\n")
        }
        if piece.isLast { writeStaticString("0\r\n\r\n") }
    }

    /// Writes that the caller may go on and send the body he has announced.
    mutating func writeContinue() {
        writeStatusLine(.continue)
        writeStaticString("\r\n")
    }

    private mutating func writeStatusLine(_ status: HTTPResponseStatus) {
        writeStaticString("HTTP/1.1 ")
        writeString(String(status.code))
        writeStaticString(" ")
        writeString(status.reasonPhrase)
        writeStaticString("\r\n")
    }

    private mutating func write(_ name: String, _ value: String) {
        writeString(name)
        writeStaticString(": ")
        writeString(value)
        writeStaticString("\r\n")
    }
}

extension WireHeaders {
    /// Whether each field is one line: one that would end it could say anything behind it, even another answer.
    var areLines: Bool { fields.allSatisfy { $0.name.isOneLine && $0.value.isOneLine } }
}

extension String {
    fileprivate var isOneLine: Bool {
        utf8.allSatisfy { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") && $0 != 0 }
    }
}
