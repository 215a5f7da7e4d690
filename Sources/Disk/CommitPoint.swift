/// One moment at which a crash matters: just before a commit, or just after it and before anyone is told.
package struct CommitPoint: Hashable, Sendable, CustomStringConvertible {
    package enum Side: String, Hashable, Sendable {
        case before, after
    }

    /// The file's name, such as `orders.db`.
    package let file: String
    /// Counts the commits of this file in this process, from 1.
    package let number: Int
    package let side: Side

    package var description: String { "\(side.rawValue) commit \(number) of \(file)" }
}

/// Told of every commit point as it is reached.
package protocol CommitWitness: Sendable {
    /// - Throws: To stop there: before a commit it is rolled back, after it the caller is never told.
    func reached(_ point: CommitPoint) throws
}
