import Clockwork
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Stands on every arrow between processes and hands on what is said there, until a fault tells it otherwise.
///
/// Faults end by themselves inside the relay, whether or not anyone speaks to it again. Everything happens on one
/// event loop of NIO's shared threads.
package final class ArrowRelay: Service {
    private let loop: any EventLoop
    private let ways: [Arrow]
    private let seed: UInt64
    private let time: any TimeSource
    private let listening: @Sendable ([ArrowName: Int]) async throws -> Void

    /// - Parameters:
    ///   - plans: Each arrow stands once.
    ///   - seed: Of all chance: with the same faults under the same names, the same requests meet them.
    ///   - listening: Told the ports once all arrows listen.
    package init(
        _ plans: [ArrowPlan], seed: UInt64, time: any TimeSource = SystemTime(), logger: Logger,
        listening: @escaping @Sendable ([ArrowName: Int]) async throws -> Void = { _ in }
    ) {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        self.loop = loop
        self.seed = seed
        self.time = time
        self.listening = listening
        ways = plans.map { Arrow($0, on: loop, time: time, logger: logger) }
    }

    /// Relays until graceful shutdown; then every connection is closed at once.
    ///
    /// - Throws: ``ArrowUnavailable`` when an arrow's port cannot be had.
    package func run() async throws {
        do {
            var ports: [ArrowName: Int] = [:]
            for arrow in ways {
                ports[arrow.name] = try await loop.flatSubmit { arrow.open() }.get()
            }
            try await listening(ports)
            try? await gracefulShutdown()  // or told to stop at once, which comes to the same
        } catch {
            await close()
            throw error
        }
        await close()
    }

    private func close() async {
        let arrows = ways
        // Cannot fail: the shared loop outlives us.
        try? await loop.submit { for arrow in arrows { arrow.close() } }.get()
    }

    // MARK: Faults

    /// Every arrow, in the order of the plans.
    package func arrows() async throws -> [ArrowStatus] {
        let arrows = ways
        return try await loop.submit { arrows.map(\.status) }.get()
    }

    /// Puts a fault on an arrow. It is in effect when this returns.
    ///
    /// - Throws: ``ArrowRefusal`` for an unknown arrow, a name that is taken or not fit, or a span out of range.
    package func add(_ wish: FaultWish) async throws -> ArrowStatus.Fault {
        guard FaultWish.spans.contains(wish.span) else {
            throw ArrowRefusal.badSpan(milliseconds: wish.span.milliseconds)
        }
        if let name = wish.name, !FaultWish.isSound(name: name) { throw ArrowRefusal.badName(name) }
        let name = try await loop.flatSubmit { [self] in
            loop.makeCompletedFuture { try begin(wish) }.flatMap { begun in begun.0.map { begun.1 } }
        }.get()
        let all = try await arrows().flatMap(\.faults)
        guard let fault = all.first(where: { $0.name == name }) else {
            throw ArrowRefusal.unknownName(name, known: all.map(\.name))  // a short one, over already
        }
        return fault
    }

    private func begin(_ wish: FaultWish) throws(ArrowRefusal) -> (EventLoopFuture<Void>, String) {
        guard let arrow = ways.first(where: { $0.name == wish.arrow }) else {
            throw .unknownArrow(wish.arrow.rawValue, known: ways.map(\.name.rawValue))
        }
        let names = ways.flatMap { $0.faults.active.map(\.name) }
        if let name = wish.name, names.contains(name) { throw .nameTaken(name) }
        let name = wish.name ?? Self.freeName(for: wish.fault.kind, among: names)
        let fault = ActiveFault(
            name: name, fault: wish.fault, beganAt: time.now, endsAt: time.uptime + wish.span, seed: seed)
        return (arrow.add(fault), name)
    }

    private static func freeName(for kind: String, among names: [String]) -> String {
        var number = 1
        while names.contains("\(kind)-\(number)") { number += 1 }
        return "\(kind)-\(number)"
    }

    /// Takes a fault off. It has no effect any more when this returns.
    ///
    /// - Throws: ``ArrowRefusal`` when there is none of this name.
    package func remove(_ name: String) async throws {
        try await loop.flatSubmit { [self] in
            for arrow in ways {
                if let done = arrow.remove(name) { return done }
            }
            let known = ways.flatMap { $0.faults.active.map(\.name) }
            return loop.makeFailedFuture(ArrowRefusal.unknownName(name, known: known))
        }.get()
    }

    /// Takes every fault off every arrow.
    package func removeAll() async throws {
        try await loop.flatSubmit { [self] in
            let done = ways.flatMap { arrow in
                arrow.faults.active.map(\.name).compactMap { arrow.remove($0) }
            }
            return EventLoopFuture.andAllSucceed(done, on: loop)
        }.get()
    }
}
