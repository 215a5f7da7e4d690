import Clockwork
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Listens for HTTP/1.1, and HTTP/2 in the clear, and lets a closure answer each request.
///
/// All of it, and all that the closure does without blocking, runs on the listener's own event loops: a request that
/// needs no disk is answered without a change of thread. A caller who hangs up cancels the task that works for him.
public struct HTTPListener: Service {
    /// Bounds that keep one rude client from being felt by the others.
    public struct Limits: Sendable {
        public var connections = 16_384
        /// Of one address; this machine's own counts for none.
        public var connectionsOfOneAddress = 256
        /// Requests under way at a time on one connection of HTTP/2; more wait with the caller.
        public var streamsOfOneConnection = 100
        /// Bytes of one request's body; more is answered with 413.
        public var bodyBytes = 14 << 20
        /// How many header fields a request may have; more, or more bytes, is answered with 431.
        public var headerCount = 100
        /// Bytes of all header fields together.
        public var headerBytes = 64 << 10
        /// Bytes of the request line, or of one header field.
        public var fieldBytes = 8 << 10
        /// How long a request's header fields may take to arrive, from its first byte.
        public var headArrival = Duration.seconds(10)
        /// How long its body may take after that.
        public var arrival = Duration.seconds(30)
        /// How long a connection may say nothing between requests.
        public var idle = Duration.seconds(60)
        /// How long requests under way may go on once the listener stops.
        public var farewell = Duration.seconds(10)

        public init() {}
    }

    /// Answers a request; nil cuts the connection without a word. Does not block, for all callers share its thread.
    public typealias Answer = @Sendable (WireRequest) async -> WireResponse?

    private let host: String
    private let port: Int
    private let limits: Limits
    private let threads: Int
    private let surroundings: Surroundings
    private let logger: Logger
    private let listening: @Sendable (Int) async throws -> Void
    private let stopping: @Sendable () async -> Void
    private let answer: Answer

    /// - Parameters:
    ///   - port: 0 picks a free one.
    ///   - listening: Told the port once connections are accepted.
    ///   - stopping: Called when the listener stops: whoever keeps callers waiting on purpose answers them now.
    public init(
        host: String, port: Int, limits: Limits = Limits(), threads: Int = 1, surroundings: Surroundings,
        logger: Logger,
        listening: @escaping @Sendable (Int) async throws -> Void = { _ in },
        stopping: @escaping @Sendable () async -> Void = {}, answer: @escaping Answer
    ) {
        self.host = host
        self.port = port
        self.limits = limits
        self.threads = threads
        self.surroundings = surroundings
        self.logger = logger
        self.listening = listening
        self.stopping = stopping
        self.answer = answer
    }

    /// Listens until graceful shutdown.
    ///
    /// - Throws: ``ListenerError`` when the address cannot be had.
    public func run() async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        do {
            try await serve(on: loops)
        } catch {
            try await loops.shutdownGracefully()
            throw error
        }
        try await loops.shutdownGracefully()
    }

    private func serve(on loops: MultiThreadedEventLoopGroup) async throws {
        let connections = OpenConnections(
            limit: limits.connections, limitOfOneAddress: limits.connectionsOfOneAddress)
        let server: any Channel
        do {
            server = try await bootstrap(on: loops, connections).bind(host: host, port: port).get()
        } catch {
            throw ListenerError(host: host, port: port, reason: "\(error)")
        }
        try await listening(server.localAddress?.port ?? port)
        await keepOrder(among: connections)
        try await server.close().get()
        await stopping()
        await connections.farewell(atMost: limits.farewell, time: surroundings.time)
    }

    private func bootstrap(
        on loops: MultiThreadedEventLoopGroup, _ connections: OpenConnections
    ) -> ServerBootstrap {
        let terms = ConnectionTerms(
            limits: limits, time: surroundings.time, connections: connections, answer: answer)
        return ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 8)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 << 10))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let choice = ProtocolChoice(on: channel, under: terms)
                    let address = channel.remoteAddress?.strangersAddress
                    guard connections.admit(choice, from: address) else { throw ChannelError.alreadyClosed }
                    try channel.pipeline.syncOperations.addHandler(choice)
                }
            }
    }

    /// Cuts connections whose caller takes too long, until graceful shutdown.
    private func keepOrder(among connections: OpenConnections) async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                try await cancelWhenGracefulShutdown { try await surroundings.time.sleep(for: .seconds(1)) }
            } catch {
                return  // told to stop
            }
            connections.cutLateOnes(at: surroundings.time.uptime)
        }
    }
}

/// An address that cannot be listened on.
public struct ListenerError: Error, CustomStringConvertible {
    public let host: String
    public let port: Int
    public let reason: String

    public var description: String {
        "Cannot listen on \(host):\(port) (\(reason)). Stop what uses that port, or choose another one, or 0 for any free one."
    }
}
