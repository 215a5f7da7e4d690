import NIOCore

/// One of the two ends of a relayed connection: tells it what the channel hears.
final class ChannelEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Side { case caller, target }

    private let side: Side
    private let connection: RelayedConnection

    init(_ side: Side, of connection: RelayedConnection) {
        self.side = side
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        connection.isConnected(to: context.channel, side)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.heard(unwrapInboundIn(data), from: side)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        connection.listen(to: side)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        connection.mayWrite(to: side)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { connection.heardAll(from: side) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
