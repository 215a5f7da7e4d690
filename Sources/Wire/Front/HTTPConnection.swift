import Clockwork
import DequeModule
import NIOCore
import NIOHTTP1

/// One caller's connection: gathers a request, has it answered, writes the answer in one piece, and so on.
///
/// What a caller sends before he has his answer waits, and no more is read from him. All state belongs to the
/// connection's event loop.
final class HTTPConnection: ChannelDuplexHandler, ListenerConnection,
    @unchecked Sendable  // touched on its event loop only
{
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let channel: any Channel
    private let executor: LoopExecutor
    private let terms: ConnectionTerms

    private var gathering: RequestGathering
    private var work: Task<Void, Never>?
    /// True from a request's last byte until its answer has been taken.
    private var isWorking = false
    /// What has been heard meanwhile, to be taken in afterwards.
    private var heard: Deque<Result<HTTPServerRequestPart, HTTPParserError>> = []
    /// True when the next read was asked for meanwhile.
    private var isReadHeld = false
    /// True while a request is being handed over: an answer that is there at once waits for the next turn of the loop,
    /// or a thousand requests in one packet would be answered on one stack.
    private var isHandingOver = false
    /// True once no further request is read.
    private var isLast = false
    /// The uptime by which the caller has to have said more; nil while he waits for us.
    private var deadline: Duration?
    private var isBetweenRequests = true

    init(on channel: any Channel, under terms: ConnectionTerms) {
        self.channel = channel
        executor = LoopExecutor(channel.eventLoop)
        self.terms = terms
        gathering = RequestGathering(within: terms.limits)
        deadline = terms.time.uptime + terms.limits.idle
    }

    var eventLoop: any EventLoop { channel.eventLoop }

    // MARK: Hearing

    /// Some bytes have come in, not yet understood: from the first one on, a request's head has its time to arrive.
    func bytesArrived() {
        guard isBetweenRequests, !isWorking else { return }
        isBetweenRequests = false
        deadline = terms.time.uptime + terms.limits.headArrival
    }

    func read(context: ChannelHandlerContext) {
        if isWorking { isReadHeld = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hear(.success(unwrapInboundIn(data)))
    }

    /// What is no HTTP is told so; the decoder closes the connection as soon as this returns.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, !isLast else {
            work?.cancel()
            return context.close(promise: nil)
        }
        hear(.failure(error))
    }

    private func hear(_ news: Result<HTTPServerRequestPart, HTTPParserError>) {
        guard !isWorking else { return heard.append(news) }
        switch news {
        case .success(let part):
            guard !isLast || gathering.hasBegun else { return }
            if case .head = part { deadline = terms.time.uptime + terms.limits.arrival }
            take(part)
        case .failure(let error):
            refuse(error == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest)
        }
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch gathering.take(part) {
        case .more: break
        case .wantsToBeAsked:
            var goOn = channel.allocator.buffer(capacity: 32)
            goOn.writeContinue()
            channel.writeAndFlush(goOn, promise: nil)
        case .refused(let status): refuse(status)
        case .whole(let head, let body): respond(to: head, body)
        }
    }

    private func respond(to head: HTTPRequestHead, _ body: [UInt8]) {
        let request = WireRequest(head, body: body)
        let keepsOpen = head.isKeepAlive
        isWorking = true
        deadline = nil
        isHandingOver = true
        defer { isHandingOver = false }
        // Not a child of anything: it lives as long as this request, and ends with the connection at the latest.
        let knowsChunks = head.version.minor > 0
        work = Task.immediate(executorPreference: executor) { [self] in
            let response = await terms.answer(request)
            if let response, let rest = response.rest {
                guard knowsChunks else { return refuse(.httpVersionNotSupported) }
                await pour(response, rest, keepsOpen: keepsOpen)
            } else {
                finish(with: response, keepsOpen: keepsOpen)
            }
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
        isLast = isLast || !keepsOpen
        isWorking = true
        deadline = terms.time.uptime + terms.limits.idle
        var piece = channel.allocator.buffer(capacity: 512 + response.body.count)
        piece.write(response, keepsOpen: keepsOpen, at: terms.time.now)
        channel.writeAndFlush(piece).whenComplete { [self] written in
            guard case .success = written, keepsOpen else { return release() }
            goOn()
        }
    }

    /// Writes an answer that goes on: its beginning at once, and each piece once the caller has taken the one before.
    ///
    /// So a slow caller costs one piece of memory, and whoever makes the pieces waits for him.
    private func pour(_ beginning: WireResponse, _ rest: WireResponse.Rest, keepsOpen: Bool) async {
        let staysOpen = keepsOpen && !isLast
        do {
            var buffer = channel.allocator.buffer(capacity: 512 + beginning.body.count)
            buffer.write(beginning, keepsOpen: staysOpen, at: terms.time.now)
            try await hand(over: buffer)
            while true {
                let piece = try await rest()
                buffer = channel.allocator.buffer(capacity: 32 + piece.bytes.count)
                buffer.write(piece)
                try await hand(over: buffer)
                if piece.isLast { break }
            }
        } catch {
            return release()  // the end of all chunks never comes, and so the caller knows
        }
        guard staysOpen, !isLast else { return release() }
        deadline = terms.time.uptime + terms.limits.idle
        goOn()
    }

    /// Writes, and waits until the caller has taken it.
    private func hand(over buffer: ByteBuffer) async throws {
        guard channel.isActive else { throw ChannelError.alreadyClosed }
        deadline = terms.time.uptime + terms.limits.idle
        defer { deadline = nil }
        try await channel.writeAndFlush(buffer).get()
    }

    /// Takes in what has been heard meanwhile, and reads on where there was nothing, or not enough.
    private func goOn() {
        isWorking = false
        isBetweenRequests = true
        while !isWorking, let news = heard.popFirst() { hear(news) }
        guard !isWorking, isReadHeld else { return }
        isReadHeld = false
        channel.read()
    }

    /// Lets go of the connection: nothing more is to be said on it.
    private func release() {
        isWorking = false
        heard = []
        guard channel.isActive else { return terms.connections.forget(self) }
        cut()
    }

    /// Answers at once, without reading on.
    private func refuse(_ status: HTTPResponseStatus) {
        gathering.forget()
        write(WireResponse(status: Int(status.code)), keepsOpen: false)
    }

    // MARK: Ending

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { work?.cancel() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        work?.cancel()
        if !isWorking { terms.connections.forget(self) }
        context.fireChannelInactive()
    }

    func cutIfLate(at uptime: Duration) {
        if let deadline, uptime > deadline { cut() }
    }

    // From other threads:

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
