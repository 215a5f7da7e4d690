import Clockwork
import Synchronization

/// The connections of one listener.
final class OpenConnections: Sendable {
    private let limit: Int
    private let members = Mutex<[ObjectIdentifier: HTTPConnection]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a connection in, unless there are too many.
    func admit(_ connection: HTTPConnection) -> Bool {
        members.withLock { members in
            guard members.count < limit else { return false }
            members[ObjectIdentifier(connection)] = connection
            return true
        }
    }

    func forget(_ connection: HTTPConnection) {
        members.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    func cutSilentOnes(at uptime: Duration) {
        for connection in all { connection.cutIfSilent(at: uptime) }
    }

    /// Closes idle connections, lets busy ones finish, and closes what is left after a while.
    func farewell(atMost span: Duration, time: any TimeSource) async {
        for connection in all { connection.closeOnceIdle() }
        let end = time.uptime + span
        while !all.isEmpty, time.uptime < end {
            guard (try? await time.sleep(for: .milliseconds(10))) != nil else { break }
        }
        for connection in all { connection.cut() }
    }

    private var all: [HTTPConnection] { members.withLock { Array($0.values) } }
}
