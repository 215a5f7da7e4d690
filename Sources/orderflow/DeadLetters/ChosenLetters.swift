import Clockwork
import Inspection

/// The dead letters that a verb means, looked up in the files.
struct ChosenLetters {
    /// Oldest first in each queue.
    let places: [DeadLetterWindow.Place]

    /// - Parameters:
    ///   - ids: Only these; empty for all.
    ///   - reason: Only those with this reason; see `dlq list`.
    /// - Throws: ``Ending`` with 4 for an id that no dead letter has.
    init(in ledgers: Ledgers, queue: String?, ids: [String], reason: String?) throws {
        places = try DeadLetterWindow.places(
            of: ledgers, now: SystemTime().now, queue: queue, ids: ids.isEmpty ? nil : Set(ids),
            reason: reason)
        let found = Set(places.map(\.id))
        if let missing = ids.first(where: { !found.contains($0) }) {
            throw Ending(status: 4, words: "There is no dead letter \(PlainText.forTerminal(missing)).")
        }
    }

    private init(_ places: [DeadLetterWindow.Place]) {
        self.places = places
    }

    /// Those that a queue has put aside, and that therefore have a way back.
    var withOrigin: ChosenLetters { ChosenLetters(places.filter { $0.origin != nil }) }

    /// As many of one queue together as one request takes.
    func lots(of most: Int = 100) -> [(queue: String, ids: [String])] {
        Dictionary(grouping: places, by: \.queue).sorted { $0.key < $1.key }.flatMap { queue, letters in
            stride(from: 0, to: letters.count, by: most).map { start in
                (queue, letters[start...].prefix(most).map(\.id))
            }
        }
    }
}
