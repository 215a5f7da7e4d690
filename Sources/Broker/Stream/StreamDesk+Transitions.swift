import Clockwork
import Disk
import Stream
import Synchronization
import Wire

/// Streams on their way from one state to the next, and what is changed on the way.
///
/// A stream takes one change at a time: who asks for a second one meanwhile is told that it is not ACTIVE.
extension StreamDesk {
    /// Changes the settings of an ACTIVE stream. The new ones hold once they are durable.
    ///
    /// - Parameters:
    ///   - takesNoTime: True where Amazon's stream stays ACTIVE, too.
    ///   - decide: Changes the settings; leaves them as they are where there is nothing to do.
    func change<Answer>(
        _ name: StreamName, takesNoTime: Bool = false,
        _ decide: (_ settings: inout StreamSettings, _ stream: DataStream, _ now: Timestamp) throws -> Answer
    ) async throws -> Answer where Answer: Sendable {
        let now = surroundings.now
        let (change, answer) = try streams.withLock { streams -> (Change?, Answer) in
            try commit.accept()
            let (open, key) = try active(name, among: streams)
            var settings = open.settings
            let answer = try faults { try decide(&settings, open.stream, now) }
            guard settings != open.settings else { return (nil, answer) }
            let updating = takesNoTime ? nil : transition(to: .updating, now: now)
            return (begin(settings, updating, of: name, key: key, among: &streams), answer)
        }
        if let change { try await end(change) }
        return answer
    }

    /// Ends shards of an ACTIVE stream and begins others: at once, or when the stream has been UPDATING for a while.
    ///
    /// - Parameter decide: Nil where there is nothing to do.
    func reshard<Answer>(
        _ name: StreamName,
        _ decide: (_ stream: DataStream, _ settings: inout StreamSettings, _ now: Timestamp) throws -> (
            plan: Resharding?, answer: Answer
        )
    ) async throws -> Answer where Answer: Sendable {
        let now = surroundings.now
        let (change, answer) = try streams.withLock { streams -> (Change?, Answer) in
            try commit.acceptMore()
            let (open, key) = try active(name, among: streams)
            guard open.settings.mode == .provisioned else {
                throw WireError(
                    "ValidationException",
                    "Request is invalid. Stream \(name.name) under account \(settings.account) is in On-Demand mode."
                )
            }
            var settings = open.settings
            let (plan, answer) = try faults { try decide(open.stream, &settings, now) }
            guard let plan else { return (nil, answer) }
            var outcome = open.stream
            _ = try faults { try outcome.reshard(plan, now: now) }
            try allow(
                outcome.openShardCount - open.stream.openShardCount, in: name.region, among: streams)
            if let updating = transition(to: .updating, now: now, resharding: plan) {
                return (begin(settings, updating, of: name, key: key, among: &streams), answer)
            }
            return (try begin(plan, settings, of: name, key: key, now: now, among: &streams), answer)
        }
        if let change { try await end(change) }
        return answer
    }

    /// The state in which a stream is for a while; nil where that takes no time.
    func transition(
        to status: StreamStatus, now: Timestamp, resharding: Resharding? = nil
    ) -> StreamTransition? {
        guard settings.controlDelay > .zero else { return nil }
        return StreamTransition(status, until: now + settings.controlDelay, resharding: resharding)
    }

    func notActive(_ name: StreamName, _ status: StreamStatus) -> WireError {
        WireError(
            "ResourceInUseException",
            """
            Stream \(name.name) under account \(settings.account) not ACTIVE, instead in state \(status.rawValue)
            """)
    }

    // MARK: Time

    /// Ends what streams are in the middle of, when its time has come, until cancelled.
    func keepTime() async {
        while !Task.isCancelled {
            let under = streams.withLock { streams in
                streams.open.compactMap { name, open in
                    open.key == nil || open.isChanging
                        ? nil : open.transition.map { (name: name, end: $0.end) }
                }
            }
            let now = surroundings.now
            let due = under.filter { $0.end <= now }.map(\.name)
            for name in due.sorted(by: { ($0.region, $0.name) < ($1.region, $1.name) }) {
                do {
                    try await endTransition(of: name)
                } catch {
                    try? await surroundings.time.sleep(for: .seconds(1))  // the disk, or too much to write
                }
            }
            guard due.isEmpty else { continue }
            if let next = under.map(\.end).min() {
                await transitions.heard(within: next - now, by: surroundings.time)
            } else {
                await transitions.heard()
            }
        }
    }

    private func endTransition(of name: StreamName) async throws {
        let now = surroundings.now
        let change = try streams.withLock { streams -> Change? in
            try commit.accept()
            guard let open = streams.open[name], let key = open.key, !open.isChanging,
                let transition = open.transition
            else { return nil }
            if transition.status == .deleting {
                return Change(
                    name: name, key: key, ticket: remove(name, from: &streams, key: key),
                    settings: open.settings)
            }
            if let plan = transition.resharding {
                return try begin(plan, open.settings, of: name, key: key, now: now, among: &streams)
            }
            return begin(open.settings, nil, of: name, key: key, among: &streams)
        }
        if let change { try await end(change) }
        expiry.ring()
    }

    // MARK: Changes

    /// A change on its way to the disk.
    private struct Change {
        let name: StreamName
        let key: Int64
        let ticket: CommitTicket<Void>
        /// What holds afterwards.
        let settings: StreamSettings
        var transition: StreamTransition?
    }

    private func active(
        _ name: StreamName, among streams: borrowing Streams
    ) throws(WireError) -> (OpenStream, key: Int64) {
        guard let open = streams.open[name], let key = open.key else { throw notFound(name) }
        guard open.status == .active else { throw notActive(name, open.status) }
        return (open, key)
    }

    private func begin(
        _ settings: StreamSettings, _ transition: StreamTransition?, of name: StreamName, key: Int64,
        among streams: inout Streams
    ) -> Change {
        streams.open[name]?.isChanging = true
        return Change(
            name: name, key: key,
            ticket: commit.enqueue { try StreamStore.save(settings, transition, of: key, in: $0) },
            settings: settings, transition: transition)
    }

    private func begin(
        _ plan: Resharding, _ settings: StreamSettings, of name: StreamName, key: Int64, now: Timestamp,
        among streams: inout Streams
    ) throws(WireError) -> Change {
        guard var open = streams.open[name] else { throw notFound(name) }
        let changes = try WireError.mapping { () throws(StreamFault) in
            try open.reshard(plan, now: now) { streams.takeShardKeys($0) }
        }
        open.isChanging = true
        streams.open[name] = open
        let shardKeys = open.shardKeys
        return Change(
            name: name, key: key,
            ticket: commit.enqueue { db in
                try StreamStore.write(changes, shardKeys: shardKeys, of: key, in: db)
                try StreamStore.save(settings, nil, of: key, in: db)
            }, settings: settings)
    }

    private func end(_ change: Change) async throws {
        try await change.ticket.durable()
        let open = streams.withLock { streams -> OpenStream? in
            guard streams.open[change.name]?.key == change.key else { return nil }
            streams.open[change.name]?.end(change.settings, change.transition)
            return streams.open[change.name]
        }
        transitions.ring()
        if let open { watch.wake(watching: change.name, now: open) }
    }

    /// Tells what the rules refuse in the words of the wire.
    private func faults<Result>(_ decide: () throws -> Result) throws -> Result {
        do {
            return try decide()
        } catch let fault as StreamFault {
            throw WireError(fault)
        }
    }
}
