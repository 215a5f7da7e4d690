import Clockwork
import NIOCore
import NIOHTTP1

/// One request on a connection of many, and its answer.
///
/// All state belongs to the connection's event loop.
final class HTTP2Stream: ChannelInboundHandler, @unchecked Sendable {  // touched on its event loop only
    typealias InboundIn = HTTPServerRequestPart

    private let connection: HTTP2Connection
    private let channel: any Channel
    private var gathering: RequestGathering
    private var work: Task<Void, Never>?
    /// True from the request's last byte until its answer is written or its caller has gone.
    private var isWorking = false
    /// True once the answer is known: what still comes of the request is passed over.
    private var isAnswered = false
    /// The uptime by which the caller has to have sent or taken more; nil while he waits for us.
    private var deadline: Duration?

    init(of connection: HTTP2Connection, on channel: any Channel) {
        self.connection = connection
        self.channel = channel
        gathering = RequestGathering(within: connection.terms.limits)
        deadline = connection.terms.time.uptime + connection.terms.limits.arrival
        connection.joined(self)
    }

    // MARK: Hearing

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered, !isWorking else { return }
        let part = unwrapInboundIn(data)
        if case .head(let head) = part, head.headers.count > connection.terms.limits.headerCount {
            return refuse(.requestHeaderFieldsTooLarge)
        }
        switch gathering.take(part) {
        case .more: break
        case .wantsToBeAsked:
            channel.writeAndFlush(
                HTTPServerResponsePart.head(HTTPResponseHead(version: .http2, status: .continue)),
                promise: nil)
        case .refused(let status): refuse(status)
        case .whole(let head, let body): respond(to: WireRequest(head, body: body))
        }
    }

    private func respond(to request: WireRequest) {
        isWorking = true
        deadline = nil
        // Not a child of anything: it lives as long as this request, and ends with the stream at the latest.
        work = Task.immediate(executorPreference: connection.executor) { [self] in
            if let response = await connection.terms.answer(request) {
                await say(response)
            } else {
                channel.close(promise: nil)
            }
            isWorking = false
            if !channel.isActive { connection.left(self) }
        }
    }

    // MARK: Answering

    private func refuse(_ status: HTTPResponseStatus) {
        gathering.forget()
        begin(WireResponse(status: Int(status.code)))
        end()
    }

    /// Writes an answer; of one that goes on each piece once the caller has taken the one before.
    private func say(_ response: WireResponse) async {
        guard channel.isActive else { return }
        begin(response)
        guard let rest = response.rest else { return end() }
        do {
            try await hand(over: response.body)
            while true {
                let piece = try await rest()
                if !piece.bytes.isEmpty { try await hand(over: piece.bytes) }
                if piece.isLast { return end() }
            }
        } catch {
            channel.close(promise: nil)  // the stream is reset, and so the caller knows
        }
    }

    private func begin(_ response: WireResponse) {
        isAnswered = true
        deadline = connection.terms.time.uptime + connection.terms.limits.idle
        guard response.headers.areLines else { return begin(WireResponse(status: 500)) }
        var headers = HTTPHeaders(response.headers.fields.map { ($0.name, $0.value) })
        if !headers.contains(name: "date") {
            headers.add(name: "date", value: HTTPDate.text(for: connection.terms.time.now))
        }
        if response.rest == nil {
            headers.add(name: "content-length", value: String(response.body.count))
        }
        let status = HTTPResponseStatus(statusCode: response.status)
        channel.write(
            HTTPServerResponsePart.head(HTTPResponseHead(version: .http2, status: status, headers: headers)),
            promise: nil)
        if response.rest == nil, !response.body.isEmpty {
            channel.write(
                HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: response.body))), promise: nil)
        }
    }

    /// Writes, and waits until the caller has taken it.
    private func hand(over bytes: [UInt8]) async throws {
        deadline = connection.terms.time.uptime + connection.terms.limits.idle
        defer { deadline = nil }
        try await channel.writeAndFlush(
            HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))
        ).get()
    }

    private func end() {
        deadline = connection.terms.time.uptime + connection.terms.limits.idle
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
    }

    // MARK: Ending

    func channelInactive(context: ChannelHandlerContext) {
        work?.cancel()
        if !isWorking { connection.left(self) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func cutIfLate(at uptime: Duration) {
        if let deadline, uptime > deadline { channel.close(promise: nil) }
    }
}
