import Clockwork
import DequeModule

/// What a FIFO queue remembers of receives that named themselves, so that a repeated one gets the same messages.
///
/// Kept in memory only: after a restart a repeated receive is a new one, and the messages of the first come back when
/// their visibility timeout has passed.
struct ReceiveAttempts: Sendable {
    struct Attempt: Sendable {
        var leases: [Lease]
        /// Until when the receive hid them: another moment means that someone changed it since.
        var hiddenUntil: Timestamp
    }

    private var attempts: [String: Attempt] = [:]
    private var endings = Deque<(moment: Timestamp, id: String)>()

    subscript(id: String) -> Attempt? { attempts[id] }

    mutating func remember(_ attempt: Attempt, as id: String, now: Timestamp) {
        if attempts.updateValue(attempt, forKey: id) == nil { endings.append((now + Self.memory, id)) }
    }

    /// The same messages were handed out again and are hidden for longer; the five minutes go on as they were.
    mutating func renew(_ id: String, hiddenUntil: Timestamp) {
        attempts[id]?.hiddenUntil = hiddenUntil
    }

    mutating func forget(endedBy now: Timestamp) {
        while let ending = endings.first, ending.moment <= now {
            endings.removeFirst()
            attempts[ending.id] = nil
        }
    }

    /// Source: Amazon SQS API Reference, `ReceiveMessage`, `ReceiveRequestAttemptId`.
    private static let memory = Duration.seconds(300)
}
