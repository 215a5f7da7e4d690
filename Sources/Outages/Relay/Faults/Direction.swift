/// Which way bytes go on an arrow.
package enum Direction: String, Hashable, Sendable, CaseIterable {
    /// From the caller to the target: requests.
    case up
    /// From the target to the caller: answers.
    case down
}

/// The ways that a fault is on.
package enum Directions: String, Hashable, Sendable, CaseIterable {
    case up, down, both

    package func contains(_ direction: Direction) -> Bool {
        self == .both || rawValue == direction.rawValue
    }
}
