import Clockwork
import Inspection

/// One order's way: from the shop's first try to the last partner that heard of it.
struct OrderJourney: Hashable, Sendable {
    /// A place on the way, noted by whoever had the order then.
    enum Station: Int, Hashable, Sendable, CaseIterable {
        /// The shop tries for the first time.
        case sent
        /// The queue has said yes.
        case acknowledged
        /// The OMS has stored or rejected it.
        case decided
        /// The relay knows its event to be on the stream.
        case published
        /// The courier has taken the event on.
        case staged
        /// The last partner has heard.
        case delivered
    }

    enum Ending: Hashable, Sendable {
        /// It has come as far as the ledgers that are here can tell.
        case arrived
        /// Rejected by the OMS, or never taken by the queue.
        case turnedAway
        /// On its way, given up, dead-lettered, or lost.
        case open
    }

    var orderNumber: String
    /// Who heard last.
    var lastPartner: String?
    var ending = Ending.open
    private let moments: [Timestamp?]

    /// - Parameter moments: As the houses noted them. A note may be late, as when the relay dies before it can tick an
    ///   event off: where the next station was reached earlier, this one was too.
    init(orderNumber: String, sentAt: Timestamp, moments: [Station: Timestamp]) {
        self.orderNumber = orderNumber
        var next: Timestamp?
        let known = Station.allCases.reversed().map { station -> Timestamp? in
            guard let moment = station == .sent ? sentAt : moments[station] else { return nil }
            next = min(moment, next ?? moment)
            return next
        }
        self.moments = known.reversed()
    }

    /// When it was there; nil when it was not, or nobody noted it.
    subscript(station: Station) -> Timestamp? { moments[station.rawValue] }

    var sentAt: Timestamp { moments.lazy.compactMap(\.self).first ?? Timestamp(seconds: 0) }

    /// The last moment known of it.
    var lastSeenAt: Timestamp { moments.lazy.compactMap(\.self).last ?? sentAt }

    /// From the first try to the end of its way; nil while it has not ended.
    var length: Duration? { ending == .open ? nil : lastSeenAt - sentAt }

    /// The station before which it spent the most time.
    var longestWait: Station? {
        var longest: (station: Station, span: Duration)?
        var last = sentAt
        for station in Station.allCases {
            guard let moment = self[station] else { continue }
            if moment - last > longest?.span ?? .zero { longest = (station, moment - last) }
            last = moment
        }
        return longest?.station
    }
}

extension OrderJourney.Station {
    /// Where an order waits for this station, such as "in the queue".
    var waitingRoom: String {
        switch self {
        case .sent, .acknowledged: "between shop and queue"
        case .decided: "in the queue"
        case .published: "in the outbox"
        case .staged: "in the stream"
        case .delivered: "at the courier"
        }
    }
}
