import Clockwork
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A caller who writes bytes as they come, and notes whatever comes back and how it ends.
final class RawCaller: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    enum End: Hashable { case closed, reset }

    private let state = Mutex<(channel: (any Channel)?, text: String, end: End?)>((nil, "", nil))
    private let heard = Bell()

    static func connect(to port: Int) async throws -> RawCaller {
        let caller = RawCaller()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(caller)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        caller.state.withLock { $0.channel = channel }
        return caller
    }

    /// How a connection ends on which nothing is said: a reset may come so soon that it is never seen to be open.
    static func end(ofConnectionTo port: Int) async throws -> End {
        do {
            return try await connect(to: port).untilEnd()
        } catch let error as NIOConnectionError
            where error.connectionErrors.allSatisfy({ ($0.error as? IOError)?.errnoCode == ECONNRESET })
        {
            return .reset
        }
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Says that nothing more will come, and goes on listening.
    func finish() async throws { try await channel.close(mode: .output).get() }

    func hangUp() async throws { try await channel.close().get() }

    /// Sends, and waits until what came back ends so. - Returns: All that has come since the last time.
    func ask(_ text: String, until ending: String = "ok") async throws -> String {
        try await send(text)
        return await hear(until: ending)
    }

    /// Waits until what has come ends so, or the connection has.
    func hear(until ending: String) async -> String {
        while !state.withLock({ $0.text.hasSuffix(ending) || $0.end != nil }) { await heard.heard() }
        return state.withLock { state in
            defer { state.text = "" }
            return state.text
        }
    }

    /// Waits for the end.
    func untilEnd() async -> End {
        while true {
            if let end = state.withLock(\.end) { return end }
            await heard.heard()
        }
    }

    var end: End? { state.withLock(\.end) }
    var text: String { state.withLock(\.text) }

    private var channel: any Channel {
        get throws {
            guard let channel = state.withLock(\.channel) else { throw ChannelError.ioOnClosedChannel }
            return channel
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        state.withLock { $0.text += text }
        heard.ring()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { note(.closed) }
    }

    func channelInactive(context: ChannelHandlerContext) { note(.closed) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        note((error as? IOError)?.errnoCode == ECONNRESET ? .reset : .closed)
        context.close(promise: nil)
    }

    private func note(_ end: End) {
        state.withLock { $0.end = $0.end ?? end }
        heard.ring()
    }
}
