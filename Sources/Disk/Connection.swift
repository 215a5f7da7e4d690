import GRDB
import Synchronization

/// A connection that is closed when nobody uses it any more, and used by nobody once it is closed.
///
/// GRDB ends the process in both cases. A simulated computer closes its files in the middle of whatever it does.
final class Connection: Sendable {
    private let database: DatabaseQueue
    private let name: String
    private let state = Mutex(State())

    private struct State {
        var users = 0
        var isClosed = false
        var afterwards: @Sendable () -> Void = {}
    }

    /// - Parameter name: The file's name, for errors.
    init(_ database: DatabaseQueue, named name: String) {
        self.database = database
        self.name = name
    }

    var isClosed: Bool { state.withLock(\.isClosed) }

    /// - Throws: ``DiskError/failed(file:details:)`` once closed, or what `work` throws.
    func use<Result>(_ work: (DatabaseQueue) throws -> Result) throws -> Result {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.users += 1 }
            return !state.isClosed
        }
        guard isOpen else { throw closed }
        defer { leave() }
        return try work(database)
    }

    /// Lets nobody begin anything more, and closes as soon as the last one is through.
    func close(afterwards: @escaping @Sendable () -> Void = {}) {
        let isFree = state.withLock { state in
            guard !state.isClosed else { return false }
            state.isClosed = true
            state.afterwards = afterwards
            return state.users == 0
        }
        if isFree { end() }
    }

    var closed: DiskError { .failed(file: name, details: "closed") }

    private func leave() {
        let isLast = state.withLock { state in
            state.users -= 1
            return state.isClosed && state.users == 0
        }
        if isLast { end() }
    }

    private func end() {
        try? database.close()  // one that will not close is closed by the process's end
        state.withLock(\.afterwards)()
    }
}
