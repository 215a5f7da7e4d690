import NIOCore
import NIOPosix

/// A server that says what it was told to say, byte by byte, whatever it hears.
enum RawPartner {
    /// What it does once a request has begun to arrive.
    enum Deed: Sendable {
        case say(String)
        /// Says the same again and again until the caller hangs up.
        case sayForEver(String)
        case hangUp
    }

    /// Runs one for as long as `act` lasts.
    ///
    /// - Parameter act: Told where it listens, such as `127.0.0.1:9001`.
    static func with<Result: Sendable>(
        _ deeds: [Deed], _ act: (String) async throws -> Result
    ) async throws -> Result {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Actor(deeds: deeds))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await act("127.0.0.1:\(server.localAddress?.port ?? 0)")
            try await server.close()
            return result
        } catch {
            try await server.close()
            throw error
        }
    }

    private final class Actor: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let deeds: [Deed]
        private var hasBegun = false

        init(deeds: [Deed]) {
            self.deeds = deeds
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !hasBegun else { return }
            hasBegun = true
            for deed in deeds {
                switch deed {
                case .say(let text):
                    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                case .sayForEver(let text): sayForEver(ByteBuffer(string: text), context)
                case .hangUp: context.close(promise: nil)
                }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        private func sayForEver(_ text: ByteBuffer, _ context: ChannelHandlerContext) {
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(text)).whenSuccess {
                let (actor, context) = loopBound.value
                actor.sayForEver(text, context)
            }
        }
    }
}
