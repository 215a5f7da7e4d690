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
    private let terms: ConnectionTerms
    /// What has come, as long as it may still be the preface.
    private var held = ByteBuffer()
    private var deadline: Duration
    /// Who speaks on the connection, once that is known.
    private var speaker: (any ListenerConnection)?

    init(on channel: any Channel, under terms: ConnectionTerms) {
        self.channel = channel
        self.terms = terms
        deadline = terms.time.uptime + terms.limits.idle
    }

    var eventLoop: any EventLoop { channel.eventLoop }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if held.readableBytes == 0 { deadline = terms.time.uptime + terms.limits.headArrival }
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
            terms.connections.replace(self, with: speaker)
        } catch {
            terms.connections.forget(self)
            return context.close(promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(held))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func speakHTTP1() throws -> any ListenerConnection {
        let connection = HTTPConnection(on: channel, under: terms)
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = terms.limits.fieldBytes
        decoderLimits.maxHeaderListSize = terms.limits.headerBytes
        decoderLimits.maxHeaderFieldCount = terms.limits.headerCount
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ArrivalWatch(for: connection))
        try pipeline.addHandler(
            ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: decoderLimits)))
        try pipeline.addHandler(connection)
        return connection
    }

    private func speakHTTP2() throws -> any ListenerConnection {
        let connection = HTTP2Connection(on: channel, under: terms)
        try connection.begin()
        return connection
    }

    func channelInactive(context: ChannelHandlerContext) {
        terms.connections.forget(self)
        context.fireChannelInactive()
    }

    /// A connection that was reset before it became active is torn down without ever becoming inactive.
    func handlerRemoved(context: ChannelHandlerContext) {
        if speaker == nil { terms.connections.forget(self) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    // MARK: Perhaps a moment after another one has taken over

    func cutIfLate(at uptime: Duration) {
        if speaker == nil, uptime > deadline { cut() }
    }

    func closeOnceIdle() {
        channel.eventLoop.execute { [self] in
            if let speaker { speaker.closeOnceIdle() } else { cut() }
        }
    }

    func cut() { channel.close(promise: nil) }
}
