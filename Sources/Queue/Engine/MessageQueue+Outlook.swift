import Clockwork

/// Rows that a standard queue wants to see although its window is full: untouched ones behind `after` and up to `upTo`,
/// in their order, without those of the tenants that are passed by.
public struct Outlook: Hashable, Sendable {
    public let after: SequenceNumber
    public let upTo: SequenceNumber
    public let limit: Int
    public let passingBy: Set<MessageGroupID>

    public init(after: SequenceNumber, upTo: SequenceNumber, limit: Int, passingBy: Set<MessageGroupID>) {
        self.after = after
        self.upTo = upTo
        self.limit = limit
        self.passingBy = passingBy
    }
}

/// How far a standard queue has looked behind its window.
struct OutlookMemory: Sendable {
    /// Untouched messages that were found. The window takes them over when it comes to them.
    var found: Set<SequenceNumber> = []
    /// Everything up to here has been looked at, and is in memory but for the rows of tenants that were passed by.
    private var reached = SequenceNumber.beforeAll
    /// From where on rows are to be looked at again, for a tenant that was passed by has turned quiet.
    private var missed: SequenceNumber?
    /// From where on the rows of each noisy tenant were passed by.
    private var passedBy: [MessageGroupID: SequenceNumber] = [:]
    /// Both ways are gone in turn: a tenant that turns noisy and quiet again and again must not hide those behind it.
    private var isTurnOfMissed = true

    /// Remembers from where on the tenants are missed that were passed by as noisy and are quiet now.
    mutating func miss(allBut noisy: Set<MessageGroupID>) {
        for (tenant, start) in passedBy where !noisy.contains(tenant) {
            missed = min(missed ?? start, start)
            passedBy[tenant] = nil
        }
    }

    /// Up to where every quiet message is at hand.
    func known(behind windowEnd: SequenceNumber) -> SequenceNumber {
        max(min(missed ?? reached, reached), windowEnd)
    }

    /// The rows between two places that are to be looked at next; nil when there are none.
    func next(
        behind windowEnd: SequenceNumber, upTo last: SequenceNumber
    ) -> (after: SequenceNumber, upTo: SequenceNumber)? {
        let (old, new) = (known(behind: windowEnd), max(reached, windowEnd))
        if old < new, isTurnOfMissed || new == last { return (old, new) }
        return new < last ? (new, last) : nil
    }

    /// - Parameter written: The last message that a look can have seen: those behind it have no rows yet.
    mutating func note(_ outlook: Outlook, seenTo place: SequenceNumber, written: SequenceNumber) {
        if outlook.after < reached {
            missed = place < reached ? place : nil
            isTurnOfMissed = false
        } else {
            reached = max(min(place, written), outlook.after)
            isTurnOfMissed = true
        }
        for tenant in outlook.passingBy {
            passedBy[tenant] = min(passedBy[tenant] ?? outlook.after, outlook.after)
        }
    }
}

/// Fairness behind the window. A noisy tenant's backlog may fill the window and millions of rows behind it, and a quiet
/// tenant's message stand at the very end. So each receive that has not enough quiet messages at hand looks through some
/// more rows, from where the last one stopped, and takes what is quiet into memory; what is passed by costs a look and no
/// memory.
extension MessageQueue {
    /// Which rows to look through before the next receive; nil while quiet messages are at hand, or nobody is noisy.
    ///
    /// Ask once for each receive: each costs the same, at any depth.
    public mutating func wantedOutlook(now: Timestamp) -> Outlook? {
        guard kind == .standard, beyond > 0 else { return nil }
        settle(now: now)
        let noisy = line.noisyTenants(inFlight: tally[.inFlight])
        guard !noisy.isEmpty else { return nil }
        outlook.miss(allBut: noisy)
        let last = SequenceNumber(nextSequence.rawValue - 1)
        guard let rows = outlook.next(behind: windowEnd, upTo: last),
            !hasQuietBatch(besides: noisy, upTo: outlook.known(behind: windowEnd))
        else { return nil }
        let end = SequenceNumber(rows.after.rawValue + Int64(bounds.lookAhead))
        return Outlook(
            after: rows.after, upTo: min(end, rows.upTo), limit: bounds.page, passingBy: noisy)
    }

    /// Takes the rows of ``wantedOutlook(now:)``.
    ///
    /// - Parameters:
    ///   - rows: As many as there are, up to the outlook's limit.
    ///   - written: The last message of the queue that the store has.
    /// - Precondition: As for ``append(page:now:)``.
    public mutating func append(
        _ rows: [Envelope], of outlook: Outlook, written: SequenceNumber, now: Timestamp
    ) {
        for envelope in rows where held[envelope.sequence] == nil && !departures.contains(envelope.sequence) {
            beyond -= 1
            self.outlook.found.insert(envelope.sequence)
            hold(envelope, now: now)
        }
        let end = rows.count < outlook.limit ? nil : rows.last?.sequence
        self.outlook.note(outlook, seenTo: end ?? outlook.upTo, written: written)
        settle(now: now)
    }

    /// How many tenants are noisy now. Source of the name: Amazon CloudWatch, `ApproximateNumberOfNoisyGroups`.
    public var noisyTenantCount: Int { line.noisyTenants(inFlight: tally[.inFlight]).count }

    /// Whether a receive finds its fill of quiet messages among those up to a place: what it might find beyond could be
    /// younger than a row that nobody has looked at.
    private mutating func hasQuietBatch(besides noisy: Set<MessageGroupID>, upTo place: SequenceNumber)
        -> Bool
    {
        var (taken, quiet): ([Envelope], Int) = ([], 0)
        while quiet < Self.mostReceived, let next = takeNextInLine(after: noisy) {
            if next.sequence == taken.last?.sequence { continue }
            taken.append(next)
            guard next.sequence <= place, next.groupID.map(noisy.contains) != true else { break }
            quiet += 1
        }
        for envelope in taken { line.append(envelope.sequence, of: envelope.groupID) }
        return quiet == Self.mostReceived
    }

    /// Says that a message is untouched no more, or gone: if it was found behind the window, its row tells so only later.
    mutating func leaveOutlook(_ sequence: SequenceNumber) {
        if outlook.found.remove(sequence) != nil { departures.add(sequence, by: changesMade) }
    }

    /// Source: Amazon SQS API Reference, `ReceiveMessage`, `MaxNumberOfMessages`.
    private static let mostReceived = 10
}
