import NIOCore
import Testing

@testable import Outages

@Suite struct `Where a message ends` {
    private static let requests: [[String]] = [
        ["GET / HTTP/1.1\r\nhost: a\r\n\r\n", "GET /b HTTP/1.1\r\n\r\n"],
        ["POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", "\r\nDELETE /x HTTP/1.0\r\n\r\n"],
        [
            "POST / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nabc\r\n1A;x=\"y\"\r\n"
                + "abcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        ],
        [
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nchecked: yes\r\nx: y\r\n\r\n",
            "POST / HTTP/1.1\ncontent-length: 1\n\nx",
        ],
    ]

    /// Framed as one piece, and cut at every place.
    @Test(arguments: requests.indices)
    func `is found however the bytes come`(place: Int) {
        let expected = Self.requests[place]
        let bytes = Array(expected.joined().utf8)
        for cut in 0...bytes.count {
            let messages = Self.messages(in: [Array(bytes[..<cut]), Array(bytes[cut...])], .requests)

            #expect(messages.map(\.text) == expected, "cut at \(cut)")
            #expect(messages.allSatisfy { $0.isWhole })
        }
        #expect(Self.messages(in: bytes.map { [$0] }, .requests).map(\.text) == expected)
    }

    @Test func `is the end of the body that an answer tells`() {
        let answers = [
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        ]

        let messages = Self.messages(in: [Array(answers.joined().utf8)], .answers)

        #expect(messages.map(\.text) == answers)
    }

    @Test func `is the end of the head in an answer to HEAD`() {
        var framing = MessageFraming(.answers)
        var bytes = ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nHTTP/1.1 500 No\r\n")

        let part = framing.next(from: &bytes, answersHead: true)

        #expect(part?.isLast == true && part?.head?.status == 200)
        #expect(bytes.readableBytes == "HTTP/1.1 500 No\r\n".utf8.count)
    }

    @Test func `is the end of the connection where an answer tells no length`() {
        let messages = Self.messages(in: [Array("HTTP/1.1 200 OK\r\n\r\nto the end".utf8)], .answers)

        #expect(messages.map(\.text) == ["HTTP/1.1 200 OK\r\n\r\nto the end"])
        #expect(messages.allSatisfy { !$0.isWhole })
    }

    @Test(arguments: [
        "\u{16}\u{3}\u{1}hello", "hello there\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET /\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
        "POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\n\r\n",
    ])
    func `is unknown in what is no HTTP, which comes through all the same`(text: String) {
        var framing = MessageFraming(.requests)
        var bytes = ByteBuffer(string: text)
        var seen = ""
        while let part = framing.next(from: &bytes) { seen += String(buffer: part.bytes) }

        #expect(framing.isOpaque && seen == text)
    }

    @Test func `of a head is told with what matters in it`() throws {
        let text =
            "POST / HTTP/1.1\r\nEXPECT: 100-Continue\r\nConnection: Close\r\nX-Orderflow-Probe: slow\r\n"
            + "Content-Length: 3\r\n\r\n"
        var framing = MessageFraming(.requests)
        var bytes = ByteBuffer(string: text)

        let head = try #require(framing.next(from: &bytes)?.head)

        #expect(head.method == "POST" && head.contentLength == 3)
        #expect(head.expectsContinue && !head.keepsOpen && head.probed == "slow")
    }

    private static func messages(
        in pieces: [[UInt8]], _ kind: MessageFraming.Kind
    ) -> [(text: String, isWhole: Bool)] {
        var framing = MessageFraming(kind)
        var unread = ByteBuffer()
        var messages: [(text: String, isWhole: Bool)] = []
        for piece in pieces {
            unread.writeBytes(piece)
            while let part = framing.next(from: &unread) {
                if messages.last?.isWhole ?? true { messages.append(("", false)) }
                messages[messages.endIndex - 1].text += String(buffer: part.bytes)
                messages[messages.endIndex - 1].isWhole = part.isLast
            }
        }
        return messages
    }
}
