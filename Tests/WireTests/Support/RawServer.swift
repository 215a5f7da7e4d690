import NIOCore
import NIOPosix
import Synchronization

/// A server that says the same to everyone who speaks to it, whatever that is, and then hangs up or falls silent.
final class RawServer: Sendable {
    let port: Int
    private let channel: any Channel

    /// - Parameter hangsUp: False to keep the connection, and say nothing more.
    static func saying(_ text: String, hangsUp: Bool = true) async throws -> RawServer {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Parrot(text: text, hangsUp: hangsUp))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RawServer(channel)
    }

    private init(_ channel: any Channel) {
        self.channel = channel
        port = channel.localAddress?.port ?? 0
    }

    func close() async throws { try await channel.close().get() }

    private final class Parrot: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let text: String
        private let hangsUp: Bool

        init(text: String, hangsUp: Bool) {
            self.text = text
            self.hangsUp = hangsUp
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            if hangsUp { context.close(promise: nil) }
        }
    }
}
