import Clockwork
import NIOCore
import NIOPosix
import Synchronization

/// A caller who writes bytes as they come, and reads whatever comes back.
final class RawCaller: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    /// One answer, taken apart as far as a test wants to know.
    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    private let state = Mutex(State())
    private let heard = Bell()

    fileprivate struct State {
        var channel: (any Channel)?
        var bytes: ArraySlice<UInt8> = []
        var isClosed = false
    }

    private init() {}

    /// - Parameter reads: False to take nothing from the socket until ``read()``.
    static func connect(to port: Int, reads: Bool = true) async throws -> RawCaller {
        let caller = RawCaller()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256 << 10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(caller)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        caller.state.withLock { $0.channel = channel }
        return caller
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Sends, and waits for the answer.
    func ask(_ text: String) async throws -> Answer {
        try await send(text)
        return try await answer()
    }

    /// Starts to take from the socket.
    func read() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// The next answer.
    ///
    /// - Throws: ``HungUp`` when the server closes before there is one.
    func answer() async throws -> Answer {
        while true {
            let (answer, isClosed) = state.withLock { ($0.takeAnswer(), $0.isClosed) }
            if let answer { return answer }
            if isClosed { throw HungUp() }
            await heard.heard()
        }
    }

    /// Waits until the server has said a text, or closes.
    func hasHeard(_ text: String) async {
        while !isClosed, state.withLock({ !$0.bytes.contains(Array(text.utf8)) }) { await heard.heard() }
    }

    /// Waits until the server closes; the bytes that it still sent.
    func untilClosed() async -> String {
        while !isClosed { await heard.heard() }
        return state.withLock { String(decoding: $0.bytes, as: UTF8.self) }
    }

    var isClosed: Bool { state.withLock(\.isClosed) }

    func hangUp() async throws { try await channel.close().get() }

    struct HungUp: Error {}

    private var channel: any Channel {
        get throws {
            guard let channel = state.withLock(\.channel) else { throw HungUp() }
            return channel
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data).readableBytesView
        state.withLock { $0.bytes.append(contentsOf: bytes) }
        heard.ring()
    }

    func channelInactive(context: ChannelHandlerContext) {
        state.withLock { $0.isClosed = true }
        heard.ring()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension RawCaller.State {
    fileprivate mutating func takeAnswer() -> RawCaller.Answer? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[bytes.startIndex..<end.lowerBound], as: UTF8.self).split(
            separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let halves = line.split(separator: ":", maxSplits: 1)
            headers[halves[0].lowercased()] = halves[1].drop { $0 == " " }.description
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard bytes.endIndex >= end.upperBound + length else { return nil }
        let body = String(decoding: bytes[end.upperBound..<(end.upperBound + length)], as: UTF8.self)
        bytes = bytes[(end.upperBound + length)...]
        let status = lines[0].split(separator: " ")[1]
        return RawCaller.Answer(status: Int(status) ?? 0, headers: headers, body: body)
    }
}
