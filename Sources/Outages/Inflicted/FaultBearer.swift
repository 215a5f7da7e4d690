import Clockwork
import Disk
import Logging
import ServiceLifecycle
import Shop
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Brings faults upon its own process: those on the sheet that the conductor keeps for it, each for as long as it stands
/// there and its time is not over.
///
/// It looks at the sheet ten times a second, says in the effects' file what is in force and how it knows, and needs nobody to
/// end a fault. Roles meet it as their clock, as the witness of what they pass, and in their databases; a shop also as its
/// ``rehearsal``.
package final class FaultBearer: Service {
    private let sheet: SheetReader
    private let book: EffectsBook
    private let clock: WrongClock
    private let wires: Tripwires
    private let disks = AfflictedDisks()
    /// By which a shop in this process is asked to sell faster or not at all, and to send what it should not.
    package let rehearsal = Rehearsal()
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var inForce: [FaultSheet.Entry] = []
        /// Whether something could not be shown or said yet; at first, that nothing is left of an earlier life.
        var isUnfinished = true
        /// Whether all roles of the process are made.
        var isAtWork = false
    }

    /// Brings about what stands on the sheet already.
    ///
    /// - Parameters:
    ///   - process: Its name on stage, such as `oms`.
    ///   - time: The machine's clocks; faults end by these.
    /// - Throws: When there is no place for the effects' file.
    package convenience init(
        of process: String, in directory: RunDirectory, time: any TimeSource = SystemTime(), logger: Logger
    ) throws {
        try self.init(of: process, in: directory, time: time, logger: logger) { try $0.strike(until: $1) }
    }

    /// - Parameter strike: Does what a tripwire is for.
    init(
        of process: String, in directory: RunDirectory, time: any TimeSource, logger: Logger,
        strike: @escaping @Sendable (Tripwire, _ end: Duration) throws -> Duration?
    ) throws {
        try directory.makeControl()
        sheet = SheetReader(of: process, in: directory, logger: logger)
        book = EffectsBook(of: process, in: directory)
        clock = WrongClock(time)
        wires = Tripwires(book: book, time: time, logger: logger, strike: strike)
        self.time = time
        self.logger = logger
        look()
    }

    /// The machine's own, with a clock that faults can turn and a witness whom they can make strike.
    package var surroundings: Surroundings {
        Surroundings(time: clock.time, chance: .system(), witness: self)
    }

    /// A database has been opened, which has to bear what is in force.
    package func opened(_ disk: Disk) {
        do {
            try disks.add(disk)
            look()  // which says so before its role meets the fault
        } catch {
            logger.error(
                "A fault cannot be brought about", metadata: ["file": "\(disk.name)", "error": "\(error)"])
        }
    }

    /// Looks at the sheet until graceful shutdown. List it before the roles: it is to see them end.
    package func run() async throws {
        state.withLock { $0.isAtWork = true }
        try? await cancelWhenGracefulShutdown { [self] in
            while true {
                look()
                try await time.sleep(for: Self.lookEvery)
            }
        }
    }

    private static let lookEvery = Duration.milliseconds(100)

    /// Looks once, and changes what has changed on the sheet or has had its time.
    func look() {
        let now = time.now
        let entries = sheet.read().filter { $0.until > now }
        let isNews = state.withLock { state in
            defer { state.inForce = entries }
            return state.isUnfinished || state.inForce != entries
        }
        guard isNews else { return }
        let isFinished = bring(entries)
        state.withLock { $0.isUnfinished = !isFinished }
    }

    /// - Returns: False when it has to be tried again.
    private func bring(_ entries: [FaultSheet.Entry]) -> Bool {
        let read = entries.map { entry in
            (entry, Result { () throws(FaultRefusal) in try InflictedFault(entry) })
        }
        let faults = read.compactMap { try? $0.1.get() }
        clock.turn(faults.compactMap { $0.deviation(since: since($0), by: time) })
        rehearse(faults)
        let hardship = Result { try disks.impose(DiskHardship(of: faults)) }
        let effects = read.map { entry, fault in
            FaultEffect(
                name: entry.name, kind: entry.kind, since: time.now, state: standing(of: fault, hardship))
        }
        do {
            try book.say(effects)
        } catch {
            logger.error("What is in force cannot be written down", metadata: ["error": "\(error)"])
            return false
        }
        // Only now, for a strike is counted in the book.
        wires.arm(faults.compactMap { fault in fault.tripwire.map { (fault.name, $0, fault.until) } })
        return !effects.contains { $0.state == .awaited } && !faults.contains(where: isUnderWay)
    }

    private func rehearse(_ faults: [InflictedFault]) {
        rehearsal.ask(
            timesFaster: faults.reduce(1) { $0 * ($1.timesFaster ?? 1) },
            pranks: faults.compactMap { $0.series(since: since($0), by: time) }, now: time.uptime)
    }

    /// Whether there is more to tell of it soon.
    private func isUnderWay(_ fault: InflictedFault) -> Bool {
        guard case .pranks(_, let count) = fault.kind,
            case .sent(let sent)? = rehearsal.standing(of: fault.name)
        else { return false }
        return sent < count
    }

    /// When a fault has begun, also when that was in an earlier life.
    private func since(_ fault: InflictedFault) -> Timestamp {
        book.lines.first { $0.name == fault.name }?.since ?? time.now
    }

    private func standing(
        of fault: Result<InflictedFault, FaultRefusal>, _ hardship: Result<Void, any Error>
    ) -> FaultEffect.State {
        do {
            let fault = try fault.get()
            if fault.isOnDisks { try hardship.get() }
            if let proof = try proof(of: fault) { return .proven(proof) }
            if !state.withLock(\.isAtWork) || (fault.isInShop && rehearsal.isAttended) { return .awaited }
            return .refused(
                fault.isInShop
                    ? "This process is no shop. Aim the fault at shop."
                    : "This process writes no database. Aim the fault at one that does, such as oms.")
        } catch {
            return .refused("\(error)")
        }
    }

    /// How we know that it is in force; nil while no database and no shop is there to tell.
    private func proof(of fault: InflictedFault) throws -> String? {
        switch fault.kind {
        case .tripwire(let wire): "armed at \(wire.place)"
        case .jump: "clock off by \((clock.time.now - time.now).signedSeconds) s"
        case .drift(let offset): "clock runs wrong, and is off by \(offset.signedSeconds) s at the end"
        case .full: try disks.proofOfPages()
        case .readonly: try disks.proofOfReadonly()
        case .fullByLimit: disks.isAnyOpen ? "RLIMIT_FSIZE is \(FileSizeLimit.current)" : nil
        case .slow: disks.isAnyOpen ? "\(disks.delay.milliseconds) ms before every commit" : nil
        case .tempo(let factor): try proof(ofTempo: factor)
        case .pranks(_, let count): try proof(ofPranks: count, named: fault.name)
        }
    }

    private func proof(ofTempo factor: Double) throws -> String? {
        guard rehearsal.isAttended else { return nil }
        guard !rehearsal.isSoldOut else {
            throw FaultRefusal(
                "The shop has served every customer, so nothing changes. Give it more orders, or add the fault earlier."
            )
        }
        return factor == 0 ? "selling nothing" : "selling \(factor.shortText) times faster"
    }

    private func proof(ofPranks count: Int, named name: String) throws -> String? {
        switch rehearsal.standing(of: name) {
        case .sent(let sent): sent == 0 ? nil : "\(sent) of \(count) sent"
        case .impossible(let words): throw FaultRefusal(words)
        case nil: nil
        }
    }
}

extension FaultBearer: CommitWitness, WaypointWitness {
    package func reached(_ point: CommitPoint) throws {
        if point.side == .before { Self.holdUp(disks.delay) }
        if let span = try wires.reached(point) { Self.holdUp(span) }
    }

    package func reached(_ point: Waypoint) throws -> Duration? { try wires.reached(point) }

    /// A commit holds up the thread that makes it, as a slow disk would.
    private static func holdUp(_ span: Duration) {
        if span > .zero { usleep(UInt32(clamping: span.microseconds)) }
    }
}

extension Double {
    /// For eyes: `20`, `2.5`.
    fileprivate var shortText: String { Int(exactly: self).map { "\($0)" } ?? "\(self)" }
}

extension Duration {
    /// For eyes: `+7200`, `-30`.
    fileprivate var signedSeconds: String {
        let seconds = (microseconds + (microseconds < 0 ? -500_000 : 500_000)) / 1_000_000
        return seconds < 0 ? "\(seconds)" : "+\(seconds)"
    }
}
