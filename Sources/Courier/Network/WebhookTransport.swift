import AsyncHTTPClient
import Clockwork
import NIOCore
import NIOHTTP1
import NIOPosix
import Wire

/// Carries webhooks to one endpoint over HTTP.
struct WebhookTransport: Transport {
    let url: EndpointURL
    let network: WebhookNetwork

    var endpoint: String { url.origin }

    /// Reads at most 64 KiB of an answer's body, and closes the connection if there is more. A body that ends early, or
    /// does not end in time, takes nothing away from a status that has come.
    func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        let deadline = NIODeadline.now() + .nanoseconds(timeout.microseconds * 1_000)
        do {
            let http = try await network.client(for: url.host)
            let response = try await http.execute(outgoing(request), deadline: deadline)
            let body = await Self.beginning(of: response.body)
            if Task.isCancelled { throw CancellationError() }
            return WireResponse(
                status: Int(response.status.code),
                headers: WireHeaders(lowercased: response.headers.map { ($0.name.lowercased(), $0.value) }),
                body: body)
        } catch let error as TransportError {
            throw error
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw TransportError("\(endpoint) gave no answer: \(error)", at: Self.stage(of: error))
        }
    }

    private func outgoing(_ request: WireRequest) -> HTTPClientRequest {
        let target = request.path + (request.query.isEmpty ? "" : "?\(request.query)")
        var outgoing = HTTPClientRequest(url: endpoint + target)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for field in request.headers.fields { outgoing.headers.add(name: field.name, value: field.value) }
        outgoing.body = .bytes(request.body)
        return outgoing
    }

    private static func beginning(of body: HTTPClientResponse.Body) async -> [UInt8] {
        var read: [UInt8] = []
        do {
            for try await part in body {
                read.append(contentsOf: part.readableBytesView.prefix(mostBytes - read.count))
                if read.count == mostBytes { break }
            }
        } catch {
            // The status has come, and says all that counts.
        }
        return read
    }

    private static let mostBytes = 64 << 10

    private static let timeouts: [HTTPClientError] = [
        .deadlineExceeded, .connectTimeout, .readTimeout, .tlsHandshakeTimeout,
    ]

    private static func stage(of error: any Error) -> TransportError.Stage {
        switch error {
        case let error as HTTPClientError where timeouts.contains(error): return .patience
        case is NIOConnectionError, is IOError: return .connection
        default:
            // The TLS library is a dependency of the HTTP client's, not of ours; its errors tell their house.
            return String(reflecting: type(of: error)).hasPrefix("NIOSSL.") ? .trust : .exchange
        }
    }
}
