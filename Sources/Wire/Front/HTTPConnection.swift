import Clockwork
import NIOCore
import NIOHTTP1

/// One caller's connection: gathers a request, has it answered, writes the answer in one piece, and so on.
///
/// All state belongs to the connection's event loop.
final class HTTPConnection: ChannelInboundHandler, @unchecked Sendable {  // touched on its event loop only
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let channel: any Channel
    private let executor: LoopExecutor
    private let limits: HTTPListener.Limits
    private let time: any TimeSource
    private let connections: OpenConnections
    private let answer: HTTPListener.Answer

    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var work: Task<Void, Never>?
    private var isWorking = false
    /// True while a request is being handed over: an answer that is there at once waits for the next turn of the loop,
    /// or a thousand requests in one packet would be answered on one stack.
    private var isHandingOver = false
    /// True once no further request is read.
    private var isLast = false
    /// The uptime by which the caller has to have said more; nil while he waits for us.
    private var deadline: Duration?
    private var isBetweenRequests = true

    init(
        channel: any Channel, limits: HTTPListener.Limits, time: any TimeSource, connections: OpenConnections,
        answer: @escaping HTTPListener.Answer
    ) {
        self.channel = channel
        self.executor = LoopExecutor(channel.eventLoop)
        self.limits = limits
        self.time = time
        self.connections = connections
        self.answer = answer
        deadline = time.uptime + limits.idle
    }

    // MARK: Hearing

    /// Some bytes have come in, not yet understood: from the first one on, a request's head has its time to arrive.
    func bytesArrived() {
        guard isBetweenRequests, !isWorking else { return }
        isBetweenRequests = false
        deadline = time.uptime + limits.headArrival
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            begin(head)
        case .body(let part):
            guard head != nil else { return }
            guard body.count + part.readableBytes <= limits.bodyBytes else { return refuse(.payloadTooLarge) }
            body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let head else { return }
            self.head = nil
            respond(to: head)
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        guard !isLast else { return }
        deadline = time.uptime + limits.arrival
        let announced = head.headers.first(name: "content-length").flatMap(Int.init)
        if let announced, announced > limits.bodyBytes { return refuse(.payloadTooLarge) }
        if head.headers["content-encoding"].contains(where: { $0.lowercased() != "identity" }) {
            return refuse(.unsupportedMediaType)
        }
        self.head = head
        body = []
        if let announced { body.reserveCapacity(min(announced, 1 << 20)) }
        if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            channel.writeAndFlush(
                HTTPServerResponsePart.head(.init(version: .http1_1, status: .continue)), promise: nil)
        }
    }

    private func respond(to head: HTTPRequestHead) {
        let uri = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let request = WireRequest(
            method: head.method.rawValue, path: uri.first.map(String.init) ?? "/",
            query: uri.count > 1 ? String(uri[1]) : "",
            headers: WireHeaders(
                lowercased: head.headers.map { (name: $0.name.lowercased(), value: $0.value) }),
            body: body)
        body = []
        let keepsOpen = head.isKeepAlive
        isWorking = true
        deadline = nil
        isHandingOver = true
        defer { isHandingOver = false }
        // Not a child of anything: it lives as long as this request, and ends with the connection at the latest.
        work = Task.immediate(executorPreference: executor) { [self, answer] in
            finish(with: await answer(request), keepsOpen: keepsOpen)
        }
    }

    // MARK: Answering

    private func finish(with response: WireResponse?, keepsOpen: Bool) {
        channel.eventLoop.preconditionInEventLoop()  // the task ran on no other executor
        guard !isHandingOver else {
            return channel.eventLoop.execute { [self] in finish(with: response, keepsOpen: keepsOpen) }
        }
        guard let response, channel.isActive else { return release() }
        write(response, keepsOpen: keepsOpen && !isLast)
    }

    /// Writes head and body in one piece, and lets the next request in once the caller has taken both.
    private func write(_ response: WireResponse, keepsOpen: Bool) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(response.headers.fields.count + 3)
        for field in response.headers.fields { headers.add(name: field.name, value: field.value) }
        if response.headers["date"] == nil { headers.add(name: "date", value: HTTPDate.text(for: time.now)) }
        headers.add(name: "content-length", value: String(response.body.count))
        if !keepsOpen { headers.add(name: "connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: response.status)
        let head = HTTPServerResponsePart.head(.init(version: .http1_1, status: status, headers: headers))
        let body = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: response.body)))
        isLast = isLast || !keepsOpen
        isWorking = true
        deadline = time.uptime + limits.idle
        channel.write(head, promise: nil)
        channel.writeAndFlush(body).whenComplete { [self] written in
            guard case .success = written, keepsOpen else { return release() }
            isWorking = false
            isBetweenRequests = true
            channel.write(HTTPServerResponsePart.end(nil), promise: nil)
        }
    }

    /// Lets go of the connection: nothing more is to be said on it.
    private func release() {
        isWorking = false
        guard channel.isActive else { return connections.forget(self) }
        cut()
    }

    /// Answers at once, without reading on.
    private func refuse(_ status: HTTPResponseStatus) {
        head = nil
        body = []
        write(WireResponse(status: Int(status.code)), keepsOpen: false)
    }

    // MARK: Ending

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { work?.cancel() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        work?.cancel()
        if !isWorking { connections.forget(self) }
        context.fireChannelInactive()
    }

    /// What is no HTTP is told so; the decoder closes the connection as soon as this returns.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        work?.cancel()
        guard let error = error as? HTTPParserError, !isLast, !isWorking else {
            return context.close(promise: nil)
        }
        refuse(error == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest)
    }

    // From other threads:

    func cutIfLate(at uptime: Duration) {
        channel.eventLoop.execute { [self] in
            if let deadline, uptime > deadline { cut() }
        }
    }

    func closeOnceIdle() {
        channel.eventLoop.execute { [self] in
            isLast = true
            if !isWorking { cut() }
        }
    }

    func cut() {
        channel.close(promise: nil)
    }
}

/// Tells a connection of bytes before anyone has made sense of them.
final class ArrivalWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: HTTPConnection

    init(for connection: HTTPConnection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        context.fireChannelRead(data)
    }
}

/// Runs tasks on an event loop, so that neither side has to change threads to meet the other.
private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
