/// How much may be under way to an endpoint at once: half as much each time it says that it is overloaded,
/// and a step more for every round of successes.
package struct Pace: Hashable, Sendable {
    package let most: Int
    package private(set) var limit: Int
    private var successes = 0

    /// - Parameter most: 2 or more: room for a retry and for something new.
    package init(most: Int) {
        self.most = most
        limit = most
    }

    package mutating func overloaded() {
        limit = max(2, limit / 2)
        successes = 0
    }

    package mutating func succeeded() {
        guard limit < most else { return }
        successes += 1
        guard successes >= limit else { return }
        limit += 1
        successes = 0
    }
}
