import Clockwork
import Synchronization
import Testing

@testable import Wire

@Suite(.timeLimit(.minutes(1))) struct `An answer that goes on` {
    @Test func `comes in chunks, and the connection serves on`() async throws {
        try await Listening.with(answer: { request in
            request.path == "/plain"
                ? WireResponse(status: 200, body: Array("plain".utf8)) : Self.answer(["one", "", "three"])
        }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send(
                "GET / HTTP/1.1\r\n\r\nGET /plain HTTP/1.1\r\nConnection: close\r\n\r\n")

            let text = await caller.untilClosed()

            #expect(text.contains("transfer-encoding: chunked\r\n"))
            #expect(
                text.contains("\r\n\r\n5\r\nfirst\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"))
            #expect(text.hasSuffix("\r\n\r\nplain"))
        }
    }

    @Test func `is heard piece by piece, as each comes into being`() async throws {
        let bell = Bell()
        try await Listening.with(answer: { _ in
            WireResponse(status: 200, body: Array("begin".utf8)) {
                await bell.heard()
                return WireResponse.Piece(Array("end".utf8), isLast: true)
            }
        }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")

            await caller.hasHeard("begin")
            bell.ring()

            #expect(await caller.untilClosed().hasSuffix("begin\r\n3\r\nend\r\n0\r\n\r\n"))
        }
    }

    @Test func `waits for a caller who is slow to take it`() async throws {
        let large = LargeAnswer(pieces: 64, bytes: 1 << 20)
        try await Listening.with(answer: { large.answer($0) }) { listening in
            let slow = try await RawCaller.connect(to: listening.port, reads: false)
            try await slow.send("GET /large HTTP/1.1\r\nConnection: close\r\n\r\n")
            let other = try await RawCaller.connect(to: listening.port)
            for _ in 0..<50 { _ = try await other.ask("GET / HTTP/1.1\r\n\r\n") }

            // What the sockets hold is all that may have been made.
            #expect(large.made < 32)
            try await slow.read()
            #expect(await slow.untilClosed().utf8.count > 64 << 20)
        }
    }

    @Test func `ends for a caller who hangs up`() async throws {
        let ended = Mailbox<Bool>()
        try await Listening.with(answer: { _ in
            WireResponse(status: 200, body: Array("begin".utf8)) {
                await Bell().heard()  // which nobody rings: only cancellation ends this
                ended.put(Task.isCancelled)
                throw CancellationError()
            }
        }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send("GET / HTTP/1.1\r\n\r\n")
            await caller.hasHeard("begin")
            try await caller.hangUp()

            #expect(await ended.next())
        }
    }

    @Test func `that breaks off is not taken for whole`() async throws {
        struct Mishap: Error {}
        try await Listening.with(answer: { _ in
            WireResponse(status: 200, body: Array("begin".utf8)) { throw Mishap() }
        }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send("GET / HTTP/1.1\r\n\r\n")

            #expect(await caller.untilClosed().hasSuffix("5\r\nbegin\r\n"))
        }
    }

    @Test func `is nothing for HTTP/1.0`() async throws {
        try await Listening.with(answer: { _ in Self.answer(["one"]) }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)

            #expect(try await caller.ask("GET / HTTP/1.0\r\n\r\n").status == 505)
        }
    }

    @Test func `is not waited for once its caller has taken nothing for a minute`() async throws {
        let clock = HandClock()
        let large = LargeAnswer(pieces: 8, bytes: 8 << 20)
        try await Listening.with(time: clock, answer: { large.answer($0) }) { listening in
            let caller = try await RawCaller.connect(to: listening.port, reads: false)
            try await caller.send("GET /large HTTP/1.1\r\n\r\n")
            try await listening.hasHeard()
            // The sockets may take another piece meanwhile, and its minute begins then; they do not take a third.
            await clock.pass(HTTPListener.Limits().idle * 2 + .seconds(2))
            try await caller.read()

            #expect(await caller.untilClosed().hasSuffix("A"))
        }
    }

    /// An answer that begins with `first`.
    private static func answer(_ pieces: [String]) -> WireResponse {
        let rest = Mutex(pieces)
        return WireResponse(status: 200, body: Array("first".utf8)) {
            rest.withLock { rest in
                let next = rest.removeFirst()
                return WireResponse.Piece(Array(next.utf8), isLast: rest.isEmpty)
            }
        }
    }
}

/// An answer to `/large` of many pieces, and how many of them have been made.
private final class LargeAnswer: Sendable {
    private let pieces: Int
    private let bytes: Int
    private let state = Mutex(0)

    init(pieces: Int, bytes: Int) {
        self.pieces = pieces
        self.bytes = bytes
    }

    var made: Int { state.withLock(\.self) }

    /// Everything else is answered with nothing.
    func answer(_ request: WireRequest) -> WireResponse {
        guard request.path == "/large" else { return WireResponse(status: 200) }
        return WireResponse(status: 200) { [self] in
            let count = state.withLock { count in
                count += 1
                return count
            }
            return WireResponse.Piece(Array(repeating: 65, count: bytes), isLast: count == pieces)
        }
    }
}
