import Clockwork
import NIOCore
import Synchronization

/// A caller's connection, whatever is spoken on it.
protocol ListenerConnection: AnyObject, Sendable {
    var eventLoop: any EventLoop { get }
    /// Closes it if its caller takes too long. To be called on its event loop.
    func cutIfLate(at uptime: Duration)
    /// Lets what is under way finish, and takes in no more. From any thread.
    func closeOnceIdle()
    /// From any thread.
    func cut()
}

/// The connections of one listener.
final class OpenConnections: Sendable {
    private let limit: Int
    private let limitOfOneAddress: Int
    private let state = Mutex(State())
    /// Rung when the last one goes.
    private let lastLeft = Bell()

    private struct State {
        /// By event loop.
        var members: [ObjectIdentifier: [ObjectIdentifier: Member]] = [:]
        /// How many there are of each stranger's address.
        var ofAddress: [String: Int] = [:]

        var count: Int { members.values.reduce(0) { $0 + $1.count } }

        mutating func put(_ member: Member) {
            let loop = ObjectIdentifier(member.connection.eventLoop)
            members[loop, default: [:]][ObjectIdentifier(member.connection)] = member
        }

        mutating func take(_ connection: any ListenerConnection) -> Member? {
            members[ObjectIdentifier(connection.eventLoop)]?.removeValue(forKey: ObjectIdentifier(connection))
        }
    }

    private struct Member {
        var connection: any ListenerConnection
        let address: String?
    }

    init(limit: Int, limitOfOneAddress: Int) {
        self.limit = limit
        self.limitOfOneAddress = limitOfOneAddress
    }

    /// Takes a connection in, unless there are too many.
    ///
    /// - Parameter address: Where it comes from; nil for this very machine, whose callers all look alike.
    func admit(_ connection: any ListenerConnection, from address: String?) -> Bool {
        state.withLock { state in
            let siblings = address.map { state.ofAddress[$0, default: 0] } ?? 0
            guard state.count < limit, siblings < limitOfOneAddress else { return false }
            state.put(Member(connection: connection, address: address))
            if let address { state.ofAddress[address] = siblings + 1 }
            return true
        }
    }

    /// Goes on with a connection under another face.
    func replace(_ old: any ListenerConnection, with new: any ListenerConnection) {
        state.withLock { state in
            guard var member = state.take(old) else { return }
            member.connection = new
            state.put(member)
        }
    }

    func forget(_ connection: any ListenerConnection) {
        let isLast = state.withLock { state in
            guard let member = state.take(connection) else { return false }
            if let address = member.address {
                let siblings = state.ofAddress[address, default: 1] - 1
                state.ofAddress[address] = siblings > 0 ? siblings : nil
            }
            return state.count == 0
        }
        if isLast { lastLeft.ring() }
    }

    /// Looks at all connections of an event loop in one turn of it: of ten thousand that wait, a turn for each would cost
    /// more than their waiting does.
    func cutLateOnes(at uptime: Duration) {
        for siblings in state.withLock({ $0.members.values.map { $0.values.map(\.connection) } }) {
            siblings.first?.eventLoop.execute {
                for connection in siblings { connection.cutIfLate(at: uptime) }
            }
        }
    }

    /// Closes idle connections, lets busy ones finish, and closes what is left after a while.
    func farewell(atMost span: Duration, time: any TimeSource) async {
        for connection in all { connection.closeOnceIdle() }
        await empty(within: span, time: time)
        for connection in all { connection.cut() }
        await empty(within: Self.lastBreath, time: time)
    }

    /// How long a request whose caller has been cut off may take to notice.
    private static let lastBreath = Duration.seconds(1)

    private func empty(within span: Duration, time: any TimeSource) async {
        let end = time.uptime + span
        while state.withLock({ $0.count }) > 0, time.uptime < end, !Task.isCancelled {
            await lastLeft.heard(within: end - time.uptime, by: time)
        }
    }

    private var all: [any ListenerConnection] {
        state.withLock { $0.members.values.flatMap { $0.values.map(\.connection) } }
    }
}

extension SocketAddress {
    /// The address as text, unless it is this machine's own.
    var strangersAddress: String? {
        guard let address = ipAddress, !address.hasPrefix("127."), address != "::1" else { return nil }
        return address
    }
}
