import Clockwork
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// One caller's connection and the one to the target that belongs to it.
final class RelayedConnection: @unchecked Sendable {  // touched on its event loop only
    private let arrow: Arrow
    private let caller: any Channel
    private var target: (any Channel)?
    private lazy var up = Flow(.up, of: self, on: arrow)
    private lazy var down = Flow(.down, of: self, on: arrow)
    private lazy var dialogue = Dialogue(of: self, up: up, down: down, on: arrow)

    private(set) var isClosed = false
    /// The caller's channel, and the target's or the attempt to get one.
    private var openEnds = 2
    /// Ends of which no more is read until there is room.
    private var areDeaf: (caller: Bool, target: Bool) = (false, false)
    /// What a fault has in store for this connection, by the fault's name.
    private var appointments: [String: Scheduled<Void>] = [:]

    init(from caller: any Channel, on arrow: Arrow) {
        self.caller = caller
        self.arrow = arrow
    }

    /// Begins to stand between the caller and the target.
    func begin() {
        caller.closeFuture.whenComplete { [self] _ in lost(.caller) }
        arrow.connectToTarget(for: self).whenComplete { [self] result in
            switch result {
            case .success(let channel):
                channel.closeFuture.whenComplete { [self] _ in lost(.target) }
                if isClosed { channel.close(promise: nil) }
            case .failure:
                arrow.counters.unreached += 1
                lost(.target)
            }
        }
        keepAppointments()
    }

    func isConnected(to channel: any Channel, _ side: ChannelEnd.Side) {
        switch side {
        case .caller: down.lead(to: channel)
        case .target:
            target = channel
            up.lead(to: channel)
        }
        listen(to: side)
    }

    // MARK: Hearing

    /// Goes on reading, if there is room for more.
    func listen(to side: ChannelEnd.Side) {
        switch side {
        case .caller:
            areDeaf.caller = !hasRoom(from: .caller)
            if !areDeaf.caller { caller.read() }
        case .target:
            areDeaf.target = !hasRoom(from: .target)
            if !areDeaf.target { target?.read() }
        }
    }

    func heard(_ bytes: ByteBuffer, from side: ChannelEnd.Side) {
        guard !isClosed else { return }
        switch side {
        case .caller: if !up.loseIfCut() { dialogue.callerSaid(bytes) }
        case .target: if !down.loseIfCut() { dialogue.targetSaid(bytes) }
        }
    }

    func heardAll(from side: ChannelEnd.Side) {
        guard !isClosed else { return }
        switch side {
        case .caller: if !up.loseIfCut() { dialogue.callerSaidAll() }
        case .target: if !down.loseIfCut() { dialogue.targetSaidAll() }
        }
    }

    /// A channel is gone, in both directions.
    func lost(_ side: ChannelEnd.Side) {
        openEnds -= 1
        switch side {
        case .caller: down.abandon()
        case .target: up.abandon()
        }
        heardAll(from: side)
        hasFinished()
        if openEnds == 0 {
            forgetAppointments()
            arrow.forget(self)
        }
    }

    // MARK: Flowing

    func mayWrite(to side: ChannelEnd.Side) {
        switch side {
        case .caller: down.pump()
        case .target: up.pump()
        }
    }

    /// Bytes have gone on, or a request may begin: goes on reading where there was no room.
    func listenAgain() {
        if areDeaf.caller { listen(to: .caller) }
        if areDeaf.target { listen(to: .target) }
    }

    private func hasRoom(from side: ChannelEnd.Side) -> Bool {
        switch side {
        case .caller: up.hasRoom && dialogue.hasRoom
        case .target: down.hasRoom && target != nil
        }
    }

    // MARK: Faults

    /// The arrow's faults are others than before.
    func reconsider() {
        guard !isClosed else { return }
        let faults = arrow.faults
        // What went on after a hole would pass for the whole.
        let isMended =
            (up.hasHole && !faults.swallow(.up)) || (down.hasHole && !faults.swallow(.down))
        guard !faults.isDown, !isMended else { return close() }
        keepAppointments()
        up.reconsider()
        down.reconsider()
        dialogue.proceed()
        listenAgain()
    }

    /// Notes when a `timeout` closes this connection, or a `reset_peer` resets it.
    private func keepAppointments() {
        for (name, appointment) in appointments where !arrow.faults.has(name) {
            appointment.cancel()
            appointments[name] = nil
        }
        for active in arrow.faults.active where appointments[active.name] == nil {
            switch active.fault {
            case .timeout(let wait?):
                appoint(active.name, in: wait) { $0.close() }
            case .resetPeer(let wait):
                appoint(active.name, in: wait) { $0.reset() }
            default: break
            }
        }
    }

    private func appoint(
        _ fault: String, in wait: Duration, _ deed: @escaping @Sendable (RelayedConnection) -> Void
    ) {
        appointments[fault] = arrow.loop.scheduleTask(in: TimeAmount(wait)) { [self] in
            arrow.faults.noteTouch(of: fault)
            deed(self)
        }
    }

    private func forgetAppointments() {
        for appointment in appointments.values { appointment.cancel() }
        appointments = [:]
    }

    // MARK: Ending

    /// A flow has come to its end, or a channel has.
    func hasFinished() {
        if up.isFinished, down.isFinished { close() }
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        forgetAppointments()
        up.abandon()
        down.abandon()
        caller.close(promise: nil)
        target?.close(promise: nil)
    }

    /// Closes both channels by RST instead of FIN.
    private func reset() {
        for channel in [caller, target].compactMap(\.self) {
            // Done at once, as we are on its loop; where it fails, the channel is closed already.
            _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        close()
    }
}
