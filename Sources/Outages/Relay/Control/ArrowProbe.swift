import Clockwork
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Speaks through an arrow as any caller does, and notes what it meets and when.
///
/// It asks for `/health/live`, which every listener of ours answers without a signature.
struct ArrowProbe {
    /// What was met. Moments count from the beginning of the attempt.
    struct Sighting: Hashable, Sendable {
        enum End: Hashable, Sendable {
            case closed, reset
        }

        var isRefused = false
        var answeredAt: Duration?
        var status: Int?
        /// The fault that answered in the target's place.
        var fault: String?
        var endedAt: Duration?
        var end: End?
    }

    /// What a probe waits for.
    enum Aim {
        case answer
        /// The end of a connection that is left open.
        case end
        /// The end of a connection that the target is asked to close.
        case farewell
    }

    let address: StreetSettings.Address
    /// The fault that it asks after.
    let fault: String
    let time: any TimeSource

    /// Asks once.
    ///
    /// - Parameter patience: How long to wait.
    func ask(for aim: Aim = .answer, within patience: Duration) async -> Sighting {
        let notes = ProbeNotes(since: time.uptime, time: time, aim: aim)
        let connecting = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(patience))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ProbeEnd(notes: notes, host: address.host, fault: fault))
                }
            }
            .connect(host: address.host, port: address.port)
        guard let channel = try? await connecting.get() else {
            return notes.refused()
        }
        await notes.done.heard(within: patience, by: time)
        let sighting = notes.sighting
        channel.close(promise: nil)
        return sighting
    }
}

/// What a probe has seen so far.
private final class ProbeNotes: Sendable {
    let done = Bell()
    private let beginning: Duration
    private let time: any TimeSource
    let aim: ArrowProbe.Aim
    private let state = Mutex(ArrowProbe.Sighting())

    init(since beginning: Duration, time: any TimeSource, aim: ArrowProbe.Aim) {
        self.beginning = beginning
        self.time = time
        self.aim = aim
    }

    var sighting: ArrowProbe.Sighting { state.withLock(\.self) }

    func refused() -> ArrowProbe.Sighting {
        state.withLock { sighting in
            sighting.isRefused = true
            sighting.endedAt = time.uptime - beginning
            return sighting
        }
    }

    func answered(_ head: MessageHead) {
        state.withLock { sighting in
            guard sighting.answeredAt == nil else { return }
            sighting.answeredAt = time.uptime - beginning
            sighting.status = head.status
            sighting.fault = head.fault
        }
        if aim == .answer { done.ring() }
    }

    func ended(_ end: ArrowProbe.Sighting.End) {
        state.withLock { sighting in
            guard sighting.endedAt == nil else { return }
            sighting.endedAt = time.uptime - beginning
            sighting.end = end
        }
        done.ring()
    }
}

private final class ProbeEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let notes: ProbeNotes
    private let host: String
    private let fault: String
    private var framing = MessageFraming(.answers)
    private var unread = ByteBuffer()

    init(notes: ProbeNotes, host: String, fault: String) {
        self.notes = notes
        self.host = host
        self.fault = fault
    }

    func channelActive(context: ChannelHandlerContext) {
        let request =
            "GET /health/live HTTP/1.1\r\nhost: \(host)\r\n\(MessageHead.probeField): \(fault)\r\n"
            + (notes.aim == .farewell ? "connection: close\r\n" : "") + "\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unread.writeImmutableBuffer(unwrapInboundIn(data))
        while let part = framing.next(from: &unread) {
            if let head = part.head, !head.isInterim { notes.answered(head) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        notes.ended(.closed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if (error as? IOError)?.errnoCode == ECONNRESET { notes.ended(.reset) }
        context.close(promise: nil)
    }
}
