import Clockwork
import NIOCore
import NIOPosix
import Testing

@testable import Wire

@Suite struct `The connections of a listener` {
    @Test func `are so many in all, and fewer of one address`() async throws {
        let connections = OpenConnections(limit: 5, limitOfOneAddress: 2)
        let guests = try await (0..<9).asyncMap { _ in try await Self.connection(of: connections) }

        #expect(connections.admit(guests[0], from: "10.0.0.1"))
        #expect(connections.admit(guests[1], from: "10.0.0.1"))
        #expect(!connections.admit(guests[2], from: "10.0.0.1"))
        #expect(connections.admit(guests[3], from: "10.0.0.2"))
        connections.forget(guests[0])
        connections.forget(guests[0])
        #expect(connections.admit(guests[4], from: "10.0.0.1"))
        #expect(!connections.admit(guests[5], from: "10.0.0.1"))

        // This very machine may have as many as there are.
        #expect(connections.admit(guests[6], from: nil))
        #expect(connections.admit(guests[7], from: nil))
        #expect(!connections.admit(guests[8], from: nil))
    }

    @Test(arguments: [
        ("127.0.0.1", nil), ("127.4.5.6", nil), ("::1", nil), ("10.0.0.1", "10.0.0.1"),
        ("fe80::1", "fe80::1"),
    ])
    func `of this very machine count for no address`(address: String, told: String?) throws {
        #expect(try SocketAddress(ipAddress: address, port: 1).strangersAddress == told)
    }

    private static func connection(of connections: OpenConnections) async throws -> HTTPConnection {
        // Never connected: only something to be counted.
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        try await channel.close().get()
        return HTTPConnection(
            on: channel,
            under: ConnectionTerms(
                limits: HTTPListener.Limits(), time: HandClock(), connections: connections,
                answer: { _ in nil }))
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows
        -> [Result]
    {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
