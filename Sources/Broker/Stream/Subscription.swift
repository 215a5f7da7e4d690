import Clockwork
import Stream
import Synchronization

/// One caller who has a shard's records pushed, and how far he has come.
final class Subscription: Sendable {
    let stream: StreamName
    /// Tells the stream from a namesake that comes after it.
    let streamCreation: Timestamp
    let ticket: Subscriptions.Ticket
    /// When it ends, by uptime.
    let end: Duration
    private let state: Mutex<Progress>

    struct Progress {
        var place: ReadingPlace
        /// By when the caller has to hear something, by uptime.
        var signOfLife: Duration
        /// True behind the last event of a closed shard.
        var isOver = false
        /// How much the caller may still be told; nil where that is not bounded.
        var pace: TokenBucket?
    }

    init(
        stream: StreamName, streamCreation: Timestamp, ticket: Subscriptions.Ticket, place: ReadingPlace,
        isThrottled: Bool
    ) {
        self.stream = stream
        self.streamCreation = streamCreation
        self.ticket = ticket
        end = ticket.since + Subscriptions.lifetime
        state = Mutex(
            Progress(
                place: place, signOfLife: ticket.since + Subscriptions.heartbeat,
                pace: isThrottled ? ShardThroughput.pushed(now: ticket.since) : nil))
    }

    var shard: Int { ticket.seat.shard }

    var progress: Progress { state.withLock(\.self) }

    /// How long nothing may be told, since much has been.
    func pause(at uptime: Duration) -> Duration {
        state.withLock { $0.pace?.untilOpen(now: uptime) ?? .zero }
    }

    /// Passes over what has expired.
    func skip(to place: ReadingPlace) {
        state.withLock { $0.place = place }
    }

    /// Notes an event that is about to be told.
    ///
    /// - Parameter bytes: Of its records; asked for only where they are bounded.
    func move(
        to place: ReadingPlace, at uptime: Duration, bytes: @autoclosure () -> Int = 0, isOver: Bool = false
    ) {
        state.withLock { progress in
            progress.place = place
            progress.signOfLife = uptime + Subscriptions.heartbeat
            progress.isOver = isOver
            progress.pace?.spill(Double(bytes()))
        }
    }
}
