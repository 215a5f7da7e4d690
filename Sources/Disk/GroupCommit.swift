import GRDB
import Synchronization

/// Lets all changes that gathered during one commit share the next.
///
/// A caller decides, hands in what is to be written, and waits for its ticket; the writer takes everything that has
/// gathered, writes it in one transaction, commits, and only then answers all. No timer: an idle system commits at
/// once, a busy one batches by itself.
///
/// When a commit fails, nobody knows how far memory ran ahead of disk. So everyone who waits hears of it, ``isAccepting``
/// turns false, each owner of memory loads it again (``onFailure(_:)``), and only then work goes on.
package final class GroupCommit: Sendable {
    /// How much may gather, and how much of it one transaction takes.
    package struct Bounds: Sendable {
        /// Changes that may wait before callers are turned away.
        package var mostWaiting = 10_000
        package var mostWaitingBytes = 64 << 20
        /// Changes in one transaction.
        package var mostTogether = 4_096
        /// Bytes in one transaction; a single change may be larger.
        package var mostBytesTogether = 16 << 20
        /// Pages in the log after which they are moved to the file.
        package var mostPagesInLog = 1_000

        package init() {}
    }

    private let disk: Disk
    private let bounds: Bounds
    private let state = Mutex(State())

    private struct State {
        var waiting: [(deed: any PendingDeed, bytes: Int)] = []
        var waitingBytes = 0
        var writer: UnsafeContinuation<Void, Never>?
        var isAccepting = true
        var isStopped = false
        var closing: [@Sendable (Database) throws -> Void] = []
        var reload: [@Sendable (Database) throws -> Void] = []
    }

    /// - Parameter disk: Opened with ``Disk/Checkpoints/betweenCommits``.
    package init(disk: Disk, bounds: Bounds = Bounds()) {
        self.disk = disk
        self.bounds = bounds
    }

    /// Names a closure that loads memory again after a failed commit. Call before ``run()``.
    package func onFailure(_ reload: @escaping @Sendable (Database) throws -> Void) {
        state.withLock { $0.reload.append(reload) }
    }

    /// Names a closure that ends every transaction, for what only has to be right once all changes are in. Call before
    /// ``run()``.
    package func beforeCommit(_ closing: @escaping @Sendable (Database) throws -> Void) {
        state.withLock { $0.closing.append(closing) }
    }

    /// False while memory may be ahead of disk, when too much waits already, and once stopped.
    ///
    /// Ask inside the lock in which you decide, before you decide: what is handed in while this is false is refused.
    package var isAccepting: Bool {
        state.withLock {
            $0.isAccepting && !$0.isStopped && $0.waiting.count < bounds.mostWaiting
                && $0.waitingBytes < bounds.mostWaitingBytes
        }
    }

    /// Why nothing new should be taken in for lack of room, in words for the caller; nil while there is some.
    package var noRoom: String? { disk.space?.refusal }

    /// Hands in a change.
    ///
    /// Changes are written in the order in which they are handed in.
    /// - Parameters:
    ///   - bytes: About how much it writes.
    ///   - deed: Runs on the writer, inside the shared transaction. What it throws fails the whole batch, so whatever can
    ///     be wrong with a caller's request is found before.
    package func enqueue<Result: Sendable>(
        bytes: Int = 256, _ deed: @escaping @Sendable (Database) throws -> Result
    ) -> CommitTicket<Result> {
        let ticket = CommitTicket(deed)
        let (writer, isRefused) = state.withLock { state -> (UnsafeContinuation<Void, Never>?, Bool) in
            guard state.isAccepting, !state.isStopped else { return (nil, true) }
            state.waiting.append((ticket, bytes))
            state.waitingBytes += bytes
            defer { state.writer = nil }
            return (state.writer, false)
        }
        if isRefused { ticket.finish(CommitFailure.turnedAway) }
        writer?.resume()
        return ticket
    }

    /// Waits until everything handed in so far is durable: for answers that lean on it without adding to it.
    package func settle() async throws {
        try await enqueue(bytes: 0) { _ in }.value
    }

    /// Writes until ``stop()``. Run it where blocking on the disk harms nobody.
    package func run() async {
        while await gather() {
            commit(takeBatch())
            tidy()
        }
    }

    /// Lets the writer finish what has gathered and end.
    package func stop() {
        let writer = state.withLock { state in
            state.isStopped = true
            defer { state.writer = nil }
            return state.writer
        }
        writer?.resume()
    }

    /// Waits for work. - Returns: False when there will be none any more.
    private func gather() async -> Bool {
        await withUnsafeContinuation { continuation in
            let goOn = state.withLock { state in
                if !state.waiting.isEmpty || state.isStopped { return true }
                state.writer = continuation
                return false
            }
            if goOn { continuation.resume() }
        }
        return state.withLock { !$0.waiting.isEmpty }
    }

    private func takeBatch() -> [any PendingDeed] {
        state.withLock { state in
            var (count, bytes) = (0, 0)
            for (_, more) in state.waiting.prefix(bounds.mostTogether) {
                guard count == 0 || bytes + more <= bounds.mostBytesTogether else { break }
                count += 1
                bytes += more
            }
            defer {
                state.waiting.removeFirst(count)
                state.waitingBytes -= bytes
            }
            return state.waiting.prefix(count).map(\.deed)
        }
    }

    private func commit(_ batch: [any PendingDeed]) {
        do {
            let closing = state.withLock(\.closing)
            try disk.write { db in
                for deed in batch { try deed.perform(in: db) }
                for close in closing { try close(db) }
            }
            for deed in batch { deed.finish(nil) }
        } catch {
            fail(batch, with: error)
        }
    }

    /// Forget, load again: the same path as a start.
    private func fail(_ batch: [any PendingDeed], with error: any Error) {
        let (waiting, reload) = state.withLock { state in
            state.isAccepting = false
            defer {
                state.waiting = []
                state.waitingBytes = 0
            }
            return (state.waiting.map(\.deed), state.reload)
        }
        let failure = CommitFailure.failed("\(error)")
        for deed in batch + waiting { deed.finish(failure) }
        do {
            try disk.read { db in
                for load in reload { try load(db) }
            }
            state.withLock { $0.isAccepting = true }
        } catch {
            // Without a readable file there is nothing to go on from: everyone is turned away from here on.
            stop()
        }
    }

    /// Between commits, never inside one: a checkpoint there would make its callers wait.
    private func tidy() {
        guard disk.pagesToMove >= bounds.mostPagesInLog else { return }
        _ = try? disk.checkpoint()  // the next one will do; a full disk is met by the next commit
    }
}

/// Why a change that was handed in is not known to be durable.
package enum CommitFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not taken: too much waits, or memory is being loaded again. It has not happened.
    case turnedAway
    /// The commit failed: whether it happened will be known after the next start.
    case failed(String)

    package var description: String {
        switch self {
        case .turnedAway: "The server has too much to write at the moment. Try again."
        case .failed(let details): "The change could not be made durable (\(details)). Try again."
        }
    }
}

/// A change that has been handed in, whatever its result is.
private protocol PendingDeed: Sendable {
    func perform(in db: Database) throws
    func finish(_ failure: CommitFailure?)
}

/// The promise of an answer once a change is durable.
package final class CommitTicket<Result: Sendable>: PendingDeed, Sendable {
    private let deed: @Sendable (Database) throws -> Result
    private let state = Mutex<State>(.pending)

    private enum State {
        case pending
        case performed(Result)
        case awaited(UnsafeContinuation<Result, any Error>, Result?)
        case finished(Swift.Result<Result, any Error>)
    }

    fileprivate init(_ deed: @escaping @Sendable (Database) throws -> Result) {
        self.deed = deed
    }

    /// The change's result, as soon as it is durable. Ask once.
    ///
    /// - Throws: ``CommitFailure``.
    package var value: Result {
        get async throws {
            try await withUnsafeThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Swift.Result<Result, any Error>? in
                    switch state {
                    case .pending:
                        state = .awaited(continuation, nil)
                        return nil
                    case .performed(let result):
                        state = .awaited(continuation, result)
                        return nil
                    case .finished(let outcome): return outcome
                    case .awaited: preconditionFailure("a ticket is awaited once")
                    }
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        }
    }

    fileprivate func perform(in db: Database) throws {
        let result = try deed(db)
        state.withLock { state in
            switch state {
            case .pending, .performed: state = .performed(result)
            case .awaited(let continuation, _): state = .awaited(continuation, result)
            case .finished: break
            }
        }
    }

    fileprivate func finish(_ failure: CommitFailure?) {
        let waiting = state.withLock {
            state -> (UnsafeContinuation<Result, any Error>, Swift.Result<Result, any Error>)? in
            let outcome: Swift.Result<Result, any Error>
            switch (state, failure) {
            case (.finished, _): return nil
            case (_, let failure?): outcome = .failure(failure)
            case (.performed(let result), nil), (.awaited(_, let result?), nil): outcome = .success(result)
            case (.pending, nil), (.awaited(_, nil), nil):
                preconditionFailure("a committed deed was performed")
            }
            defer { state = .finished(outcome) }
            if case .awaited(let continuation, _) = state { return (continuation, outcome) }
            return nil
        }
        if let (continuation, outcome) = waiting { continuation.resume(with: outcome) }
    }
}
