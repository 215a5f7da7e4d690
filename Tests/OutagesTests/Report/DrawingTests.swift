import Clockwork
import Testing

@testable import Outages

private let noon = Timestamp(seconds: 1_795_348_800)

extension TimeAxis {
    /// Ten seconds, so that a second is a thousand units.
    fileprivate static let tenSeconds = TimeAxis(noon...(noon + .seconds(10)))
}

@Suite struct `A time axis` {
    @Test(arguments: [(0, 0), (2_500, 2_500), (10_000, 10_000), (-5_000, 0), (99_000, 10_000)])
    func `gives each moment its place, and keeps strangers at its edges`(milliseconds: Int64, place: Int) {
        #expect(TimeAxis.tenSeconds.place(of: noon + .milliseconds(milliseconds)) == place)
    }

    @Test(
        arguments: [
            (10, ["00:00", "00:02", "00:04", "00:06", "00:08", "00:10"]),
            (71, ["00:00", "00:15", "00:30", "00:45", "01:00"]),
            (3_600, ["00:00", "10:00", "20:00", "30:00", "40:00", "50:00", "60:00"]),
        ] as [(Int64, [String])])
    func `is marked at round times, a few of them`(seconds: Int64, labels: [String]) {
        #expect(TimeAxis(noon...(noon + .seconds(seconds))).ticks.map(\.label) == labels)
    }

    @Test func `counts what falls into each part, each moment once`() {
        let moments = [0, 999, 1_000, 9_999, 10_000].map { noon + .milliseconds($0) }

        let counts = TimeAxis.tenSeconds.counts(of: moments, per: .seconds(1))

        #expect(counts == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2])
    }

    @Test func `may be a single moment`() {
        let axis = TimeAxis(noon...noon)

        #expect(axis.place(of: noon) == 0 && axis.ticks.map(\.label) == ["00:00"])
        #expect(axis.counts(of: [noon], per: axis.spanOfParts(atMost: 120)) == [1])
    }
}

@Suite struct `A curve` {
    @Test func `has a bar for each part with something in it`() {
        let path = Curve.bars([0, 2, 4], per: .seconds(1), on: .tenSeconds, top: 4, height: 40)

        #expect(path == "M1000 40V20H2000V40ZM2000 40V0H3000V40Z")
    }

    @Test func `puts bars upon others`() {
        let path = Curve.bars([2], standingOn: [2], per: .seconds(1), on: .tenSeconds, top: 4, height: 40)

        #expect(path == "M0 20V0H1000V20Z")
    }

    @Test func `shows even the smallest value`() {
        #expect(Curve.bars([1], per: .seconds(1), on: .tenSeconds, top: 9_000, height: 40).contains("V39H"))
    }

    @Test func `is nothing where nothing happened`() {
        #expect(Curve.bars([0, 0], per: .seconds(1), on: .tenSeconds, top: 0, height: 40).isEmpty)
        #expect(Curve.area([(noon, 0)], on: .tenSeconds, top: 1, height: 40).isEmpty)
        #expect(Curve.area([], on: .tenSeconds, top: 1, height: 40).isEmpty)
    }

    @Test func `fills the area below a line`() {
        let points = [
            (at: noon, value: 0), (at: noon + .seconds(5), value: 4), (at: noon + .seconds(10), value: 2),
        ]

        #expect(
            Curve.area(points, on: .tenSeconds, top: 4, height: 40)
                == "M0 40L0 40L5000 0L10000 20V40H10000Z")
    }
}

@Suite struct `An order's line` {
    private static let heights: [OrderJourney.Station: Int] = [.sent: 0, .decided: 50, .delivered: 100]

    private func line(_ moments: [OrderJourney.Station: Int64]) -> String {
        var journey = OrderJourney(
            orderNumber: "W-1", sentAt: noon + .seconds(1), moments: moments.mapValues { noon + .seconds($0) }
        )
        journey.ending = moments[.delivered] == nil ? .open : .arrived
        return Curve.way(of: journey, on: .tenSeconds, heights: Self.heights)
    }

    @Test func `falls straight when nothing holds it up, and slopes where it waits`() {
        #expect(line([.decided: 1, .delivered: 1]) == "M1000 0L1000 50L1000 100")
        #expect(line([.acknowledged: 1, .decided: 6, .delivered: 7]) == "M1000 0L6000 50L7000 100")
    }

    @Test func `breaks off where the order was last seen`() {
        #expect(line([.acknowledged: 1, .decided: 3]) == "M1000 0L3000 50v9")
        #expect(line([:]) == "M1000 0v9")
    }

    @Test func `never runs back, however late a house made its note`() {
        #expect(line([.decided: 9, .delivered: 4]) == "M1000 0L4000 50L4000 100")
    }
}

@Suite struct `A list that is too long` {
    @Test func `is thinned evenly, and always to the same`() {
        #expect(Array(0..<10).thinned(to: 4) == [0, 2, 5, 7])
        #expect(Array(0..<10_000).thinned(to: 2_000).count == 2_000)
        #expect(Array(0..<10).thinned(to: 4) == Array(0..<10).thinned(to: 4))
    }

    @Test(arguments: [10, 11, 0])
    func `is left as it is when it is short enough, and empty when nothing may stay`(most: Int) {
        #expect(Array(0..<10).thinned(to: most).count == (most == 0 ? 0 : 10))
    }
}
