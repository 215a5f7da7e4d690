import Clockwork
import HeapModule

/// Moments at which something happens to messages, earliest first.
///
/// Entries are never withdrawn. Whoever takes one asks whether it still holds, and calls ``keep(_:)`` when those that do
/// not have piled up.
struct Agenda: Sendable {
    struct Entry: Hashable, Comparable, Sendable {
        let moment: Timestamp
        let sequence: SequenceNumber

        static func < (lhs: Entry, rhs: Entry) -> Bool {
            (lhs.moment.microseconds, lhs.sequence.rawValue) < (
                rhs.moment.microseconds, rhs.sequence.rawValue
            )
        }
    }

    private var entries = Heap<Entry>()

    var first: Entry? { entries.min }

    mutating func add(_ sequence: SequenceNumber, at moment: Timestamp) {
        entries.insert(Entry(moment: moment, sequence: sequence))
    }

    mutating func removeFirst() {
        entries.removeMin()
    }

    /// True once most entries cannot hold any more.
    ///
    /// - Parameter holding: How many can hold at most.
    func isCrowded(holding: Int) -> Bool { entries.count > 2 * holding + 1_024 }

    /// Drops all entries but those that hold, and the second of two equal ones.
    mutating func keep(_ holds: (Entry) -> Bool) {
        entries = Heap(Set(entries.unordered.filter(holds)))
    }
}
