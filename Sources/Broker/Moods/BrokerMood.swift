import Clockwork
import Queue
import Stream
import Wire

/// A bad day of the broker's: what it does to requests, for how long, and what it has done.
///
/// It decides and does nothing itself. All that it leaves to chance comes from its own seed, so that the same requests
/// fare the same way again.
struct BrokerMood: Sendable {
    enum Kind: Hashable, Sendable {
        /// Refuses a share of the requests, before anything of them happens.
        case throttle(Scope, probability: Double)
        /// Fails a share of a batch's entries; the others succeed.
        case partialBatch(probability: Double)
        /// Hands each message to so many receivers at once: on standard queues, where delivery at least once is all that
        /// is promised, and on FIFO queues alike, though Amazon's would not do it.
        case redeliver(copies: Int)
        /// Hands out the messages of standard queues in no order at all.
        case shuffle
        /// Refuses iterators that are older.
        case expireIterators(age: Duration)
        /// Lets records go that are older, as if their stream's retention were no longer.
        case trim(age: Duration)
    }

    /// Which requests are throttled.
    enum Scope: Hashable, Sendable {
        case everything
        /// `sqs` or `kinesis`.
        case service(String)
        case operation(String)
    }

    let name: String
    let kind: Kind
    /// By the clock that never jumps.
    let end: Duration
    private var random: SeededGenerator
    /// How often there was something that it might have spoiled.
    private(set) var chances = 0
    /// How often it did.
    private(set) var strikes = 0

    init(_ kind: Kind, name: String, seed: UInt64, end: Duration) {
        self.name = name
        self.kind = kind
        self.end = end
        random = SeededGenerator(seed: seed)
    }

    /// Whether a request is to be refused.
    mutating func refuses(_ operation: String, of service: String) -> Bool {
        guard case .throttle(let scope, let probability) = kind, scope.holds(operation, of: service) else {
            return false
        }
        return isStruck(probability)
    }

    /// Which entries of a batch are to fail, by their places in it.
    mutating func failures(among entries: Int) -> Set<Int> {
        guard case .partialBatch(let probability) = kind else { return [] }
        var failing: Set<Int> = []
        for place in 0..<entries where isStruck(probability) { failing.insert(place) }
        return failing
    }

    /// Which of the messages just handed out are to be there for another receiver, too. Their receive counts tell how
    /// many have had them.
    mutating func handsOutAgain(_ leases: [Lease]) -> [Lease] {
        guard case .redeliver(let copies) = kind else { return [] }
        let again = leases.filter { !$0.receiveCount.isMultiple(of: copies) }
        count(again.count, of: leases.count)
        return again
    }

    /// By what to pick messages instead of by their age; nil for no such mood, and for a message alone.
    mutating func disorder(among messages: Int) -> SeededGenerator? {
        guard case .shuffle = kind, messages > 1 else { return nil }
        count(1, of: 1)
        return SeededGenerator(seed: random.next())
    }

    /// Why an iterator is refused; nil when it is young enough.
    mutating func refusal(of iterator: ShardIterator, now: Timestamp) -> StreamFault? {
        guard case .expireIterators(let age) = kind else { return nil }
        let fault = iterator.expiry(after: age, now: now)
        count(fault == nil ? 0 : 1, of: 1)
        return fault
    }

    /// What arrived before this is gone; nil for no such mood.
    func horizon(now: Timestamp) -> Timestamp? {
        guard case .trim(let age) = kind else { return nil }
        return now - age
    }

    var isTrimming: Bool { if case .trim = kind { true } else { false } }

    /// Notes how many records went because of it.
    mutating func noteTrimmed(_ records: Int) {
        if isTrimming { count(records, of: records) }
    }

    private mutating func isStruck(_ probability: Double) -> Bool {
        let isStruck = Double.random(in: 0..<1, using: &random) < probability
        count(isStruck ? 1 : 0, of: 1)
        return isStruck
    }

    private mutating func count(_ strikes: Int, of chances: Int) {
        self.chances += chances
        self.strikes += strikes
    }
}

extension BrokerMood.Scope {
    func holds(_ operation: String, of service: String) -> Bool {
        switch self {
        case .everything: true
        case .service(let name): name == service
        case .operation(let name): name == operation
        }
    }
}
