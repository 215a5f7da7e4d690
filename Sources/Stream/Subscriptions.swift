/// Who has the records of which shard pushed: one caller for each consumer and shard.
///
/// Source: Amazon Kinesis API Reference, `SubscribeToShard`.
public struct Subscriptions: Sendable {
    /// What one caller at a time can hold.
    public struct Seat: Hashable, Sendable {
        public let consumer: ConsumerARN
        public let shard: Int

        public init(consumer: ConsumerARN, shard: Int) {
            self.consumer = consumer
            self.shard = shard
        }
    }

    /// One taking of a seat.
    public struct Ticket: Hashable, Sendable {
        public let seat: Seat
        /// When it was taken, by uptime.
        public let since: Duration
        fileprivate let number: UInt64
    }

    /// How long a caller who has taken a seat keeps it, whether he stays or not.
    public static let grace = Duration.seconds(5)
    /// How long he keeps it at most.
    public static let lifetime = Duration.seconds(300)
    /// How long he hears nothing at most.
    public static let heartbeat = Duration.seconds(5)

    private var tickets: [Seat: Ticket] = [:]
    private var given: UInt64 = 0

    public init() {}

    /// Takes a seat, also from whoever holds it.
    ///
    /// - Throws: `ResourceInUseException` when it has been taken a moment ago.
    public mutating func take(_ seat: Seat, at uptime: Duration) throws(StreamFault) -> Ticket {
        if let last = tickets[seat], uptime - last.since < Self.grace {
            throw StreamFault(
                "ResourceInUseException",
                """
                Another active subscription exists for this consumer: \(seat.consumer) and shard \
                \(Shard.id(of: seat.shard)). It can be taken over \(Self.grace.components.seconds) seconds after it began.
                """)
        }
        given += 1
        let ticket = Ticket(seat: seat, since: uptime, number: given)
        tickets[seat] = ticket
        return ticket
    }

    /// Whether nobody else has taken the seat since.
    public func isHeld(_ ticket: Ticket) -> Bool { tickets[ticket.seat]?.number == ticket.number }

    /// Forgets who sat where, once nobody who comes now could be refused for it.
    public mutating func forgetEnded(at uptime: Duration) {
        tickets = tickets.filter { uptime - $0.value.since < Self.lifetime }
    }
}
