import HeapModule

/// The visible messages of a standard queue, oldest first, those of quiet tenants before those of noisy ones.
///
/// A message's group names its tenant; a message without one is a tenant of its own, and always quiet. A tenant is noisy
/// while it holds more than a tenth of all messages in flight and at least thirty. So at most nine are noisy at a time,
/// and no more heads than that are passed by on the way to the next message, however many tenants there are.
///
/// Source: Amazon SQS Developer Guide, "Amazon SQS fair queues".
struct FairLine: Sendable {
    private struct Tenant {
        /// Its messages in memory, by stage.
        var tally = Tally()
        /// Its visible messages. Entries are not withdrawn when a message is hidden or goes.
        var line = Heap<SequenceNumber>()
        /// The message by which `heads` names it; nil while no message stands in its line.
        var head: SequenceNumber?

        var inFlight: Int { tally.counts.inFlight }
        var isEmpty: Bool { tally.counts == QueueCounts() }
    }

    private struct Head: Comparable {
        let sequence: SequenceNumber
        let tenant: MessageGroupID

        static func < (lhs: Head, rhs: Head) -> Bool { lhs.sequence < rhs.sequence }
        static func == (lhs: Head, rhs: Head) -> Bool { lhs.sequence == rhs.sequence }
    }

    /// Visible messages without a group. Entries are not withdrawn when a message is hidden or goes.
    private var ungrouped = Heap<SequenceNumber>()
    private var tenants: [MessageGroupID: Tenant] = [:]
    /// The oldest message of each tenant. An entry that its tenant does not stand by any more is dropped when it is met.
    private var heads = Heap<Head>()
    /// Entries in the lines of all tenants.
    private var grouped = 0
    /// Tenants with enough messages in flight to be noisy.
    private var busy: Set<MessageGroupID> = []

    private static let fewestInFlight = 30
    private static let oneIn = 10

    /// Says that a message is visible now.
    mutating func append(_ sequence: SequenceNumber, of tenant: MessageGroupID?) {
        guard let tenant else { return ungrouped.insert(sequence) }
        tenants[tenant]?.line.insert(sequence)
        grouped += 1
        if let head = tenants[tenant]?.head, head <= sequence { return }
        name(sequence, headOf: tenant)
    }

    /// Takes the message that is to be received next out of the line.
    ///
    /// - Parameters:
    ///   - noisy: Tenants whose messages come after all others.
    ///   - isVisible: Whether a message that stood in the line is still there to be received.
    mutating func takeNext(
        after noisy: Set<MessageGroupID>, where isVisible: (SequenceNumber) -> Bool
    ) -> SequenceNumber? {
        while let first = ungrouped.min, !isVisible(first) { ungrouped.removeMin() }
        var passedBy: [Head] = []
        defer { for head in passedBy { heads.insert(head) } }
        while let head = heads.min {
            if let first = ungrouped.min, first < head.sequence { break }
            heads.removeMin()
            guard tenants[head.tenant]?.head == head.sequence else { continue }
            guard isVisible(head.sequence) else {
                nameHead(of: head.tenant, where: isVisible)
                continue
            }
            guard noisy.contains(head.tenant) else { return take(head, where: isVisible) }
            passedBy.append(head)
        }
        if let first = ungrouped.popMin() { return first }
        return passedBy.isEmpty ? nil : take(passedBy.removeFirst(), where: isVisible)
    }

    private mutating func take(_ head: Head, where isVisible: (SequenceNumber) -> Bool) -> SequenceNumber {
        tenants[head.tenant]?.line.removeMin()
        grouped -= 1
        nameHead(of: head.tenant, where: isVisible)
        return head.sequence
    }

    private mutating func nameHead(of tenant: MessageGroupID, where isVisible: (SequenceNumber) -> Bool) {
        while let first = tenants[tenant]?.line.min {
            if isVisible(first) { return name(first, headOf: tenant) }
            tenants[tenant]?.line.removeMin()
            grouped -= 1
        }
        tenants[tenant]?.head = nil
    }

    private mutating func name(_ sequence: SequenceNumber, headOf tenant: MessageGroupID) {
        tenants[tenant]?.head = sequence
        heads.insert(Head(sequence: sequence, tenant: tenant))
        guard heads.count > 2 * tenants.count + 1_024 else { return }
        heads = Heap(
            tenants.compactMap { name, tenant in tenant.head.map { Head(sequence: $0, tenant: name) } })
    }

    // MARK: Tenants

    /// Says that a message of a tenant changed its stage: nil is not being in memory at all.
    mutating func note(_ tenant: MessageGroupID, from old: Held.Stage?, to new: Held.Stage?) {
        if let old { tenants[tenant]?.tally[old] -= 1 }
        if let new { tenants[tenant, default: Tenant()].tally[new] += 1 }
        guard let now = tenants[tenant] else { return }
        if now.inFlight >= Self.fewestInFlight { busy.insert(tenant) } else { busy.remove(tenant) }
        guard now.isEmpty else { return }
        grouped -= now.line.count
        tenants[tenant] = nil
    }

    /// The tenants that are noisy when so many messages of the queue are in flight.
    func noisyTenants(inFlight: Int) -> Set<MessageGroupID> {
        busy.filter { (tenants[$0]?.inFlight ?? 0) * Self.oneIn > inFlight }
    }

    // MARK: Tidiness

    /// True once most entries cannot hold any more.
    ///
    /// - Parameter holding: How many can hold at most.
    func isCrowded(holding: Int) -> Bool { ungrouped.count + grouped > 2 * holding + 1_024 }

    /// Drops all entries but those of visible messages, and the second of two equal ones.
    mutating func keep(where isVisible: (SequenceNumber) -> Bool) {
        ungrouped = Heap(Set(ungrouped.unordered.filter(isVisible)))
        heads = Heap()
        grouped = 0
        for tenant in tenants.keys {
            let line = Heap(Set((tenants[tenant]?.line.unordered ?? []).filter(isVisible)))
            grouped += line.count
            tenants[tenant]?.head = nil
            tenants[tenant]?.line = line
            if let first = line.min { name(first, headOf: tenant) }
        }
    }
}
