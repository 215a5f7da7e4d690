/// What is to become of a stream's open shards.
public enum Resharding: Hashable, Sendable {
    /// Two shards go on where one ends; the second begins at a hash key.
    case split(Int, at: HashKey)
    /// One shard goes on where two neighbours end, the lower of which is named first.
    case merge(Int, with: Int)
    /// So many shards go on, about equally wide.
    case scale(to: Int)
}

/// As it is written down: `split 3 at 1701411`, `merge 3 with 4`, `scale to 8`.
extension Resharding: LosslessStringConvertible {
    public init?(_ text: String) {
        let words = text.split(separator: " ")
        let numbers = words.compactMap { UInt128($0) }
        switch (words.first, words.count, numbers.count) {
        case ("split", 4, 2): self = .split(Int(numbers[0]), at: HashKey(numbers[1]))
        case ("merge", 4, 2): self = .merge(Int(numbers[0]), with: Int(numbers[1]))
        case ("scale", 3, 1): self = .scale(to: Int(numbers[0]))
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .split(let shard, let key): "split \(shard) at \(key)"
        case .merge(let lower, let upper): "merge \(lower) with \(upper)"
        case .scale(let count): "scale to \(count)"
        }
    }
}
