/// Carries one signed request to a server and its answer back, once.
public protocol Transport: Sendable {
    /// Scheme and authority of the server, such as `http://127.0.0.1:4566`.
    var endpoint: String { get }

    /// - Parameter timeout: When to give up waiting; the request may have happened all the same.
    /// - Throws: ``TransportError``, or `CancellationError`.
    func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse
}

/// A request that brought no whole answer back.
public struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// Carries requests to a front in this very process, through the same bytes as a network would.
public struct LoopbackTransport: Transport {
    public let endpoint: String
    private let front: WireFront

    public init(to front: WireFront, endpoint: String = "http://loopback") {
        self.front = front
        self.endpoint = endpoint
    }

    public func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        try Task.checkCancellation()
        return await front.answer(request)
    }
}

public typealias LoopbackClient<Service: WireService> = SigningClient<Service, LoopbackTransport>
public typealias NetworkClient<Service: WireService> = SigningClient<Service, NetworkTransport>
