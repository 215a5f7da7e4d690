import Clockwork
import NIOCore
import NIOHTTP1

/// Tells by a connection's first bytes which HTTP is spoken on it, makes the one who speaks it, and steps aside.
///
/// Source: RFC 9113, sections 3.3 and 3.4: HTTP/2 in the clear begins with a preface that no HTTP/1 server takes for a
/// request.
final class ProtocolChoice: ChannelInboundHandler, RemovableChannelHandler, ListenerConnection,
    @unchecked Sendable  // touched on its event loop only
{
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let channel: any Channel
    private let limits: HTTPListener.Limits
    private let time: any TimeSource
    private let connections: OpenConnections
    private let answer: HTTPListener.Answer
    /// What has come, as long as it may still be the preface.
    private var held = ByteBuffer()
    private var deadline: Duration
    /// Who speaks on the connection, once that is known.
    private var speaker: (any ListenerConnection)?

    init(
        channel: any Channel, limits: HTTPListener.Limits, time: any TimeSource, connections: OpenConnections,
        answer: @escaping HTTPListener.Answer
    ) {
        self.channel = channel
        self.limits = limits
        self.time = time
        self.connections = connections
        self.answer = answer
        deadline = time.uptime + limits.idle
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if held.readableBytes == 0 { deadline = time.uptime + limits.headArrival }
        var bytes = unwrapInboundIn(data)
        held.writeBuffer(&bytes)
        let come = held.readableBytesView
        guard come.elementsEqual(Self.preface.prefix(come.count)) || come.starts(with: Self.preface) else {
            return goOn(context) { try speakHTTP1() }
        }
        if come.count >= Self.preface.count { goOn(context) { try speakHTTP2() } }
    }

    private func goOn(
        _ context: ChannelHandlerContext, _ speak: () throws -> any ListenerConnection
    ) {
        do {
            let speaker = try speak()
            self.speaker = speaker
            connections.replace(self, with: speaker)
        } catch {
            connections.forget(self)
            return context.close(promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(held))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func speakHTTP1() throws -> any ListenerConnection {
        let connection = HTTPConnection(
            channel: channel, limits: limits, time: time, connections: connections, answer: answer)
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = limits.fieldBytes
        decoderLimits.maxHeaderListSize = limits.headerBytes
        decoderLimits.maxHeaderFieldCount = limits.headerCount
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ArrivalWatch(for: connection))
        try pipeline.addHandler(
            ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: decoderLimits)))
        try pipeline.addHandler(connection)
        return connection
    }

    private func speakHTTP2() throws -> any ListenerConnection {
        let connection = HTTP2Connection(
            channel: channel, limits: limits, time: time, connections: connections, answer: answer)
        try connection.begin()
        return connection
    }

    func channelInactive(context: ChannelHandlerContext) {
        connections.forget(self)
        context.fireChannelInactive()
    }

    /// A connection that was reset before it became active is torn down without ever becoming inactive.
    func handlerRemoved(context: ChannelHandlerContext) {
        if speaker == nil { connections.forget(self) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    // MARK: From other threads, perhaps a moment after another one has taken over

    func cutIfLate(at uptime: Duration) {
        channel.eventLoop.execute { [self] in
            if speaker == nil, uptime > deadline { cut() }
        }
    }

    func closeOnceIdle() {
        channel.eventLoop.execute { [self] in
            if let speaker { speaker.closeOnceIdle() } else { cut() }
        }
    }

    func cut() { channel.close(promise: nil) }
}
