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

    /// Reads at most 64 KiB of an answer's body, and closes the connection if there is more. A body that ends
    /// early, or does not end in time, takes nothing away from a status that has come.
    func send(_ request: WireRequest, timeout: Duration) async throws -> WireResponse {
        typealias Outcome = Result<WireResponse, any Error>
        let outcome = await withTaskGroup(of: Outcome?.self) { group -> Outcome? in
            group.addTask { await Result(catching: { try await exchange(request) }) }
            // The client's own limit ends with the answer's head.
            group.addTask { [time = network.time] in
                try? await time.sleep(for: timeout)  // cut short once the exchange is over
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            // Time is up: what has come counts, if the status is among it.
            return await group.next() ?? nil
        }
        if Task.isCancelled { throw CancellationError() }
        switch outcome {
        case .success(let response)?: return response
        case .failure(let error as TransportError)?: throw error
        case .failure(is CancellationError)?, nil:
            throw TransportError("\(endpoint) gave no answer within \(timeout)", at: .patience)
        case .failure(let error)?:
            throw TransportError("\(endpoint) gave no answer: \(error)", at: Self.stage(of: error))
        }
    }

    private func exchange(_ request: WireRequest) async throws -> WireResponse {
        let http = try await network.client(for: url.host)
        let response = try await http.execute(outgoing(request), deadline: .distantFuture)
        return WireResponse(
            status: Int(response.status.code),
            headers: WireHeaders(lowercased: response.headers.map { ($0.name.lowercased(), $0.value) }),
            body: await Self.beginning(of: response.body))
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

    private static let timeouts: [HTTPClientError] = [.connectTimeout, .readTimeout, .tlsHandshakeTimeout]

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

extension Result where Failure == any Error {
    fileprivate init(catching deed: () async throws -> Success) async {
        do {
            self = .success(try await deed())
        } catch {
            self = .failure(error)
        }
    }
}
