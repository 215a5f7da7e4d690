import Clockwork
import NIOCore
import NIOHTTP1
import NIOHTTP2

/// One caller's connection on which many requests are under way at a time, each on an ``HTTP2Stream`` of its own.
///
/// Frames, flow control and the farewell are SwiftNIO's; ours are the listener's limits and its time. All state belongs
/// to the connection's event loop.
final class HTTP2Connection: ListenerConnection, @unchecked Sendable {  // touched on its event loop only
    let terms: ConnectionTerms
    let executor: LoopExecutor
    private let channel: any Channel

    private var streams: [ObjectIdentifier: HTTP2Stream] = [:]
    /// The uptime by which the caller has to have asked for something; nil while something is under way.
    private var deadline: Duration?
    private var isLeaving = false

    init(on channel: any Channel, under terms: ConnectionTerms) {
        self.channel = channel
        self.terms = terms
        executor = LoopExecutor(channel.eventLoop)
        deadline = terms.time.uptime + terms.limits.idle
    }

    var eventLoop: any EventLoop { channel.eventLoop }

    /// Adds the handlers that speak HTTP/2.
    func begin() throws {
        var settings = NIOHTTP2Handler.ConnectionConfiguration()
        settings.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: terms.limits.streamsOfOneConnection),
            HTTP2Setting(parameter: .maxHeaderListSize, value: terms.limits.headerBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: Self.window),
        ]
        settings.targetWindowSize = Self.window
        var streamSettings = NIOHTTP2Handler.StreamConfiguration()
        streamSettings.targetWindowSize = Self.window
        let farewell = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let pipeline = channel.pipeline.syncOperations
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: settings, streamConfiguration: streamSettings,
            streamDelegate: farewell.http2StreamDelegate
        ) { [self] channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
                try pipeline.addHandler(HTTP2Stream(of: self, on: channel))
            }
        }
        try pipeline.addHandler(farewell)
        channel.closeFuture.whenComplete { [self] _ in forgetIfOver() }
    }

    /// Bytes that a caller may send ahead on one request, and on all together.
    private static let window = 1 << 20

    // MARK: Streams

    func joined(_ stream: HTTP2Stream) {
        streams[ObjectIdentifier(stream)] = stream
        deadline = nil
    }

    func left(_ stream: HTTP2Stream) {
        streams[ObjectIdentifier(stream)] = nil
        if streams.isEmpty { deadline = terms.time.uptime + terms.limits.idle }
        forgetIfOver()
    }

    private func forgetIfOver() {
        if streams.isEmpty, !channel.isActive { terms.connections.forget(self) }
    }

    // MARK: Ending

    /// Tells the caller that nothing more is taken in; when what is under way has ended, the connection closes.
    private func leave() {
        isLeaving = true
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    func cutIfLate(at uptime: Duration) {
        for stream in streams.values { stream.cutIfLate(at: uptime) }
        guard let deadline, uptime > deadline else { return }
        if isLeaving { return cut() }
        leave()
        self.deadline = uptime + terms.limits.headArrival
    }

    // From other threads:

    func closeOnceIdle() {
        channel.eventLoop.execute { [self] in leave() }
    }

    func cut() { channel.close(promise: nil) }
}
