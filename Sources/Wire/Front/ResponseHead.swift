import Clockwork
import NIOCore
import NIOHTTP1

extension ByteBuffer {
    /// Writes an answer as HTTP/1.1 puts it on the line: status, fields and body, in one piece.
    ///
    /// Source: RFC 9112, section 4.
    mutating func write(_ response: WireResponse, keepsOpen: Bool, at moment: Timestamp) {
        guard response.headers.fields.allSatisfy({ $0.name.isOneLine && $0.value.isOneLine }) else {
            // A field that would end its line could say anything behind it, even another answer.
            return write(WireResponse(status: 500), keepsOpen: keepsOpen, at: moment)
        }
        writeStatusLine(HTTPResponseStatus(statusCode: response.status))
        for field in response.headers.fields { write(field.name, field.value) }
        if response.headers["date"] == nil { write("date", HTTPDate.text(for: moment)) }
        write("content-length", String(response.body.count))
        if !keepsOpen { write("connection", "close") }
        writeStaticString("\r\n")
        writeBytes(response.body)
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

extension String {
    fileprivate var isOneLine: Bool {
        utf8.allSatisfy { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") && $0 != 0 }
    }
}
