import AsyncHTTPClient
import Clockwork
import Testing

@testable import Wire

@Suite(.timeLimit(.minutes(1))) struct `A network transport` {
    @Test func `carries a request and its answer`() async throws {
        let house = House()
        try await Listening.with(answer: { await house.front.answer($0) }) { listening in
            try await client(to: listening.port) { transport in
                let queue = NetworkClient(
                    SQS.self, over: transport, credentials: House.guest,
                    surroundings: Surroundings(time: house.clock, chance: .seeded(1)))

                let output = try await queue(SendMessage(queueUrl: "orders.fifo", messageBody: "ä\u{0}😀"))
                let denied = await #expect(throws: ClientError.self) {
                    try await queue(SendMessage(queueUrl: "other", messageBody: "b"))
                }

                #expect(output.messageId == "m")
                #expect(denied?.type == "AccessDeniedException")
                #expect(house.deeds == ["GUEST in us-east-1 at http://127.0.0.1:\(listening.port): ä\u{0}😀"])
            }
        }
    }

    @Test func `keeps path, query, header order and bytes`() async throws {
        let seen = Mailbox<WireRequest>()
        try await Listening.with(answer: {
            seen.put($0)
            return WireResponse(status: 418, headers: ["X-Tea": "yes"], body: [0, 255, 10])
        }) { listening in
            try await client(to: listening.port) { transport in
                let answer = try await transport.send(
                    WireRequest(
                        method: "PUT", path: "/a%20b", query: "x=%2F&y",
                        headers: ["Host": "h:1", "X-One": "1"],
                        body: [1, 0, 2]), timeout: .seconds(10))

                let request = await seen.next()
                #expect(request.method == "PUT" && request.path == "/a%20b" && request.query == "x=%2F&y")
                #expect(request.headers["host"] == "h:1" && request.headers["x-one"] == "1")
                #expect(request.body == [1, 0, 2])
                #expect(
                    answer.status == 418 && answer.body == [0, 255, 10] && answer.headers["x-tea"] == "yes")
            }
        }
    }

    @Test(arguments: [
        ("nothing", ""), ("half a head", "HTTP/1.1 200 OK\r\nContent-Le"),
        ("a head", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
        ("half a body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":"),
        ("half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"a\":"),
        ("all chunks but the last", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        ("nonsense", "hello\r\n\r\n"),
    ])
    func `takes an answer that breaks off for none`(_: String, answer: String) async throws {
        let server = try await RawServer.saying(answer)
        try await client(to: server.port) { transport in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(WireRequest(headers: ["Host": "h"]), timeout: .seconds(10))
            }

            #expect(error?.stage == .exchange)
        }
        try await server.close()
    }

    @Test func `loses patience with a server that says nothing`() async throws {
        let server = try await RawServer.saying(
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", hangsUp: false)
        try await client(to: server.port) { transport in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(WireRequest(headers: ["Host": "h"]), timeout: .milliseconds(50))
            }

            #expect(error?.stage == .patience)
        }
        try await server.close()
    }

    @Test func `says when nobody listens`() async throws {
        let port = DeafPort()
        try await client(to: port.number) { transport in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(WireRequest(headers: ["Host": "h"]), timeout: .seconds(10))
            }

            #expect(error?.stage == .connection, "\(String(describing: error))")
            #expect(error?.description.contains("127.0.0.1:\(port.number)") == true)
        }
    }

    @Test func `follows no redirects`() async throws {
        try await Listening.with(answer: { request in
            WireResponse(status: 307, headers: ["Location": "/elsewhere"], body: Array(request.path.utf8))
        }) { listening in
            try await client(to: listening.port) { transport in
                let answer = try await transport.send(
                    WireRequest(headers: ["Host": "h"]), timeout: .seconds(10))

                #expect(answer.status == 307 && answer.text == "/")
            }
        }
    }

    @Test func `brings events as they are pushed`() async throws {
        let house = House()
        try await Listening.with(answer: { await house.front.answer($0) }) { listening in
            try await client(to: listening.port) { transport in
                let stream = NetworkClient(
                    Kinesis.self, over: transport, credentials: House.owner,
                    surroundings: Surroundings(time: house.clock, chance: .seeded(1)))

                let events = try await stream.subscribe(House.subscription(to: "reader"))
                for number in ["1", "2", "3"] {
                    house.events.put(number)
                    #expect(try await events()?.continuationSequenceNumber == number)
                }
                house.events.put("the end")
                #expect(try await events() == nil)

                let refused = await #expect(throws: ClientError.self) {
                    _ = try await stream.subscribe(House.subscription(to: "nobody"))
                }
                #expect(refused?.type == "ResourceNotFoundException")
            }
        }
    }

    @Test func `says so when events break off`() async throws {
        let server = try await RawServer.saying(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
        try await client(to: server.port) { transport in
            let answer = try await transport.open(WireRequest(headers: ["Host": "h"]), timeout: .seconds(10))
            let rest = try #require(answer.rest)

            #expect(try await rest().bytes == Array("{}".utf8))
            await #expect(throws: (any Error).self) { try await rest() }
        }
        try await server.close()
    }

    private func client(to port: Int, _ work: (NetworkTransport) async throws -> Void) async throws {
        let http = NetworkTransport.makeHTTPClient()
        do {
            try await work(NetworkTransport(endpoint: "http://127.0.0.1:\(port)/", http: http))
        } catch {
            try await http.shutdown()
            throw error
        }
        try await http.shutdown()
    }
}
