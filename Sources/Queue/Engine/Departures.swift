import DequeModule

/// Messages that have left their places behind the window, for as long as a store may still show them there untouched.
///
/// Whatever lies behind the window is read from rows, and rows follow the changes a little later. Each departure is kept
/// until the store has its change.
struct Departures: Sendable {
    private var sequences: Set<SequenceNumber> = []
    /// With the number of the change by which each one left.
    private var changes = Deque<(sequence: SequenceNumber, change: Int)>()

    var isEmpty: Bool { changes.isEmpty }

    mutating func add(_ sequence: SequenceNumber, by change: Int) {
        sequences.insert(sequence)
        changes.append((sequence, change))
    }

    func contains(_ sequence: SequenceNumber) -> Bool { sequences.contains(sequence) }

    /// - Parameter count: How many changes are in the store, from the first on.
    mutating func forget(through count: Int) {
        while let first = changes.first, first.change <= count {
            changes.removeFirst()
            sequences.remove(first.sequence)
        }
    }
}
