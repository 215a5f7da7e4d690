import AsyncHTTPClient
import Clockwork
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Carries requests over HTTP, on connections that are kept and used again.
public struct NetworkTransport: Transport {
    public let endpoint: String
    private let http: HTTPClient
    private let time: any TimeSource

    /// - Parameter http: Shared by all transports of a process; whoever made it shuts it down.
    public init(endpoint: String, http: HTTPClient, time: any TimeSource = SystemTime()) {
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.http = http
        self.time = time
    }

    /// A client for ``init(endpoint:http:)``: loopback or Amazon, no proxies, no redirects, bounded waits.
    public static func makeHTTPClient() -> HTTPClient {
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(2)))
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        settings.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    /// Lends a client of ``makeHTTPClient()`` to a deed, and shuts it down however the deed ends.
    public static func withHTTPClient<Outcome>(
        _ deed: (HTTPClient) async throws -> Outcome
    ) async throws -> Outcome {
        let http = makeHTTPClient()
        let outcome: Outcome
        do {
            outcome = try await deed(http)
        } catch {
            try await http.shutdown()
            throw error
        }
        try await http.shutdown()
        return outcome
    }

    public func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        try await within(timeout) { try await whole(try await answer(to: request)) }
    }

    public func open(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        try await within(timeout) {
            let answer = try await answer(to: request)
            guard answer.status == .ok else { return try await whole(answer) }
            let body = BodyReader(answer.body)
            return WireResponse(
                status: 200, headers: WireHeaders(answer.headers), rest: { try await body.next() })
        }
    }

    private func within(
        _ timeout: Duration, _ exchange: @escaping @Sendable () async throws -> WireResponse
    ) async throws -> WireResponse {
        do {
            return try await withThrowingTaskGroup { group in
                group.addTask { try await exchange() }
                // The client's own limit ends with the answer's head.
                group.addTask { [time, endpoint] in
                    try await time.sleep(for: timeout)
                    throw TransportError("\(endpoint) gave no whole answer within \(timeout)", at: .patience)
                }
                defer { group.cancelAll() }
                guard let response = try await group.next() else { throw CancellationError() }
                return response
            }
        } catch let error as TransportError {
            throw error
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            throw TransportError("\(endpoint) gave no answer: \(error)", at: Self.stage(of: error))
        }
    }

    private func answer(to request: WireRequest) async throws -> HTTPClientResponse {
        var outgoing = HTTPClientRequest(
            url: endpoint + request.path + (request.query.isEmpty ? "" : "?\(request.query)"))
        outgoing.method = HTTPMethod(rawValue: request.method)
        for field in request.headers.fields { outgoing.headers.add(name: field.name, value: field.value) }
        outgoing.body = .bytes(request.body)
        return try await http.execute(outgoing, deadline: .distantFuture)
    }

    private func whole(_ answer: HTTPClientResponse) async throws -> WireResponse {
        let body = try await answer.body.collect(upTo: Self.mostBytes)
        if let told = answer.headers.first(name: "content-length").flatMap(Int.init),
            told != body.readableBytes
        {
            throw TransportError("the answer ended after \(body.readableBytes) of \(told) bytes")
        }
        return WireResponse(
            status: Int(answer.status.code),
            headers: WireHeaders(answer.headers), body: Array(body.readableBytesView))
    }

    private static func stage(of error: any Error) -> TransportError.Stage {
        switch error {
        case is NIOConnectionError: .connection
        case let error as IOError where [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode):
            .connection
        case let error as HTTPClientError where error == .connectTimeout: .connection
        case let error as HTTPClientError where error == .readTimeout: .patience
        default: .exchange
        }
    }

    /// GetRecords answers up to 10 MiB of data in base64.
    private static let mostBytes = 16 << 20
}

extension WireHeaders {
    fileprivate init(_ headers: HTTPHeaders) {
        self.init(lowercased: headers.map { ($0.name.lowercased(), $0.value) })
    }
}

/// What is left of an answer, piece by piece as it comes in.
private final class BodyReader: @unchecked Sendable {  // asked by one task at a time, as `EventSource` says
    private var pieces: HTTPClientResponse.Body.AsyncIterator

    init(_ body: HTTPClientResponse.Body) {
        pieces = body.makeAsyncIterator()
    }

    func next() async throws -> WireResponse.Piece {
        guard let piece = try await pieces.next() else {
            try Task.checkCancellation()  // which ends the pieces too
            return WireResponse.Piece([], isLast: true)
        }
        return WireResponse.Piece(Array(piece.readableBytesView))
    }
}
