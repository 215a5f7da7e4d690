import AsyncHTTPClient
import Clockwork
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Wire

/// The real way out to partners: HTTP on connections that are kept, to addresses that the guard permits.
///
/// A name is looked up for every attempt, its addresses are judged, and the connection is made to the very
/// address that was found good. Redirects are not followed; proxies and cookies are unknown.
package final class WebhookNetwork: Sendable {
    let time: any TimeSource
    private let addresses: AddressGuard
    private let state = Mutex(State())

    private struct State {
        /// In the order in which they were made.
        var clients: [(pin: Pin?, http: HTTPClient)] = []
    }

    /// A name, and the address that it means for now. None where the URL names the address itself.
    private struct Pin: Hashable {
        let name: String
        let address: IPAddress
    }

    package init(reaching addresses: AddressGuard, time: any TimeSource) {
        self.addresses = addresses
        self.time = time
    }

    package func transport(to endpoint: Endpoint) -> any Transport {
        WebhookTransport(url: endpoint.url, network: self)
    }

    /// Lets go of all connections. Call once nobody sends any more.
    package func shutdown() async {
        let clients = state.withLock { state in
            defer { state.clients = [] }
            return state.clients
        }
        for (_, http) in clients { try? await http.shutdown() }  // fails only when done before
    }

    /// A client whose connections to this host go to a permitted address, and nowhere else.
    func client(for host: String) async throws -> HTTPClient {
        if let address = IPAddress(host) {
            guard addresses.permits(address) else { throw Self.blocked(host, [address]) }
            return await client(pinned: nil)
        }
        let found = try await Self.addresses(of: host)
        guard let address = found.first(where: addresses.permits) else { throw Self.blocked(host, found) }
        return await client(pinned: Pin(name: host, address: address))
    }

    private func client(pinned pin: Pin?) async -> HTTPClient {
        let (client, surplus) = state.withLock { state -> (HTTPClient, HTTPClient?) in
            if let known = state.clients.first(where: { $0.pin == pin }) { return (known.http, nil) }
            let new = Self.makeClient(pinned: pin)
            state.clients.append((pin, new))
            let isFull = state.clients.count > Self.mostClients
            return (new, isFull ? state.clients.removeFirst().http : nil)
        }
        try? await surplus?.shutdown()  // what it was still carrying fails, and is tried again
        return client
    }

    private static func makeClient(pinned pin: Pin?) -> HTTPClient {
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5)))
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        settings.connectionPool.retryConnectionEstablishment = false
        if let pin { settings.dnsOverride = [pin.name: "\(pin.address)"] }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    private static func blocked(_ host: String, _ found: [IPAddress]) -> TransportError {
        let places = found.map(\.description).joined(separator: ", ")
        return TransportError(
            "\(host) is at \(places), where the courier may not go. Allow the address if it is meant.",
            at: .permission)
    }

    /// More names and addresses than any sound configuration has.
    private static let mostClients = 64
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension WebhookNetwork {
    /// What a name means now, IPv4 first. Odd spellings of addresses, such as `0x7f.1`, count as names here.
    private static func addresses(of name: String) async throws -> [IPAddress] {
        do {
            let found = try await NIOThreadPool.singleton.runIfActive { try lookUp(name) }
            return found.filter { $0.bytes.count == 4 } + found.filter { $0.bytes.count == 16 }
        } catch let error as TransportError {
            throw error
        } catch {
            throw TransportError("\(name) could not be looked up: \(error)", at: .name)
        }
    }

    private static func lookUp(_ name: String) throws -> [IPAddress] {
        var first: UnsafeMutablePointer<addrinfo>?
        var hints = addrinfo()
        #if canImport(Glibc)
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        let status = getaddrinfo(name, nil, &hints, &first)
        guard status == 0 else {
            throw TransportError(
                "\(name) has no address: \(String(cString: gai_strerror(status)))", at: .name)
        }
        defer { freeaddrinfo(first) }
        return sequence(first: first, next: { $0?.pointee.ai_next })
            .prefix { $0 != nil }.compactMap { $0.flatMap { address(in: $0.pointee) } }
    }

    private static func address(in info: addrinfo) -> IPAddress? {
        guard let place = info.ai_addr else { return nil }
        switch info.ai_family {
        case AF_INET:
            return place.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { four in
                withUnsafeBytes(of: four.pointee.sin_addr) { IPAddress(bytes: Array($0)) }
            }
        case AF_INET6:
            return place.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { six in
                withUnsafeBytes(of: six.pointee.sin6_addr) { IPAddress(bytes: Array($0)) }
            }
        default: return nil
        }
    }
}
