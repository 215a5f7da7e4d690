import Clockwork
import NIOCore
import Synchronization

/// The connections of one listener.
final class OpenConnections: Sendable {
    private let limit: Int
    private let limitOfOneAddress: Int
    private let state = Mutex(State())
    /// Rung when the last one goes.
    private let lastLeft = Bell()

    private struct State {
        var members: [ObjectIdentifier: Member] = [:]
        /// How many there are of each stranger's address.
        var ofAddress: [String: Int] = [:]
    }

    private struct Member {
        let connection: HTTPConnection
        let address: String?
    }

    init(limit: Int, limitOfOneAddress: Int) {
        self.limit = limit
        self.limitOfOneAddress = limitOfOneAddress
    }

    /// Takes a connection in, unless there are too many.
    ///
    /// - Parameter address: Where it comes from; nil for this very machine, whose callers all look alike.
    func admit(_ connection: HTTPConnection, from address: String?) -> Bool {
        state.withLock { state in
            let siblings = address.map { state.ofAddress[$0, default: 0] } ?? 0
            guard state.members.count < limit, siblings < limitOfOneAddress else { return false }
            state.members[ObjectIdentifier(connection)] = Member(connection: connection, address: address)
            if let address { state.ofAddress[address] = siblings + 1 }
            return true
        }
    }

    func forget(_ connection: HTTPConnection) {
        let isLast = state.withLock { state in
            guard let member = state.members.removeValue(forKey: ObjectIdentifier(connection)) else {
                return false
            }
            if let address = member.address {
                let siblings = state.ofAddress[address, default: 1] - 1
                state.ofAddress[address] = siblings > 0 ? siblings : nil
            }
            return state.members.isEmpty
        }
        if isLast { lastLeft.ring() }
    }

    func cutLateOnes(at uptime: Duration) {
        for connection in all { connection.cutIfLate(at: uptime) }
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
        while !all.isEmpty, time.uptime < end, !Task.isCancelled {
            await lastLeft.heard(within: end - time.uptime, by: time)
        }
    }

    private var all: [HTTPConnection] { state.withLock { $0.members.values.map(\.connection) } }
}

extension SocketAddress {
    /// The address as text, unless it is this machine's own.
    var strangersAddress: String? {
        guard let address = ipAddress, !address.hasPrefix("127."), address != "::1" else { return nil }
        return address
    }
}
