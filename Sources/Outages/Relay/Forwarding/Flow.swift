import Clockwork
import NIOCore

/// One direction of a connection: bytes wait here for their time, and go on no faster than the arrow lets them.
///
/// Belongs to the arrow's event loop.
final class Flow: @unchecked Sendable {  // touched on its event loop only
    let direction: Direction
    private let arrow: Arrow
    private unowned let connection: RelayedConnection
    /// Where the bytes go; nil while there is no connection to there yet.
    private var sink: (any Channel)?

    private var waiting = CircularBuffer<Piece>()
    private(set) var waitingBytes = 0
    /// How long the pieces of the present request or answer are held back.
    private var delay = Duration.zero
    /// True when a message under way may meet other faults than at its beginning.
    private var isDelayOutdated = false
    private var restUntil = NIODeadline.uptimeNanoseconds(0)
    private var wakeUp: Scheduled<Void>?
    /// By the name of the fault that limits them.
    private var carriedBytes: [String: Int] = [:]

    /// True once bytes, or the end, were swallowed: what comes later must not pass for the whole.
    private(set) var hasHole = false
    private var ending = Ending.open
    /// Since when nothing is under way any more in a flow that has ended.
    private var drainedAt: NIODeadline?
    private var isDraining = false

    private struct Piece {
        var bytes: ByteBuffer
        var due: NIODeadline
    }

    private enum Ending {
        case open
        /// Its source has said all; the sink is to hear of the end after the last byte.
        case ended
        /// The connection is to break off after the last byte.
        case breaksOff
        case finished
    }

    /// What bytes are to the message that they belong to.
    enum Belonging {
        case begins(probed: String?)
        case goesOn
    }

    init(_ direction: Direction, of connection: RelayedConnection, on arrow: Arrow) {
        self.direction = direction
        self.connection = connection
        self.arrow = arrow
    }

    /// True once there is nothing more to do.
    var isFinished: Bool { ending == .finished }
    /// Whether there is room for more.
    var hasRoom: Bool { waitingBytes < Self.mostWaitingBytes }

    private static let mostWaitingBytes = 1 << 20

    // MARK: Filling

    func lead(to sink: any Channel) {
        self.sink = sink
        pump()
    }

    func carry(_ bytes: ByteBuffer, _ belonging: Belonging) {
        guard ending == .open, bytes.readableBytes > 0, !loseIfCut() else { return }
        switch belonging {
        case .begins(let probed): decideDelay(probed: probed)
        case .goesOn: if isDelayOutdated { decideDelay(probed: nil) }
        }
        var bytes = bytes
        let count = countAgainstLimits(bytes.readableBytes)
        let isCutShort = count < bytes.readableBytes
        if let allowed = bytes.readSlice(length: count), count > 0 {
            waiting.append(Piece(bytes: allowed, due: .now() + TimeAmount(delay)))
            waitingBytes += count
        }
        if isCutShort { ending = .breaksOff }
        pump()
    }

    private func decideDelay(probed: String?) {
        delay = arrow.faults.delay(direction, probed: probed)
        isDelayOutdated = false
    }

    /// - Returns: How many of these bytes may still go.
    private func countAgainstLimits(_ count: Int) -> Int {
        var allowed = count
        for limit in arrow.faults.limits(direction) {
            let before = carriedBytes[limit.fault, default: 0]
            carriedBytes[limit.fault] = before + count
            allowed = min(allowed, max(0, limit.bytes - before))
            arrow.faults.noteTouch(of: limit.fault)
        }
        return allowed
    }

    /// The source has said all that it will say.
    func end() {
        guard ending == .open else { return }
        ending = .ended
        pump()
    }

    /// Loses what comes now, and what waits, where the direction is cut. - Returns: Whether it is.
    func loseIfCut() -> Bool {
        guard arrow.faults.swallow(direction) else { return false }
        swallow()
        arrow.faults.noteTouches { $0.swallows(direction) }
        return true
    }

    private func swallow() {
        hasHole = true
        waiting.removeAll()
        waitingBytes = 0
    }

    /// There is nobody left to carry anything to.
    func abandon() {
        waiting.removeAll()
        waitingBytes = 0
        ending = .finished
        wakeUp?.cancel()
    }

    /// The arrow's faults are others than before.
    func reconsider() {
        if arrow.faults.swallow(direction), !waiting.isEmpty { swallow() }
        isDelayOutdated = true  // an answer may go on for minutes
        if !arrow.faults.delays(direction) {
            delay = .zero
            let now = NIODeadline.now()
            for place in waiting.indices { waiting[place].due = now }
        }
        restUntil = .now()
        pump()
    }

    // MARK: Emptying

    /// Hands on what is due, as far as the sink takes it.
    func pump() {
        guard let sink, !isFinished else { return }
        wakeUp?.cancel()
        let now = NIODeadline.now()
        var hasWritten = false
        while !waiting.isEmpty, sink.isWritable {
            let ready = max(waiting[waiting.startIndex].due, restUntil)
            guard ready <= now else {
                wake(at: ready)
                break
            }
            write(to: sink, now: now)
            hasWritten = true
        }
        if hasWritten { sink.flush() }
        if waiting.isEmpty, ending != .open { finish(sink, now: now) }
        connection.listenAgain()
    }

    private func write(to sink: any Channel, now: NIODeadline) {
        let pace = arrow.faults.pace(direction)
        let first = waiting.startIndex
        let count = min(waiting[first].bytes.readableBytes, pace?.bytes ?? .max)
        guard let bytes = waiting[first].bytes.readSlice(length: count) else { return }
        if waiting[first].bytes.readableBytes == 0 { waiting.removeFirst() }
        waitingBytes -= count
        arrow.counters.note(bytes: count, direction)
        if let pace {
            // A timer that came late does not make the flow slower; one that slept long does not make it burst.
            let rest = pace.rest * Double(count) / Double(pace.bytes)
            restUntil = max(restUntil, now - .milliseconds(20)) + TimeAmount(rest)
            arrow.faults.noteTouches { $0.paces(direction) }
        }
        sink.write(bytes, promise: nil)
    }

    private func finish(_ sink: any Channel, now: NIODeadline) {
        guard !isFinished else { return }
        guard let drainedAt else { return drain(sink) }
        let due = drainedAt + TimeAmount(arrow.faults.closingDelay)
        guard due <= now else { return wake(at: due) }
        if ending == .breaksOff { return connection.close() }
        ending = .finished
        sink.close(mode: .output, promise: nil)  // fails only where the sink is gone already
        connection.hasFinished()
    }

    /// Waits until the sink has taken all: the end of a channel that has heard the end of the other side would
    /// otherwise drop what it still has to send.
    private func drain(_ sink: any Channel) {
        guard !isDraining else { return }
        isDraining = true
        sink.writeAndFlush(ByteBuffer()).whenComplete { [weak self] _ in
            guard let self else { return }
            drainedAt = .now()
            arrow.faults.noteTouches { if case .slowClose = $0 { true } else { false } }
            pump()
        }
    }

    private func wake(at moment: NIODeadline) {
        wakeUp = arrow.loop.scheduleTask(deadline: moment) { [weak self] in self?.pump() }
    }
}

extension ArrowFault {
    fileprivate func paces(_ direction: Direction) -> Bool {
        switch self {
        case .bandwidth(_, let directions), .slicer(_, _, let directions): directions.contains(direction)
        default: false
        }
    }
}
