import Clockwork
import Logging
import NIOCore
import NIOPosix

/// A way from callers to one target: a listener, the connections through it, and the faults on it.
///
/// Belongs to one event loop, on which all of its connections live; so nothing needs a lock.
final class Arrow: @unchecked Sendable {  // touched on its event loop only
    let name: ArrowName
    let loop: any EventLoop
    let logger: Logger
    private let plan: ArrowPlan
    private let time: any TimeSource
    private(set) var port = 0
    private var listener: (any Channel)?
    private var hold: PortHold?
    private var isClosed = false
    /// Done when the listener is as the faults want it.
    private var settling: EventLoopFuture<Void>

    var faults = ArrowFaults()
    /// When each fault ends by itself.
    private var ends: [String: Scheduled<Void>] = [:]
    var counters = ArrowStatus.Counters()
    private var connections: [ObjectIdentifier: RelayedConnection] = [:]

    init(_ plan: ArrowPlan, on loop: any EventLoop, time: any TimeSource, logger: Logger) {
        self.plan = plan
        self.loop = loop
        self.time = time
        self.logger = logger
        name = plan.name
        settling = loop.makeSucceededVoidFuture()
    }

    // MARK: Listening

    /// Listens. - Returns: The port; fails with ``ArrowUnavailable`` when it cannot be had.
    func open() -> EventLoopFuture<Int> {
        let address = plan.listener
        return bind(to: address.port).map { [self] _ in port }.flatMapErrorThrowing { [name] error in
            throw ArrowUnavailable(arrow: name, address: address, reason: "\(error)")
        }
    }

    private func bind(to port: Int) -> EventLoopFuture<Void> {
        ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.recvAllocator, value: Self.readingRoom)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel) }
            }
            .bind(host: plan.listener.host, port: port)
            .map { [self] channel in
                listener = channel
                self.port = channel.localAddress?.port ?? port
                if isClosed { channel.close(promise: nil) }
            }
    }

    private func accept(_ caller: any Channel) throws {
        guard !faults.isDown, !isClosed else { throw ChannelError.alreadyClosed }
        let connection = RelayedConnection(from: caller, on: self)
        try caller.pipeline.syncOperations.addHandler(ChannelEnd(.caller, of: connection))
        connections[ObjectIdentifier(connection)] = connection
        counters.connections += 1
        connection.begin()
    }

    func connectToTarget(for connection: RelayedConnection) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
            .channelOption(.recvAllocator, value: Self.readingRoom)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ChannelEnd(.target, of: connection))
                }
            }
            .connect(host: plan.target.host, port: plan.target.port)
    }

    private static let readingRoom = FixedSizeRecvByteBufferAllocator(capacity: 32 << 10)

    func forget(_ connection: RelayedConnection) {
        connections[ObjectIdentifier(connection)] = nil
    }

    // MARK: Faults

    /// Puts a fault on the arrow until its end.
    ///
    /// - Returns: Done when it is in effect.
    func add(_ fault: ActiveFault) -> EventLoopFuture<Void> {
        faults.add(fault)
        let span = fault.endsAt - time.uptime
        ends[fault.name] = loop.scheduleTask(in: TimeAmount(span)) { [self] in _ = remove(fault.name) }
        logger.info(
            "Fault began",
            metadata: ["arrow": "\(name)", "fault": "\(fault.name)", "kind": "\(fault.fault.kind)"])
        return reconsider()
    }

    /// - Returns: Done when it has no effect any more; nil when there is none of this name.
    func remove(_ fault: String) -> EventLoopFuture<Void>? {
        guard faults.remove(fault) else { return nil }
        ends.removeValue(forKey: fault)?.cancel()
        logger.info("Fault ended", metadata: ["arrow": "\(name)", "fault": "\(fault)"])
        return reconsider()
    }

    private func reconsider() -> EventLoopFuture<Void> {
        let wasListening = listener != nil
        for connection in connections.values { connection.reconsider() }
        if faults.isDown, wasListening { faults.noteTouches { $0 == .down } }
        return settle()
    }

    /// Sends copies of a request to the target, one after the other.
    func repeatRequest(_ request: ByteBuffer, times: Int) {
        guard times > 0, request.readableBytes > 0 else { return }
        faults.noteTouches { if case .repeats = $0 { true } else { false } }
        Repetition.send(request, to: plan.target, on: loop).whenComplete { [self] result in
            switch result {
            case .success: counters.repeats += 1
            case .failure: counters.unreached += 1
            }
            repeatRequest(request, times: times - 1)
        }
    }

    /// Brings the listener in line with the faults, one change after the other.
    private func settle() -> EventLoopFuture<Void> {
        settling = settling.flatMap { [self] in closeOrListenAgain() }
        return settling
    }

    private func closeOrListenAgain() -> EventLoopFuture<Void> {
        guard !isClosed, port != 0 else { return loop.makeSucceededVoidFuture() }
        if let listener, faults.isDown {
            self.listener = nil
            return listener.close().flatMapError { [loop] _ in loop.makeSucceededVoidFuture() }
                .map { [self] in hold = PortHold(host: plan.listener.host, port: port) }
        }
        guard listener == nil, !faults.isDown else { return loop.makeSucceededVoidFuture() }
        hold = nil
        return bind(to: port).flatMapError { [self] error in
            logger.error(
                "The arrow cannot listen again; trying in a tenth of a second",
                metadata: ["arrow": "\(name)", "port": "\(port)", "error": "\(error)"])
            return loop.scheduleTask(in: .milliseconds(100)) {}.futureResult
                .flatMap { [self] in closeOrListenAgain() }
        }
    }

    // MARK: Looking and ending

    var status: ArrowStatus {
        ArrowStatus(
            name: name, listener: .init(host: plan.listener.host, port: port), target: plan.target,
            openConnections: connections.count, counters: counters,
            faults: faults.active.map { active in
                ArrowStatus.Fault(
                    name: active.name, arrow: name, fault: active.fault, beganAt: active.beganAt,
                    left: max(.zero, active.endsAt - time.uptime), touches: active.touches)
            })
    }

    func close() {
        isClosed = true
        for end in ends.values { end.cancel() }
        ends = [:]
        listener?.close(promise: nil)
        hold = nil
        for connection in connections.values { connection.close() }
    }
}

extension TimeAmount {
    init(_ span: Duration) {
        self = .microseconds(span.microseconds)
    }
}
