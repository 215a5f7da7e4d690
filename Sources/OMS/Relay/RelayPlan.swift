/// What one call to the stream may carry. The service takes 500 records and 10 MiB.
package struct RelayLoad: Hashable, Sendable {
    package var records = 500
    /// Payloads and partition keys together; a larger event travels alone.
    package var bytes = 4 << 20

    package init() {}
}

/// Which of the waiting events may travel together.
///
/// Of one key, one event at a time: the stream may fail any record of a call and keep the others, so two of a key in
/// one call could arrive the wrong way round. A key whose event has failed holds back its later ones.
struct RelayPlan {
    private let load: RelayLoad
    private var waiting: [OutboxEntry] = []
    private var heldKeys: Set<String> = []

    init(load: RelayLoad) {
        self.load = load
    }

    /// Adds events behind those that wait already.
    mutating func add(_ entries: [OutboxEntry]) {
        waiting += entries.filter { !heldKeys.contains($0.partitionKey) }
    }

    /// Keeps the later events of a key back for the rest of this round.
    mutating func hold(_ key: String) {
        heldKeys.insert(key)
        waiting.removeAll { $0.partitionKey == key }
    }

    /// Takes out the next call's load, in the order of the outbox; empty when nothing may go.
    mutating func nextLoad() -> [OutboxEntry] {
        var taken: [OutboxEntry] = []
        var left: [OutboxEntry] = []
        var keys: Set<String> = []
        var bytes = 0
        for entry in waiting {
            let isFull = taken.count == load.records || (!taken.isEmpty && bytes + entry.bytes > load.bytes)
            // A key that has been seen, taken or left, makes its later events wait.
            guard keys.insert(entry.partitionKey).inserted, !isFull else {
                left.append(entry)
                continue
            }
            taken.append(entry)
            bytes += entry.bytes
        }
        waiting = left
        return taken
    }
}

extension OutboxEntry {
    /// As the service counts them: data and key.
    var bytes: Int { payload.utf8.count + partitionKey.utf8.count }
}
