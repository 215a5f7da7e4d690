/// Has events delivered to one partner again, whether it has had them or not: for a receiver that lost data.
///
/// Each goes out under its own id, so a partner that still knows it has no second effect. An event that the courier has
/// never seen is taken on as ``AcceptEvents`` does, for every partner.
public struct ReplayEvents: Operation {
    public typealias Service = CourierIntake

    public var partner: String
    /// 1 to 500, in the order in which they happened.
    public var events: [AcceptedEvent]

    public init(partner: String, events: [AcceptedEvent]) {
        self.partner = partner
        self.events = events
    }

    public var resource: ResourceName? { .courier }

    /// How many of each; together they are all.
    public struct Output: Codable, Hashable, Sendable {
        /// Delivered, parked or skipped before, and due again now.
        public var replayed: Int
        /// Still on their way, as they were.
        public var underWay: Int
        /// Not known before.
        public var newEvents: Int

        public init(replayed: Int = 0, underWay: Int = 0, newEvents: Int = 0) {
            self.replayed = replayed
            self.underWay = underWay
            self.newEvents = newEvents
        }
    }
}
