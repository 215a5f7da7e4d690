import Clockwork
import Inspection

extension RunStory {
    /// The lane that people will remember: one thin line for each order, from sent to last delivery. Straight down when
    /// nothing holds it up; an outage is a slope.
    func journeyLane(on axis: TimeAxis) -> PictureLane {
        let shown = shownJourneys
        let late = slow.count
        let open = journeys.count { $0.ending == .open }
        let parts = [
            shown.count < journeys.count ? "\(shown.count) of \(journeys.count)" : "\(journeys.count)",
            late > 0 ? "\(late) waited" : nil, open > 0 ? "\(open) did not arrive" : nil,
        ]
        return PictureLane(
            name: "orders", note: parts.compactMap(\.self).joined(separator: ", "), height: Self.height,
            shapes: shown.map { journey in
                PictureLane.Shape(
                    path: Curve.way(of: journey, on: axis, heights: Self.heights),
                    meaning: meaning(of: journey), title: title(of: journey))
            })
    }

    /// Every journey up to ``mostLines``; of more, those without a good end and the slow ones have precedence, and of
    /// each kind some are chosen evenly over the run. Slow ones lie above plain ones.
    private var shownJourneys: [OrderJourney] {
        let bad = journeys.filter { $0.ending != .arrived }.thinned(to: Self.mostLines / 4)
        let slow = slow.thinned(to: Self.mostLines / 2)
        let plain = journeys.filter { $0.ending == .arrived && $0.length ?? .zero <= Self.patience }
        return plain.thinned(to: Self.mostLines - bad.count - slow.count) + slow + bad
    }

    /// More lines than this are one blot, and a heavy page.
    static let mostLines = 2_000

    private func meaning(of journey: OrderJourney) -> PictureLane.Meaning {
        if journey.ending != .arrived { return .badWay }
        return journey.length ?? .zero > Self.patience ? .slowWay : .way
    }

    private func title(of journey: OrderJourney) -> String? {
        switch journey.ending {
        case .arrived:
            guard let length = journey.length, length > Self.patience, let wait = journey.longestWait else {
                return nil
            }
            return "\(journey.orderNumber): \(TimeSpan.written(length)), longest \(wait.waitingRoom)"
        case .turnedAway: return "\(journey.orderNumber): turned away"
        case .open: return "\(journey.orderNumber): did not arrive"
        }
    }

    private static let height = 300

    /// Where the stations stand in the lane. The queue gets the most room, for most of what waits does so there.
    static let heights: [OrderJourney.Station: Int] = [
        .sent: 0, .decided: 150, .published: 190, .delivered: height,
    ]

    /// The stations' names, beside their lines.
    static let stationNames: [(station: OrderJourney.Station, name: String)] = [
        (.sent, "sent"), (.decided, "stored"), (.published, "published"), (.delivered, "delivered"),
    ]
}
