import NIOCore
import NIOPosix

/// Brings a request to the target once more, on a connection of its own, and hears the answer out.
///
/// The caller's own connection stays as it is, whatever the target makes of the copy.
final class Repetition: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: ByteBuffer
    private var framing = MessageFraming(.answers)
    private var unread = ByteBuffer()

    private init(_ request: ByteBuffer) {
        self.request = request
    }

    /// - Returns: Done when the answer has come, or the connection has ended without one.
    static func send(
        _ request: ByteBuffer, to target: StreetSettings.Address, on loop: any EventLoop
    ) -> EventLoopFuture<Void> {
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(2))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Repetition(request))
                }
            }
            .connect(host: target.host, port: target.port)
            .flatMap { channel in
                // An answer that never comes must not keep the connection for ever.
                let patience = loop.scheduleTask(in: .seconds(30)) { channel.close(promise: nil) }
                return channel.closeFuture.always { _ in patience.cancel() }
            }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unread.writeImmutableBuffer(unwrapInboundIn(data))
        while let part = framing.next(from: &unread) {
            if part.isLast { context.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
