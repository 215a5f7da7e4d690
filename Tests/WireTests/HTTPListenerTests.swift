import Clockwork
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@testable import Wire

@Suite(.timeLimit(.minutes(1))) struct `A listener` {
    @Test func `hands over the request as it came`() async throws {
        let seen = Mailbox<WireRequest>()
        try await Listening.with(answer: { request in
            seen.put(request)
            return WireResponse(status: 201, headers: ["X-Own": "kept"], body: Array("done".utf8))
        }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            let answer = try await caller.ask(
                "PUT /a%20b/../c?x=1&y=?2 HTTP/1.1\r\nHOST: h\r\nX-Twice: 1\r\nx-twice:  2\r\nContent-Length: 5\r\n\r\nhello"
            )

            let request = await seen.next()
            #expect(request.method == "PUT" && request.path == "/a%20b/../c" && request.query == "x=1&y=?2")
            #expect(request.headers.fields.map(\.name) == ["host", "x-twice", "x-twice", "content-length"])
            #expect(request.headers.fields.map(\.value) == ["h", "1", "2", "5"])
            #expect(String(decoding: request.body, as: UTF8.self) == "hello")
            #expect(answer.status == 201 && answer.body == "done")
            #expect(answer.headers["x-own"] == "kept" && answer.headers["content-length"] == "4")
            #expect(answer.headers["date"].flatMap { Timestamp(httpDate: $0) } != nil)
        }
    }

    @Test func `keeps the connection for the next request`() async throws {
        try await echoing { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            for number in 0..<20 {
                #expect(try await caller.ask(.get("/\(number)")).body == "/\(number)")
            }
            #expect(!caller.isClosed)
        }
    }

    @Test(arguments: ["GET /x HTTP/1.1\r\nConnection: close\r\n\r\n", "GET /x HTTP/1.0\r\n\r\n"])
    func `closes it where the caller wants that`(request: String) async throws {
        try await echoing { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            let answer = try await caller.ask(request)

            #expect(answer.body == "/x" && answer.headers["connection"] == "close")
            #expect(await caller.untilClosed() == "")
        }
    }

    @Test func `understands a body in chunks, and a caller who asks first`() async throws {
        try await Listening.with(answer: { WireResponse(status: 200, body: $0.body) }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            let chunked = try await caller.ask(
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")
            #expect(chunked.body == "abcdefg")

            let goOn = try await caller.ask(
                "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(goOn.status == 100)
            #expect(try await caller.ask("hi").body == "hi")
        }
    }

    @Test func `answers what comes in one packet in its order, one at a time`() async throws {
        let gate = Bell()
        let underWay = Mutex(0)
        try await Listening.with(answer: { request in
            let together = underWay.withLock { count in
                count += 1
                return count
            }
            if request.path == "/0" { await gate.heard() }
            underWay.withLock { $0 -= 1 }
            return WireResponse(status: 200, body: Array("\(request.path) \(together)".utf8))
        }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send((0..<5).map { .get("/\($0)") }.joined())
            gate.ring()

            for number in 0..<5 { #expect(try await caller.answer().body == "/\(number) 1") }
        }
    }

    @Test func `does not stumble over thousands of requests that wait for one`() async throws {
        let count = 20_000
        let gate = Bell()
        try await Listening.with(answer: { request in
            if request.path == "/slow" { await gate.heard() }
            return WireResponse(status: 200, body: Array(request.path.utf8))
        }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send(
                .get("/slow") + String(repeating: "GET / HTTP/1.1\r\n\r\n", count: count) + .get("/last"))
            try await listening.hasHeard()
            gate.ring()

            #expect(try await caller.answer().body == "/slow")
            for _ in 0..<count { #expect(try await caller.answer().body == "/") }
            #expect(try await caller.answer().body == "/last")
        }
    }

    @Test(arguments: [0, 10, 1_024, 200_000])
    func `writes an answer in one piece`(size: Int) async throws {
        let pieces = Mutex<[Int]>([])
        let connections = OpenConnections(limit: 1, limitOfOneAddress: 1)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(PieceCounter { bytes in pieces.withLock { $0.append(bytes) } })
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(
                        HTTPConnection(
                            on: channel,
                            under: ConnectionTerms(
                                limits: HTTPListener.Limits(), time: HandClock(), connections: connections,
                                answer: { _ in
                                    WireResponse(status: 200, body: Array(repeating: 65, count: size))
                                })))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let caller = try await RawCaller.connect(to: server.localAddress?.port ?? 0)

        for _ in 0..<3 { #expect(try await caller.ask(.get("/")).body.utf8.count == size) }

        #expect(pieces.withLock { $0.count } == 3)
        #expect(pieces.withLock { $0.allSatisfy { $0 > size } })
        try await server.close()
    }

    @Test func `hangs up where there is nothing to say`() async throws {
        try await Listening.with(answer: { _ in nil }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send(.get("/"))

            #expect(await caller.untilClosed() == "")
        }
    }

    @Test func `cancels the work for a caller who hangs up`() async throws {
        let begun = Bell()
        let ended = Mailbox<Bool>()
        try await Listening.with(answer: { _ in
            begun.ring()
            await Bell().heard()  // which nobody rings: only cancellation ends this
            ended.put(Task.isCancelled)
            return nil
        }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send(.get("/"))
            await begun.heard()
            try await caller.hangUp()

            #expect(await ended.next())
        }
    }

    @Test func `does not pile up answers that nobody takes`() async throws {
        let answered = Mutex(0)
        try await Listening.with(answer: { request in
            guard request.path == "/large" else { return WireResponse(status: 200) }
            answered.withLock { $0 += 1 }
            return WireResponse(status: 200, body: Array(repeating: 65, count: 4 << 20))
        }) { listening in
            let greedy = try await RawCaller.connect(to: listening.port, reads: false)
            try await greedy.send(String(repeating: .get("/large"), count: 40))
            let other = try await RawCaller.connect(to: listening.port)
            for _ in 0..<50 { _ = try await other.ask(.get("/")) }

            // What the sockets hold is all that may have been written.
            #expect(answered.withLock { $0 } < 8)
            try await greedy.read()
            for _ in 0..<40 { #expect(try await greedy.answer().body.utf8.count == 4 << 20) }
        }
    }

    @Test func `says what to do when its address is taken`() async throws {
        try await echoing { listening in
            let second = HTTPListener(
                host: "127.0.0.1", port: listening.port, surroundings: .system(), logger: .quiet,
                answer: { _ in nil })

            let error = await #expect(throws: ListenerError.self) { try await second.run() }
            #expect(error.map { "\($0)" }?.contains("choose another one") == true)
        }
    }

    @Test func `ends when its port cannot be announced`() async throws {
        let listener = HTTPListener(
            host: "127.0.0.1", port: 0, surroundings: .system(), logger: .quiet,
            listening: { _ in throw CancellationError() }, answer: { _ in nil })

        await #expect(throws: CancellationError.self) { try await listener.run() }
    }

    private func echoing(_ work: @escaping @Sendable (Listening) async throws -> Void) async throws {
        try await Listening.with(answer: { WireResponse(status: 200, body: Array($0.path.utf8)) }, work)
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A connection of HTTP/2` {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    private static let farewell = "\0\0\u{8}\u{7}\0"

    @Test func `that asks for nothing is told goodbye after a minute, and then cut`() async throws {
        let clock = HandClock()
        try await Listening.with(time: clock, answer: { _ in WireResponse(status: 200) }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send(Self.preface + Self.settings)
            try await listening.hasHeard()

            await clock.pass(HTTPListener.Limits().idle)
            #expect(!caller.isClosed)
            await clock.pass(.seconds(1))
            await caller.hasHeard(Self.farewell)
            #expect(!caller.isClosed)
            await clock.pass(HTTPListener.Limits().headArrival + .seconds(1))

            #expect(await caller.untilClosed().contains(Self.farewell))
        }
    }

    @Test func `that never comes about is cut`() async throws {
        let clock = HandClock()
        try await Listening.with(time: clock, answer: { _ in WireResponse(status: 200) }) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send(Array(Self.preface.prefix(10)))
            try await listening.hasHeard()

            await clock.pass(HTTPListener.Limits().headArrival)
            #expect(!caller.isClosed)
            await clock.pass(.seconds(1))

            #expect(await caller.untilClosed() == "")
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A listener that is stopped` {
    @Test func `finishes what is under way, and takes nothing more`() async throws {
        let (begun, gate) = (Bell(), Bell())
        let stopped = Bell()
        try await Listening.with(
            stopping: { stopped.ring() },
            answer: { _ in
                begun.ring()
                await gate.heard()
                return WireResponse(status: 200, body: Array("finished".utf8))
            }
        ) { listening in
            let busy = try await RawCaller.connect(to: listening.port)
            let idle = try await RawCaller.connect(to: listening.port)
            try await busy.send(.get("/"))
            await begun.heard()

            await listening.stop()
            await stopped.heard()
            #expect(await idle.untilClosed() == "")
            await #expect(throws: (any Error).self) { try await RawCaller.connect(to: listening.port) }
            gate.ring()

            let answer = try await busy.answer()
            #expect(answer.body == "finished" && answer.headers["connection"] == "close")
            #expect(await busy.untilClosed() == "")
        }
    }

    @Test func `waits for nobody for ever`() async throws {
        let (begun, stopped, clock) = (Bell(), Bell(), HandClock())
        let ended = Mailbox<Bool>()
        try await Listening.with(
            time: clock, stopping: { stopped.ring() },
            answer: { _ in
                begun.ring()
                await Bell().heard()  // which nobody rings
                ended.put(Task.isCancelled)
                return nil
            }
        ) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send(.get("/"))
            await begun.heard()

            await listening.stop()
            await stopped.heard()
            await clock.someoneSleeps()
            clock.advance(by: HTTPListener.Limits().farewell - .seconds(1))
            #expect(!caller.isClosed)
            clock.advance(by: .seconds(1))

            #expect(await ended.next())
            #expect(await caller.untilClosed() == "")
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A listener's limits` {
    @Test(arguments: [
        ("announced too large", "POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", 413),
        ("announced far too large", "POST / HTTP/1.1\r\nContent-Length: 9223372036854775807\r\n\r\n", 413),
        (
            "too large in chunks",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3ff\r\n"
                + String(repeating: "x", count: 1_023), 413
        ),
        ("compressed", "POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", 415),
        (
            "compressed after all",
            "POST / HTTP/1.1\r\nContent-Encoding: identity\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
            415
        ),
        ("a long path", "GET /" + String(repeating: "x", count: 9_000) + " HTTP/1.1\r\n\r\n", 431),
        ("a long header", "GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 9_000) + "\r\n\r\n", 431),
        (
            "a long header's name",
            "GET / HTTP/1.1\r\n" + String(repeating: "x", count: 9_000) + ": x\r\n\r\n", 431
        ),
        ("many headers", "GET / HTTP/1.1\r\n" + (0..<101).map { "X\($0): x\r\n" }.joined() + "\r\n", 431),
        (
            "large headers",
            "GET / HTTP/1.1\r\n"
                + (0..<12).map { "X\($0): \(String(repeating: "x", count: 7_000))\r\n" }.joined() + "\r\n",
            431
        ),
        (
            "both lengths",
            "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400
        ),
        (
            "both lengths, the other way",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400
        ),
        ("two lengths", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        ("the same length twice", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
        ("a length list", "POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\nx", 400),
        ("a signed length", "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\nx", 400),
        ("a negative length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\nx", 400),
        ("a length in hexadecimal", "POST / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\nx", 400),
        ("a length beyond reason", "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
        (
            "a chunk's length beyond reason",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 400
        ),
        ("a chunk without length", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", 400),
        ("chunked, but not last", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\nx", 400),
        ("bare line feeds", "GET / HTTP/1.1\nHost: x\n\n", 400),
        ("a bare line feed among headers", "GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n", 400),
        ("a bare carriage return", "GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", 400),
        ("a folded header", "GET / HTTP/1.1\r\nX: y\r\n z\r\n\r\n", 400),
        ("a space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        ("a header without colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400),
        ("a header without name", "GET / HTTP/1.1\r\n: x\r\n\r\n", 400),
        ("NUL in a header", "GET / HTTP/1.1\r\nX: a\0b\r\n\r\n", 400),
        ("NUL in the path", "GET /\0 HTTP/1.1\r\n\r\n", 400),
        ("no version", "GET /\r\n\r\n", 400),
        ("a version of the future", "GET / HTTP/7.1\r\n\r\n", 400),
        ("no HTTP at all", "\u{16}\u{3}\u{1}\u{2}hello, is this TLS?", 400),
        ("nearly HTTP/2", "PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n", 400),
    ])
    func `are told, and end the connection`(_: String, bytes: String, status: Int) async throws {
        var limits = HTTPListener.Limits()
        limits.bodyBytes = 1_000
        let calls = Mutex(0)
        try await Listening.with(
            limits: limits,
            answer: { _ in
                calls.withLock { $0 += 1 }
                return WireResponse(status: 200)
            }
        ) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send(bytes)

            let answer = try await caller.answer()
            #expect(answer.status == status && answer.headers["connection"]?.lowercased() == "close")
            #expect(await caller.untilClosed() == "")
            #expect(calls.withLock { $0 } == 0)
        }
    }

    @Test func `let in what just fits`() async throws {
        var limits = HTTPListener.Limits()
        limits.bodyBytes = 1_000
        try await Listening.with(limits: limits, answer: { WireResponse(status: 200, body: $0.body) }) {
            listening in
            let caller = try await RawCaller.connect(to: listening.port)
            let body = String(repeating: "x", count: 1_000)

            #expect(
                try await caller.ask("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n\(body)").body == body)
            #expect(
                try await caller.ask(
                    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n\(body)\r\n0\r\n\r\n"
                ).body == body)
            let headers = (0..<99).map { "X\($0): x\r\n" }.joined()
            #expect(
                try await caller.ask(
                    "GET / HTTP/1.1\r\n\(headers)X: \(String(repeating: "x", count: 8_000))\r\n\r\n"
                ).status == 200)
            #expect(
                try await caller.ask("GET / HTTP/1.1\r\nContent-Encoding: Identity\r\n\r\n").status == 200)
        }
    }

    @Test func `do not hide the answer to what came before`() async throws {
        try await Listening.with(answer: { WireResponse(status: 200, body: Array($0.path.utf8)) }) {
            listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send(.get("/good") + "nonsense\r\n\r\n" + .get("/never"))

            #expect(try await caller.answer().body == "/good")
            #expect(try await caller.answer().status == 400)
            #expect(await caller.untilClosed() == "")
        }
    }

    @Test(arguments: [
        ("the head", "GET / HT", "TP/1.1\r\n\r\n", Duration.seconds(10)),
        ("one byte", "G", "ET / HTTP/1.1\r\n\r\n", .seconds(10)),
        ("the body", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nx", "y", .seconds(30)),
        ("anything", "", .get("/"), .seconds(60)),
    ])
    func `give a caller time, but not for ever`(what: String, begins: String, ends: String, time: Duration)
        async throws
    {
        let clock = HandClock()
        try await Listening.with(time: clock, answer: { _ in WireResponse(status: 200) }) { listening in
            let (patient, slow) = (
                try await RawCaller.connect(to: listening.port),
                try await RawCaller.connect(to: listening.port)
            )
            for caller in [patient, slow] { try await caller.send(begins) }
            try await listening.hasHeard()

            await clock.pass(time - .seconds(1))
            #expect(try await patient.ask(ends).status == 200)
            #expect(!slow.isClosed)
            await clock.pass(.seconds(2))

            #expect(await slow.untilClosed() == "")
            #expect(!patient.isClosed, "it has begun anew")
        }
    }

    @Test func `do not count the time that a caller waits for us`() async throws {
        let (clock, begun, gate) = (HandClock(), Bell(), Bell())
        try await Listening.with(
            time: clock,
            answer: { _ in
                begun.ring()
                await gate.heard()
                return WireResponse(status: 200)
            }
        ) { listening in
            let caller = try await RawCaller.connect(to: listening.port)
            try await caller.send(.get("/"))
            await begun.heard()

            await clock.pass(.seconds(3_600))
            gate.ring()

            #expect(try await caller.answer().status == 200)
        }
    }

    @Test func `leave the others in peace while many are rude`() async throws {
        let clock = HandClock()
        try await Listening.with(time: clock, answer: { _ in WireResponse(status: 200) }) { listening in
            var rude: [RawCaller] = []
            for _ in 0..<50 {
                let caller = try await RawCaller.connect(to: listening.port)
                try await caller.send("POST / HTTP/1.1\r\nX-Drip: ")
                rude.append(caller)
            }
            let polite = try await RawCaller.connect(to: listening.port)
            for _ in 0..<100 { #expect(try await polite.ask(.get("/")).status == 200) }
            for caller in rude { try await caller.send("x") }
            try await listening.hasHeard()

            await clock.pass(.seconds(11))

            for caller in rude { #expect(await caller.untilClosed() == "") }
            #expect(try await polite.ask(.get("/")).status == 200)
        }
    }

    @Test func `turn away one connection too many, and take the next when one has gone`() async throws {
        var limits = HTTPListener.Limits()
        limits.connections = 2
        try await Listening.with(limits: limits, answer: { _ in WireResponse(status: 200) }) { listening in
            let first = try await RawCaller.connect(to: listening.port)
            let second = try await RawCaller.connect(to: listening.port)
            for caller in [first, second] { #expect(try await caller.ask(.get("/")).status == 200) }

            let third = try await RawCaller.connect(to: listening.port)
            #expect(await third.untilClosed() == "")
            #expect(try await second.ask(.get("/")).status == 200)

            _ = try await first.ask("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            _ = await first.untilClosed()
            // The server has forgotten the first one before it closes, or a moment later.
            var fourth = try await RawCaller.connect(to: listening.port)
            while (try? await fourth.ask(.get("/")).status) != 200 {
                fourth = try await RawCaller.connect(to: listening.port)
            }
        }
    }
}

/// Tells how many bytes leave with each flush.
private final class PieceCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private let told: (Int) -> Void
    private var bytes = 0

    init(_ told: @escaping (Int) -> Void) { self.told = told }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        bytes += unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        told(bytes)
        bytes = 0
        context.flush()
    }
}

/// Lets tests wait for what a handler has seen.
final class Mailbox<Letter: Sendable>: Sendable {
    private let letters = Mutex<[Letter]>([])
    private let bell = Bell()

    func put(_ letter: Letter) {
        letters.withLock { $0.append(letter) }
        bell.ring()
    }

    func next() async -> Letter {
        while true {
            if let letter = letters.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return letter }
            await bell.heard()
        }
    }
}

extension String {
    fileprivate static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n" }
}
