import Clockwork

/// Which of a stream's shards somebody asks after.
///
/// Source: Amazon Kinesis API Reference, `ShardFilter`.
public enum ShardSelection: Hashable, Sendable {
    /// All that may still hold records.
    case all
    /// Those with a greater number.
    case after(Int)
    /// Those that took records at the trim horizon.
    case openAtHorizon
    /// Those that take records now.
    case openNow
    /// Those that took records at a moment.
    case openAt(Timestamp)
    /// Those that took records at a moment or later.
    case openSince(Timestamp)
}

extension DataStream {
    /// The shards that are asked after, in the order of their numbers.
    ///
    /// A closed shard is left out once its last record has expired. Its children keep its name.
    /// - Parameter horizon: What arrived before has expired.
    public func shards(_ selection: ShardSelection, horizon: Timestamp) -> [Shard] {
        let listed = shards.filter { !$0.hasExpired(horizon: horizon) }
        switch selection {
        case .all: return listed
        case .after(let number): return listed.filter { $0.number > number }
        case .openAtHorizon: return oldest(of: listed)
        case .openNow: return listed.filter(\.isOpen)
        case .openAt(let moment) where moment.seconds <= max(horizon.seconds, createdAt.seconds):
            return oldest(of: listed)
        case .openAt(let moment):
            return listed.filter { $0.creation <= moment.seconds && $0.ended(notBefore: moment) }
        case .openSince(let moment): return listed.filter { $0.ended(notBefore: moment) }
        }
    }

    /// Those whose parents have expired, or that never had any: between them they cover all hash keys, for a child begins
    /// in the second after its parents' end.
    private func oldest(of listed: [Shard]) -> [Shard] {
        let numbers = Set(listed.map(\.number))
        return listed.filter { shard in
            ![shard.parent, shard.adjacentParent].contains { $0.map(numbers.contains) ?? false }
        }
    }
}

extension Shard {
    /// Whether it has ended, and its last record with it.
    public func hasExpired(horizon: Timestamp) -> Bool {
        closed.map { $0 < horizon.seconds } ?? false
    }

    fileprivate func ended(notBefore moment: Timestamp) -> Bool {
        closed.map { $0 >= moment.seconds } ?? true
    }
}
