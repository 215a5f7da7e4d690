/// Carries one signed request to a server and its answer back, once.
public protocol Transport: Sendable {
    /// Scheme and authority of the server, such as `http://127.0.0.1:4566`.
    var endpoint: String { get }

    /// - Parameter timeout: When to give up waiting; the request may have happened all the same.
    /// - Throws: ``TransportError``, or `CancellationError`.
    func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse

    /// As ``send(_:timeout:)``, for an answer that goes on: it is there with its beginning, and ``WireResponse/rest``
    /// brings what follows, for as long as it takes.
    func open(_ request: WireRequest, timeout: Duration) async throws -> WireResponse
}

extension Transport {
    /// Right wherever an answer is handed over as it is.
    public func open(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        try await send(request, timeout: timeout)
    }
}

/// A request that brought no whole answer back.
public struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// How far the request came.
    public enum Stage: Hashable, Sendable {
        /// The server's name could not be turned into an address.
        case name
        /// The address is one that we do not speak to; no request was made.
        case permission
        /// No connection came about.
        case connection
        /// There was a connection, but no trust.
        case trust
        /// The request may have arrived; the connection ended before the answer did.
        case exchange
        /// The request may have arrived; no answer came in time.
        case patience
    }

    public var description: String
    public var stage: Stage

    public init(_ description: String, at stage: Stage = .exchange) {
        self.description = description
        self.stage = stage
    }
}

/// Carries requests to a server in this very process, through the same bytes as a network would.
public struct LoopbackTransport: Transport {
    public let endpoint: String
    private let answer: HTTPListener.Answer

    /// - Parameter answer: Nil cuts the connection.
    public init(endpoint: String = "http://loopback", answer: @escaping HTTPListener.Answer) {
        self.endpoint = endpoint
        self.answer = answer
    }

    public init(to front: WireFront, endpoint: String = "http://loopback") {
        self.init(endpoint: endpoint) { await front.answer($0) }
    }

    public func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        try Task.checkCancellation()
        guard let response = await answer(request) else {
            throw TransportError("\(endpoint) cut the connection")
        }
        return response
    }
}

public typealias LoopbackClient<Service: WireService> = SigningClient<Service, LoopbackTransport>
public typealias NetworkClient<Service: WireService> = SigningClient<Service, NetworkTransport>
