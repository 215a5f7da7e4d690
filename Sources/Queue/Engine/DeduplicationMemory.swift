import Clockwork
import Crypto
import DequeModule

/// What a FIFO queue remembers of sends, so that a repetition stores nothing.
///
/// Ids are kept as 128 bits of their SHA-256: a tenth of a kilobyte for each send of the last five minutes.
struct DeduplicationMemory: Sendable {
    struct Key: Hashable, Sendable {
        private let high: UInt64
        private let low: UInt64

        init(id: String, groupID: MessageGroupID?) {
            var hash = SHA256()
            hash.update(data: Array(id.utf8))
            if let groupID {
                hash.update(data: [0])  // no id contains it
                hash.update(data: Array(groupID.rawValue.utf8))
            }
            (high, low) = hash.finalize().withUnsafeBytes {
                ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
        }
    }

    struct Entry: Sendable {
        let sequence: SequenceNumber
        let messageID: MessageID
    }

    private struct Ending: Sendable {
        let key: Key
        let sequence: SequenceNumber
        let moment: Timestamp
    }

    private var entries: [Key: Entry] = [:]
    private var endings = Deque<Ending>()
    /// How many were forgotten since ``takeForgotten()``, and the last of them.
    private(set) var forgottenCount = 0
    private var lastForgotten = SequenceNumber.beforeAll

    var count: Int { entries.count }

    func first(_ key: Key) -> Entry? { entries[key] }

    /// - Precondition: Calls come in the order of `until`.
    mutating func remember(_ key: Key, _ entry: Entry, until: Timestamp) {
        entries[key] = entry
        endings.append(Ending(key: key, sequence: entry.sequence, moment: until))
    }

    mutating func forget(endedBy now: Timestamp) {
        while let ending = endings.first, ending.moment <= now {
            endings.removeFirst()
            entries[ending.key] = nil
            lastForgotten = ending.sequence
            forgottenCount += 1
        }
    }

    /// The last send forgotten so far; those before it are forgotten too. Starts counting anew.
    mutating func takeForgotten() -> SequenceNumber? {
        guard forgottenCount > 0 else { return nil }
        forgottenCount = 0
        return lastForgotten
    }
}
